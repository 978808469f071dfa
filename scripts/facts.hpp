// What a runbook may ask of any machine as `facts.NAME`: how each is read, in words that no language of Windows
// changes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct fact {
    std::string_view name;
    std::string_view value;  // Lua over `result`
    std::string_view about;  // for people
};

// One reading of the machine and the facts in its answer.
struct fact_source {
    reading what;
    std::vector<fact> facts;
};

const std::vector<fact_source>& fact_sources();
// Those and `azure`, which is read nowhere: whether Azure can be asked about the machine.
std::vector<std::string> fact_names();

}  // namespace emsctl::scripts
