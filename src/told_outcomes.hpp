// --outcome: what a person says of changes of which nobody else can know whether they were made.
#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>
#include <vector>

namespace emsctl {

void add_outcome_option(CLI::App& verb, std::vector<std::string>& outcomes);

// By step id, true: it was done. Throws usage_error.
std::map<std::string, bool> told_outcomes(const std::vector<std::string>& outcomes);

}  // namespace emsctl
