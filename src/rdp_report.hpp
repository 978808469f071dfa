// A Remote Desktop probe as text for a person and as JSON for a program.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "src/rdp_verdict.hpp"
#include "src/road_walk.hpp"

namespace emsctl {

// What follows the stations, which were printed as they were passed.
std::string rdp_text(const transport::rdp_findings& findings, const rdp_verdict& verdict);

nlohmann::json rdp_json(const std::vector<passed_station>& stations, const transport::rdp_findings& findings,
                        const rdp_verdict& verdict);

}  // namespace emsctl
