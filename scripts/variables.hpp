// Values of a runbook's variables as they are typed on a command line or at a question. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct typed_value {
    nlohmann::json value;
    std::string problem;  // empty: the value is good
};
typed_value typed(const variable& v, std::string_view text);

bool means_yes(std::string_view text);
bool means_no(std::string_view text);

}  // namespace emsctl::scripts
