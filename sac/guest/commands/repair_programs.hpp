// The repair tools, one .cpp each; programs.cpp puts them into the table.
#pragma once

#include "sac/guest/process.hpp"

namespace emsctl::guest {

void add_bcdedit_programs(program_table& table);
void add_diskpart_programs(program_table& table);  // diskpart, mountvol
void add_certutil_programs(program_table& table);
void add_icacls_programs(program_table& table);
void add_netsh_programs(program_table& table);     // netsh advfirewall, netsh interface
void add_sessions_programs(program_table& table);  // qwinsta, quser, query
void add_takeown_programs(program_table& table);
void add_wevtutil_programs(program_table& table);
void add_whoami_programs(program_table& table);

}  // namespace emsctl::guest
