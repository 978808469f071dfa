// `emsctl inspect`: what happened in a recorded session, or in the raw log of any other tool.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace emsctl {

struct inspect_options {
    std::string file, output = "text";
    bool raw = false;
    int lines = 4;
};

void setup_inspect(CLI::App& app, std::function<int()>& chosen);
int run_inspect(const inspect_options& options);

}  // namespace emsctl
