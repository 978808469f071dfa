// What differs between the states before and after a change, as lines for people. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace emsctl::scripts {

// "- name: value" for what is gone, "+ name: value" for what came; members by their path, elements of lists as a set.
// Empty: nothing differs.
std::vector<std::string> difference(const nlohmann::json& before, const nlohmann::json& after);

}  // namespace emsctl::scripts
