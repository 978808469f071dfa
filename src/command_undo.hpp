// emsctl undo: takes back what a journal says was changed, each change by its undo class.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "src/console_options.hpp"
#include "src/report_files.hpp"
#include "src/this_computer.hpp"

namespace emsctl {

struct undo_command_options {
    account_options account;
    console_options console;
    this_computer here;
    std::string journal;
    std::string to_step;
    std::vector<std::string> outcomes;
    bool only_temporary = false;
};

void setup_undo(CLI::App& app, std::function<int()>& chosen);
int run_undo(undo_command_options options);

}  // namespace emsctl
