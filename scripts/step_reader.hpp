// One step of a runbook file: which family it is of, and its members.
#pragma once

#include "scripts/member_reader.hpp"

namespace emsctl::scripts {

step read_step_node(const yaml_node& node, complaints& errors);

}  // namespace emsctl::scripts
