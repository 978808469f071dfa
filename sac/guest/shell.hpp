// The interactive cmd.exe of a console: prompts, runs what is typed, and ends with `exit`. The language itself is in
// the cmd_* files.
#pragma once

#include <string>

#include "sac/guest/process.hpp"

namespace emsctl::guest {

struct shell_context {
    windows& os;
    account who;
    console& con;
    process_times times;
};

// Banner and prompt through the console, then one line after the other. `context` is referred to until the task ends.
task<int> run_cmd(shell_context& context);

// The environment of a fresh logon.
environment logon_environment(const windows& os, const account& who);

}  // namespace emsctl::guest
