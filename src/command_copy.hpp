// emsctl get and emsctl put: one file over the console, its SHA-256 equal at both ends or no copy.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

#include "src/console_options.hpp"

namespace emsctl {

struct copy_options {
    console_options console;
    std::string remote;  // as typed
    std::string local;   // get: empty, a file, a folder, or "-" for standard output
    bool force = false;
    bool yes = false;
};

// Declares both verbs; `chosen` is set to what the one on the command line does.
void setup_copy(CLI::App& app, std::function<int()>& chosen);
int run_get(copy_options options);
int run_put(copy_options options);

}  // namespace emsctl
