// One walk down a road: which stations were passed, what was found there, how long each took, and where it ended.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "src/console_options.hpp"

namespace emsctl {

struct passed_station {
    std::string name;
    std::string found;
    long took_ms = 0;
};

struct road_walk {
    std::vector<passed_station> stations;
    std::string problem;  // empty: all stations were passed
    int status = 0;

    bool is_whole() const { return problem.empty(); }
};

// Opens the road, then looks for the SAC prompt (or the shell) without running anything. `hears` is told of each
// station at once.
road_walk walk_road(const console_options& options, const std::string& verb,
                    const std::function<void(const passed_station&)>& hears);

nlohmann::json as_json(const road_walk& walk);

}  // namespace emsctl
