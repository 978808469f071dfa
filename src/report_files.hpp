// The account of a run as files for people and programs: a page, a ticket, a test result, JSON; the ending of a name
// says which.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "scripts/report.hpp"

namespace emsctl {

struct account_options {
    std::vector<std::string> files;  // reports to write
    bool diff = false;               // in the account on standard output
};

// --report FILE, repeatable, and --diff.
void add_account_options(CLI::App& verb, account_options& options);

// Before the run: an ending that says nothing, a file that exists, a folder that cannot be written. Throws usage_error.
void check_report_files(const std::vector<std::string>& files);

// After it. What cannot be written is told on standard error; the others are still written. `recording` may be empty.
void write_reports(const std::vector<std::string>& files, const scripts::report& account, const std::string& recording);

// Puts the recording's last hash into the report and, when there is one, at the end of the run's journal.
void note_recording_hash(scripts::report& account, const std::string& hash);

}  // namespace emsctl
