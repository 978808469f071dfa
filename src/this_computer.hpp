// What a run may do from the operator's own computer, beside the console: start the programs that its runbook names,
// ask Azure about the machine, and a hook before and after.
#pragma once

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "transport/azure_settings.hpp"

namespace emsctl {

struct this_computer {
    bool allow_local = false;
    std::string azure;          // which machine of Azure this is, as given; empty: Azure is not asked
    std::string before, after;  // command lines; empty: none
};

void add_this_computer_options(CLI::App& verb, this_computer& options);

// Throws usage_error that names the programs.
void need_local_permission(const std::set<std::string>& programs, const this_computer& options);

// The machine of Azure that steps may read and change; nothing: they may not. `console`: the address of the console,
// for "same". Throws usage_error.
std::optional<transport::azure_settings> chosen_azure(const this_computer& options, const std::string& console);

// Starts a hook with `document` on its standard input and shows what it says on standard error. Why it did not succeed;
// empty: it did. Its time is five minutes.
std::string run_hook(const std::string& command_line, const nlohmann::json& document);

}  // namespace emsctl
