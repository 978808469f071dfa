// The disks of a machine that begins: its own, as Setup partitions it for its kind of firmware, and attached ones, each
// the system disk of another machine that is switched off.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace emsctl::guest {

class windows;

void make_own_disk(windows& os, const nlohmann::json& machine);  // with hive files and boot store, both in use
void attach_disks(windows& os, const nlohmann::json& list, std::uint64_t seed);  // the scenario's `disks`

}  // namespace emsctl::guest
