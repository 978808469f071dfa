// A simulated machine from what somebody typed: the names are checked here, and a wrong one is answered with those
// there are.
#pragma once

#include <memory>
#include <string>

#include "sac/guest/machine.hpp"

namespace emsctl {

// Throws usage_error.
std::shared_ptr<guest::machine> make_machine(const std::string& scenario, const std::string& profile,
                                             guest::machine_options options);

}  // namespace emsctl
