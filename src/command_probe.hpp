// emsctl probe: what is at the other end of the line, found out without a login and left as it was.
#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "src/console_options.hpp"

namespace emsctl {

void setup_probe(CLI::App& app, std::function<int()>& chosen);
int run_probe(console_options options);

}  // namespace emsctl
