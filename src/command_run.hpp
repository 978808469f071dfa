// emsctl run: carries out a runbook; looks and explains by default, repairs with --apply.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "src/console_options.hpp"
#include "src/report_files.hpp"
#include "src/this_computer.hpp"

namespace emsctl {

struct run_command_options {
    account_options account;
    console_options console;
    this_computer here;
    std::string runbook;
    bool apply = false;
    bool yes = false;
    std::string confirm = "risky";
    std::vector<std::string> variables;
    std::vector<std::string> secrets;  // NAME=env:VARIABLE or NAME=file:PATH
    std::string journal;
    bool list = false;
    std::vector<std::string> tags;
    std::string start_at;
    std::string snapshot_id, no_snapshot;
    int limit_seconds = 0;
};

void setup_run(CLI::App& app, std::function<int()>& chosen);
int run_run(run_command_options options);

}  // namespace emsctl
