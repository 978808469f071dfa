// The families of programs that are part of the machine itself; commands/programs.cpp puts them in one table.
#pragma once

#include "sac/guest/process.hpp"

namespace emsctl::guest {

void add_net_programs(program_table& table);         // net, net1
void add_netstat_programs(program_table& table);     // netstat
void add_reg_programs(program_table& table);         // reg
void add_sc_programs(program_table& table);          // sc
void add_shutdown_programs(program_table& table);    // shutdown
void add_system_programs(program_table& table);      // hostname, chcp, ipconfig
void add_tasklist_programs(program_table& table);    // tasklist, taskkill
void add_text_tools_programs(program_table& table);  // find, findstr, more, sort

task<int> cmd_main(process& self);  // shell.cpp

}  // namespace emsctl::guest
