// powershell.exe, the program.
#pragma once

#include "sac/guest/process.hpp"

namespace emsctl::guest {

task<int> powershell_main(process& self);
void add_powershell_programs(program_table& table);

}  // namespace emsctl::guest
