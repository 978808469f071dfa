// What a run may do on the operator's own computer: start the programs that its runbook names, and a hook before and
// after.
#pragma once

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace emsctl {

struct this_computer {
    bool allow_local = false;
    std::string before, after;  // command lines; empty: none
};

void add_this_computer_options(CLI::App& verb, this_computer& options);

// Throws usage_error that names the programs.
void need_local_permission(const std::set<std::string>& programs, const this_computer& options);

// Starts a hook with `document` on its standard input and shows what it says on standard error. Why it did not succeed;
// empty: it did. Its time is five minutes.
std::string run_hook(const std::string& command_line, const nlohmann::json& document);

}  // namespace emsctl
