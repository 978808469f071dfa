// Safe mode: asked for by the boot store (`safeboot` of the default entry), told by the volatile key SafeBoot\Option,
// and felt by the service manager, which then starts only what SafeBoot\Minimal or SafeBoot\Network lists
// (windows-repair.md, section 4, row 13).
#pragma once

#include <optional>
#include <string_view>

#include "sac/guest/registry.hpp"

namespace emsctl::guest {

enum class safe_mode { minimal = 1, network = 2, directory_repair = 3 };  // as OptionValue counts them

std::optional<safe_mode> safe_mode_asked_for(const registry& reg);  // by the running system's own store
std::optional<safe_mode> safe_mode_in_effect(const registry& reg);
void enter_safe_mode(registry& reg, std::optional<safe_mode> mode);  // at boot; nothing leaves it
bool starts_in_safe_mode(const registry& reg, std::string_view service);

}  // namespace emsctl::guest
