// Carries out a runbook on a target: looks (check), or looks, repairs and looks again (apply); and takes a journaled
// run back (undo). It prints nothing: whoever watches gets events, and the result is a report.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "scripts/journal.hpp"
#include "scripts/report.hpp"
#include "scripts/runbook.hpp"
#include "scripts/secret_values.hpp"
#include "scripts/target.hpp"

namespace emsctl::scripts {

struct event {
    enum class kind {
        phase_started,  // text: look, repair, proof, rollback, undo
        step_started,
        looked,          // text: what was looked at
        found,           // text: the finding; details.severity: fault | note
        decided,         // text: question; details.variable, answer, how, accepted
        change_planned,  // text: what; details.from, to, why, risk, undo, effective
        change_started,  // journaled, about to be sent
        change_done,     // details.took_ms
        change_failed,   // text: the problem
        change_undone,   // text: what was taken back; details.refused when it was not
        proved,          // text: what was proved and how
        restarting,      // text: reason
        restarted,       // details.took_ms, text: proof of the new boot
        warning,
        verdict,  // text: one sentence; details.result, exit_status
    };
    kind what;
    run_phase phase = run_phase::look;
    std::string step_id, step_name, cites;
    std::string text;
    nlohmann::json details = nlohmann::json::object();
};
std::string_view to_string(event::kind);
nlohmann::json to_json(const event& happened);

class observer {
  public:
    virtual ~observer() = default;
    virtual void on(const event& happened) = 0;
    // Asked before each step of a look and of a repair: why it must not be begun. A repair is then taken back.
    virtual std::optional<std::string> reason_to_stop() { return std::nullopt; }
};

// Put to a person (or to a policy). `variable` is the name by which the answer can be given beforehand.
struct question {
    enum class kind { decision, confirmation, by_hand } what = kind::decision;
    std::string variable;  // of a confirmation "confirm:STEP-ID", of something done by hand "done:STEP-ID"
    variable_type type = variable_type::text;
    std::vector<std::string> choices;
    std::string text;
    std::string proposal;
    bool safe = false;                  // a decision's proposal may be taken without a person
    std::vector<std::string> evidence;  // findings so far
    risk_level risk = risk_level::none;
    undo_class undo = undo_class::exact;
};
// The answer as typed, or nothing when nobody can answer: then the run stops and names the variable.
using ask_function = std::function<boost::asio::awaitable<std::optional<std::string>>(question)>;

enum class confirm_policy { each, risky, none };  // risky: medium and high
std::string_view to_string(confirm_policy);

struct run_options {
    run_mode mode = run_mode::check;
    std::map<std::string, std::string> variables;  // as typed: name=value
    secret_values secrets;                         // of variables that are secrets; never written anywhere
    confirm_policy confirm = confirm_policy::risky;
    ask_function ask;               // empty: nobody can be asked
    std::filesystem::path journal;  // apply: a file that does not exist yet
    std::string program_version, recording;
    nlohmann::json console;  // how to reach the machine again, for the journal's header; never a secret
    // Only changes with one of these tags, and only those from this step on; the others are left out and said to be.
    // Empty: all.
    std::set<std::string> tags;
    std::string start_at;
    // A step of high risk needs one of the two; whichever is given stands in the journal.
    std::string snapshot_id, no_snapshot;
    std::chrono::seconds limit{0};   // for the whole run; then it is taken back. 0: the runbook's own
    wall_clock clock;                // empty: the system's
    const report* looked = nullptr;  // a check of the same machine in the same session: not repeated before apply
};

// What --start-at and --tags name must be there: the first that is not, with a suggestion; empty: all fine.
std::string wrong_selection(const runbook& book, const std::set<std::string>& tags, const std::string& start_at);

// Checks values given for variables before anything is run; empty: all fine.
std::vector<std::string> wrong_variables(const runbook& book, const std::map<std::string, std::string>& given);
std::vector<std::string> wrong_secrets(const runbook& book, const secret_values& given);

// Never throws for what happens on the machine or the line: that is in the report. Throws system_error for a journal
// that cannot be written and usage_error for wrong options. All references must outlive the call.
boost::asio::awaitable<report> run_runbook(const runbook& book, target& machine, observer& watcher,
                                           run_options options);

struct resume_options {
    std::filesystem::path journal;        // of a run that was interrupted: read, verified, then appended to
    std::map<std::string, bool> decided;  // by step id: what a person says of a change nobody knows about (true: done)
    secret_values secrets;                // the journal has none
    ask_function ask;
    std::string program_version, recording;
    wall_clock clock;
};
// The journal, when a run by this runbook can go on with it; else throws usage_error.
journal_content resumable(const runbook& book, const std::filesystem::path& journal);
// Goes on with an interrupted repair: finds out by the marks and the state of the machine what was done, does not do it
// again, and does the rest. Throws usage_error when the journal is not one to go on with, or of another runbook or
// machine.
boost::asio::awaitable<report> resume_run(const runbook& book, target& machine, observer& watcher,
                                          resume_options options);

struct undo_options {
    std::filesystem::path journal;        // read, verified, then appended to
    std::string to_step;                  // stop after undoing this step; empty: everything
    bool only_temporary = false;          // only what was meant to be temporary
    std::map<std::string, bool> decided;  // by step id: what a person says of a change nobody knows about (true: done)
    std::string program_version, recording;
    wall_clock clock;
};
boost::asio::awaitable<report> undo_run(target& machine, observer& watcher, undo_options options);

class usage_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

}  // namespace emsctl::scripts
