// Consoles with a name: a YAML file of addresses, accounts, where passwords come from, and variables for runbooks. It
// holds no secret itself.
#pragma once

#include <string>
#include <vector>

#include "src/console_options.hpp"

namespace emsctl {

// $EMSCTL_CONFIG, else consoles.yaml in $XDG_CONFIG_HOME/emsctl or ~/.config/emsctl. It need not exist.
std::string consoles_file();

// In the order of the file; none when there is no file. Throws usage_error with file:line:column and a suggestion.
std::vector<console_options> named_consoles();

// Where options.address is a console's name, fills in from the file what the command line left open. Throws
// usage_error, with near names, for a word that is neither an address nor a name.
void resolve_name(console_options& options);

}  // namespace emsctl
