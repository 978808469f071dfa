// emsctl resume: goes on with a repair that was interrupted, by its journal and by what the machine shows.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "src/console_options.hpp"
#include "src/report_files.hpp"
#include "src/this_computer.hpp"

namespace emsctl {

struct resume_command_options {
    account_options account;
    console_options console;
    this_computer here;
    std::string journal;
    std::string runbook;                // instead of the one the journal names
    std::vector<std::string> secrets;   // NAME=env:VARIABLE or NAME=file:PATH
    std::vector<std::string> outcomes;  // STEP=done or STEP=not-run
    bool yes = false;
};

void setup_resume(CLI::App& app, std::function<int()>& chosen);
int run_resume(resume_command_options options);

}  // namespace emsctl
