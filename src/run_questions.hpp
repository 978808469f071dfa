// Who answers a runbook's questions: what --yes may accept, and the person at the terminal for the rest.
#pragma once

#include <functional>
#include <string>

#include "scripts/runner.hpp"

namespace emsctl {

// Without a person the answer to what --yes may not accept is none. A secret is typed without echo, and told to `hide`
// before anything else learns of it.
scripts::ask_function make_ask(bool yes, std::function<void(std::string)> hide);

}  // namespace emsctl
