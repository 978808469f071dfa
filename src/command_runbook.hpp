// emsctl runbook: for authors. Lists, shows, lints and begins runbooks, and prints the format as a JSON Schema.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

namespace emsctl {

void setup_runbook(CLI::App& app, std::function<int()>& chosen);
int list_runbooks(bool names_only, bool json);
int show_runbook(const std::string& name_or_path, bool json);
// exit_ok: nothing to say; exit_found: warnings; exit_usage: errors.
int lint_runbooks(const std::vector<std::string>& files, bool json);
int print_runbook_schema();
// Writes FOLDER/NAME.yaml; never over a file that is there. Throws usage_error.
int new_runbook(const std::string& name, const std::string& folder);

}  // namespace emsctl
