// emsctl consoles: the named consoles of the configuration file, listed or walked to.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

namespace emsctl {

void setup_consoles(CLI::App& app, std::function<int()>& chosen);
int list_consoles(bool names_only, bool json);
// All of them when no names are given. exit_ok when every road is whole.
int test_consoles(std::vector<std::string> names, bool json);

}  // namespace emsctl
