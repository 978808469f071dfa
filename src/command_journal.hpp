// emsctl journal: what runs with --apply have left behind on this host, without touching any machine.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

namespace emsctl {

void setup_journal(CLI::App& app, std::function<int()>& chosen);
int show_journal(const std::string& path, bool json);
// Runs that were interrupted and changes that were meant to be temporary and still stand. 1 when there is any.
int open_journals(const std::string& folder, bool json);

}  // namespace emsctl
