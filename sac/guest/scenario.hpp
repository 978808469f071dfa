// A simulated machine as data: a healthy base and what is wrong with it, from YAML, with the parts that vary drawn by
// a seed. Which file says what is described at the top of scenarios/healthy.yaml.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::guest {

// what(): "FILE:LINE: reason"
struct scenario_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct scenario {
    std::string name;
    std::string title;
    std::uint64_t seed = 0;
    nlohmann::json document;  // base and changes merged, variables filled in
};

std::vector<std::string> scenario_names();  // the shipped ones

// By the name of a shipped scenario. Seed 0 takes every first choice; others draw.
scenario load_scenario(std::string_view name, std::uint64_t seed = 0);
scenario parse_scenario(std::string_view yaml, const std::string& file_name, std::uint64_t seed = 0);

}  // namespace emsctl::guest
