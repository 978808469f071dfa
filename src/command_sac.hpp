// emsctl sac: SAC's own commands, which need no login. Its answers as tables and JSON where they are understood, as
// text where not; what acts on the machine wants its address twice.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "src/console_options.hpp"

namespace emsctl {

struct sac_options {
    console_options console;
    std::vector<std::string> words;
    std::string yes_really;  // the address once more, instead of being asked for it
};

void setup_sac(CLI::App& app, std::function<int()>& chosen);
int run_sac(sac_options options);

}  // namespace emsctl
