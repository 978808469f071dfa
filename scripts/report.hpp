// Everything a run found, decided and changed, and how it is shown as text or JSON. Renderers are pure; they print
// nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scripts/runbook.hpp"
#include "scripts/target.hpp"

namespace emsctl::scripts {

enum class run_mode { check, apply, undo };
enum class run_phase { look, repair, proof, rollback, undo };

// How a run ended. exit_status() is part of the program's interface.
enum class run_result {
    healthy,              // 0: nothing was wrong
    repaired,             // 0: repaired, and the second look found nothing
    undone,               // 0: every change was taken back and proved
    faults_found,         // 1: something is wrong and was not repaired
    failed_rolled_back,   // 3
    rollback_incomplete,  // 4
    unknown,              // 7: a change may or may not have happened
    restart_pending,      // 8: changed, takes effect after a restart that is still to come
};
std::string_view to_string(run_mode);
std::string_view to_string(run_phase);
std::string_view to_string(run_result);
int exit_status(run_result);

struct finding {
    std::string step_id, step_name, cites;
    severity level = severity::fault;
    run_phase phase = run_phase::look;
    std::string text;
};

struct look {
    std::string step_id, step_name, cites;
    run_phase phase = run_phase::look;
    std::string text;
};

struct decision {
    std::string step_id, variable, question;
    nlohmann::json answer;  // null: none
    std::string proposal;
    enum class origin { given, asked, fallback, assumed, taken, missing } how = origin::missing;
    bool accepted = false;
};
std::string_view to_string(decision::origin);

struct change {
    enum class state { planned, done, declined, failed, not_run, unknown, undone, undo_refused, undo_failed };
    std::int64_t number = 0;  // of the journal entry; 0: not journaled
    std::string step_id, step_name, cites;
    std::string what, from, to, why;
    risk_level risk = risk_level::none;
    undo_class undo = undo_class::none;
    std::string residue;  // what an undo leaves behind
    takes_effect effective = takes_effect::now;
    bool temporary = false;  // to be taken back as soon as possible
    state how = state::planned;
    std::string proof;    // what showed that it worked
    std::string problem;  // why it did not
    // The state that it touches, as it was and as it was left; null: not known, or there is no way to see it.
    nlohmann::json before, after;
    std::chrono::milliseconds took{};
};
std::string_view to_string(change::state);

// What happened when, as a run told it while it worked.
struct moment {
    std::chrono::milliseconds at{};  // since the run began
    std::string event;               // "step started", ...: to_string(event::kind)
    run_phase phase = run_phase::look;
    std::string step_id, step_name, text;
};

struct report {
    std::string runbook_name, runbook_title, source, runbook_sha256, machine, computer_name, program_version;
    run_mode mode = run_mode::check;
    run_result result = run_result::unknown;
    std::string verdict;                         // one sentence
    std::vector<std::string> missing_variables;  // set them to go on
    std::vector<look> looks;
    std::vector<finding> findings;  // of every phase
    std::vector<decision> decisions;
    std::vector<change> changes;
    std::vector<std::string> warnings;
    std::vector<moment> timeline;
    std::string line_error;  // what ended the run when the console failed; empty: it did not
    std::optional<restart_outcome> restart;
    line_use used;
    std::chrono::milliseconds took{};
    std::string started_at;  // UTC, ISO 8601
    std::string journal, recording;
    std::string journal_hash, recording_hash;  // of the last entry, of the whole file; empty: none, or not known yet
    bool weaker_proof = false;                 // some answer was not hashed in the guest

    bool has_faults(run_phase phase) const;
};

// What a person still has to do or know, one sentence each; empty: nothing.
std::vector<std::string> what_remains(const report& account);
// What to type next: to go on with an interrupted repair, or to take back what is temporary; empty: nothing.
std::string next_command(const report& account);
// The command that takes the changes back; empty: nothing was changed that could be.
std::string undo_command(const report& account);

std::string in_seconds(std::chrono::milliseconds took);  // "12.3 s"
std::string answer_text(const decision& made);           // "nobody has decided" when there is none

struct text_style {
    std::size_t width = 100;
    bool colour = false;
    bool diff = false;  // show the states before and after each change, as far as they differ
};
std::string to_text(const report& account, const text_style& style = {});
std::string to_markdown(const report& account);  // for a ticket
std::string to_junit(const report& account);     // a test suite: each step a case, each fault a failure
nlohmann::json to_json(const report& account);   // schema: scripts/README.md

}  // namespace emsctl::scripts
