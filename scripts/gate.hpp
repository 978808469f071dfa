// What may be sent while nothing may be changed: a command that we know only reads. Everything else is refused, however
// harmless it may be. Pure; the tables are in gate_cmd.cpp, gate_powershell.cpp and gate_local.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scripts/target.hpp"

namespace emsctl::scripts {

// Why the command is not let through; nullopt: it only reads.
std::optional<std::string> refusal(const command& what);

std::optional<std::string> cmd_refusal(std::string_view text);
std::optional<std::string> powershell_refusal(std::string_view text);
std::optional<std::string> local_refusal(std::string_view text);  // a word on each line

}  // namespace emsctl::scripts
