// Who answers a runbook's questions: what --yes may accept, and the person at the terminal for the rest.
#pragma once

#include "scripts/runner.hpp"

namespace emsctl {

// Without a person the answer to what --yes may not accept is none.
scripts::ask_function make_ask(bool yes);

}  // namespace emsctl
