// --secret: values of a runbook's secrets, by where they stand. A command line can be read by others, so that it never
// holds them.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "scripts/secret_values.hpp"

namespace emsctl {

void add_secret_option(CLI::App& verb, std::vector<std::string>& secrets);

// NAME=env:VARIABLE or NAME=file:PATH. Throws usage_error, which never says a value.
scripts::secret_values given_secrets(const std::vector<std::string>& secrets);

}  // namespace emsctl
