// A runbook told to whoever has to decide whether to run it: what it looks at, asks, changes, and how it goes back.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "scripts/runbook.hpp"

namespace emsctl {

// The highest risk of its steps.
scripts::risk_level risk_of(const scripts::runbook& book);

std::string runbook_text(const scripts::runbook& book);
std::string step_list(const scripts::runbook& book);  // a line a step: id, tags, name
nlohmann::json runbook_json(const scripts::runbook& book);

}  // namespace emsctl
