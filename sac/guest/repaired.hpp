// The conditions a scenario may state for a repaired machine, beyond a name and a yes. Which there are is listed in
// scenarios/healthy.yaml.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace emsctl::guest {

class windows;

// nullopt when there is no condition of that kind.
std::optional<bool> holds(const windows& os, const std::string& kind, const nlohmann::json& what);

}  // namespace emsctl::guest
