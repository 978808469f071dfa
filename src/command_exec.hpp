// emsctl exec: one command in the guest, its output and its exit code here, as ssh does it.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "src/console_options.hpp"

namespace emsctl {

struct exec_options {
    console_options console;
    std::string shell = "cmd";
    int timeout_seconds = 300;
    std::vector<std::string> words;
};

// Declares the verb; `chosen` is set to what it does when it is the one on the command line.
void setup_exec(CLI::App& app, std::function<int()>& chosen);
int run_exec(exec_options options);

}  // namespace emsctl
