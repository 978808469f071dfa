// emsctl oob: BREAK, NMI, hard reset and SysRq, by whatever the road to the console has for them.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

#include "src/console_options.hpp"

namespace emsctl {

struct oob_options {
    console_options console;
    std::string what;
    std::string key;
    std::string yes_really;  // the address once more, instead of being asked for it
};

void setup_oob(CLI::App& app, std::function<int()>& chosen);
int run_oob(oob_options options);

}  // namespace emsctl
