#include "sac/guest/commands/programs.hpp"

#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/powershell.hpp"

namespace emsctl::guest {

const program_table& standard_programs() {
    static const program_table table = [] {
        program_table out;
        add_net_programs(out);
        add_netstat_programs(out);
        add_reg_programs(out);
        add_sc_programs(out);
        add_shutdown_programs(out);
        add_system_programs(out);
        add_tasklist_programs(out);
        add_text_tools_programs(out);
        add_bcdedit_programs(out);
        add_diskpart_programs(out);
        add_certutil_programs(out);
        add_icacls_programs(out);
        add_netsh_programs(out);
        add_sessions_programs(out);
        add_takeown_programs(out);
        add_wevtutil_programs(out);
        add_whoami_programs(out);
        add_powershell_programs(out);
        add_program(out, "cmd", cmd_main);
        return out;
    }();
    return table;
}

}  // namespace emsctl::guest
