// One step of a runbook file: the keys every step has, which family it is of, and the steps inside it.
#pragma once

#include "scripts/member_reader.hpp"

namespace emsctl::scripts {

std::vector<step> read_steps(const yaml_node& list, std::string_view key, complaints& errors,
                             const runbook_finder& finder);

}  // namespace emsctl::scripts
