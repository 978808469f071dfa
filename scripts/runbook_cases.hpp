// What a runbook is expected to do, as a file of cases: on which simulated machine or with which recorded results it
// runs, and what must come of it. It reads the file and judges reports; it runs nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scripts/report.hpp"
#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct runbook_case {
    std::string name;
    std::string scenario, profile = "windows-11";  // of a simulated machine
    std::uint64_t seed = 0;
    std::string recording;  // or a recording whose results are given
    std::map<std::string, std::string> variables;
    bool applies = false;
    bool goes_back = false;  // after it, an undo leaves registry, files and services as they were

    std::string result;                               // of the report, such as "repaired"
    std::vector<std::string> finds;                   // each is a part of a finding
    std::optional<std::vector<std::string>> changes;  // ids of the steps that change something, in order
    std::string asks;                                 // the variable that somebody has to decide
    place at;
};

struct runbook_cases {
    std::string runbook;  // a shipped one, or a file beside the cases
    std::vector<runbook_case> cases;
    std::vector<parse_error> errors;
};
runbook_cases parse_cases(std::string_view text, std::string file_name);

// Why the report is not as expected; empty: it is.
std::vector<std::string> disappointments(const runbook_case& expected, const report& got);

}  // namespace emsctl::scripts
