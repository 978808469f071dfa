// The exit statuses of the program: part of its interface, documented in README.md.
#pragma once

namespace emsctl {

enum exit_status : int {
    exit_ok = 0,             // healthy, or done and proved
    exit_found = 1,          // a fault found and not repaired
    exit_usage = 2,          // the command line, a file or an address makes no sense
    exit_failed = 3,         // a repair tried, failed and rolled back
    exit_incomplete = 4,     // a repair failed, and so did its rollback
    exit_no_console = 5,     // unreachable, evicted, no SAC
    exit_login_refused = 6,  // the guest did not take the credentials
    exit_unknown = 7,        // the outcome is not known: line lost or interrupted
    exit_pending = 8,        // changed, takes effect after a restart that is still to come
    exit_exec_no_fit = 254,  // exec: the guest's code does not fit
    exit_exec_failed = 255,  // exec: emsctl itself could not
};

}  // namespace emsctl
