// What a journal tells a person: which run it was, how it ended, what it changed and what of that is still so. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scripts/journal.hpp"

namespace emsctl::scripts {

struct journaled_change {
    std::int64_t number = 0;
    std::string step_id, what, undo, how;  // how: done, failed, not_run, unknown, undone, declined
    bool temporary = false;
    bool is_in_place() const { return how == "done" || how == "failed" || how == "unknown"; }
};

struct journal_account {
    std::string runbook, computer_name, machine, console, started, snapshot;
    std::string result, verdict;  // of the last run by it; empty: it was interrupted
    std::vector<journaled_change> changes;
    std::string damage;  // empty: none

    bool is_interrupted() const { return result.empty(); }
    bool has_open_temporary() const;
};

// Throws nlohmann::json::exception for entries of another shape.
journal_account account_of(const journal_content& content);
std::string to_text(const journal_account& account);
nlohmann::json to_json(const journal_account& account);

}  // namespace emsctl::scripts
