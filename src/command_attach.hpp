// emsctl attach: the operator's terminal on the line, recorded, with an escape key.
#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "src/console_options.hpp"

namespace emsctl {

struct attach_options {
    console_options console;
    bool read_only = false;
};

void setup_attach(CLI::App& app, std::function<int()>& chosen);
int run_attach(attach_options options);

}  // namespace emsctl
