// `emsctl play`: a recording in the terminal, with pauses, speeds and marks.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace emsctl {

struct play_options {
    std::string file, from;
    double speed = 1, idle = 2;
};

void setup_play(CLI::App& app, std::function<int()>& chosen);
int run_play(const play_options& options);

}  // namespace emsctl
