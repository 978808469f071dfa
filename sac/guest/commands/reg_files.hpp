// The verbs of reg that go from keys to files and back, and from key to key: load, unload, save, export, import, copy.
#pragma once

#include <string_view>

#include "sac/guest/process.hpp"

namespace emsctl::guest {

bool is_reg_file_verb(std::string_view lower_case);
int reg_with_files(process& self);  // args[0] is one of those verbs; 0 or 1

}  // namespace emsctl::guest
