// A runbook as a value: what stands in the file, with the place of each part kept for error texts. It runs nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scripts/target.hpp"

namespace emsctl::scripts {

struct place {
    int line = 0;  // from 1
    int column = 0;
};

// Text with `{{ lua }}` holes, or a Lua expression; which of the two the member's comment says.
struct written {
    std::string text;
    place at;
};

enum class variable_type { integer, text, boolean, choice, secret };
enum class risk_level { none, low, medium, high };
enum class undo_class { exact, compensating, none };
enum class takes_effect { now, restart };
enum class severity { fault, note };
enum class output_format { text, lines, number, fields, csv, json, reg, netstat, sc, sessions, sddl, events, bcd };

std::string_view to_string(variable_type);
std::string_view to_string(risk_level);
std::string_view to_string(undo_class);
std::string_view to_string(takes_effect);
std::string_view to_string(severity);
std::string_view to_string(output_format);

struct variable {
    std::string name;       // in the runbook's own expressions
    std::string full_name;  // from outside: of an included runbook "STEP-ID.name"
    variable_type type = variable_type::text;
    std::optional<std::int64_t> min, max;  // integer
    std::vector<std::string> choices;      // choice
    nlohmann::json fallback;               // null: no default, or a computed one, or somebody must decide
    written computed;                      // template: the default, from facts and the variables before; empty: none
    bool is_prompted = false;              // asked for before anything is looked at, when nobody has given it
    std::string question;                  // as put to a person
    std::string proposal;                  // template; empty: none
    place at;
};

// A command as people see it: the words of a program behind each other.
std::string for_people(shell in, std::string text);

// A command that only looks, and how its answer is read.
struct reading {
    shell in = shell::cmd;
    written command;  // template
    output_format parse = output_format::text;
    std::string separator;            // fields
    std::vector<std::string> fields;  // names of the columns: fields, csv
    std::vector<std::string> keep;    // members of the parsed answer that count in comparisons; empty: all
    std::vector<std::int64_t> expect_exit{0};
    std::string register_as;
    std::chrono::seconds limit{120};
};

struct finding_rule {
    written when;  // Lua
    written say;   // template
    severity level = severity::fault;
};

// After a change of ours: look again until `that` holds or the time is over.
struct settling {
    written that;  // Lua
    std::chrono::seconds within{60};
};

// At any time: look again until `that` holds; when it does not even after the last time, the step failed.
struct repetition {
    written that;  // Lua
    std::int64_t retries = 3;
    std::chrono::seconds delay{5};
};

struct read_step {
    reading what;
    std::string look;  // one sentence: what was looked at
    std::vector<finding_rule> findings;
    std::optional<settling> settle;
    std::optional<repetition> until;
};

// No command at all: findings and values computed from what was read before.
struct judge_step {
    std::string look;
    written value;  // Lua; registered when the step has `register`
    std::vector<finding_rule> findings;
};

struct plain_command {
    shell in = shell::cmd;
    written text;  // template
    std::vector<std::int64_t> expect_exit{0};
};

struct undo_plan {
    undo_class kind = undo_class::none;
    std::vector<plain_command> commands;
    written residue;                        // template; what stays even after the undo
    std::optional<reading> unless_changed;  // the present value must be what we left, or the undo is refused
};

struct proof_plan {
    reading what;
    written that;  // Lua; the reading is `proof` there
    std::chrono::seconds within{30};
};

struct command_step {
    plain_command command;
    written changes;  // template: from what to what
    std::vector<reading> before;
    undo_plan undo;
    std::optional<proof_plan> proof;
    takes_effect effective = takes_effect::now;
    std::chrono::seconds limit{300};
};

struct registry_step {
    written key, value, data;  // templates
    std::string type;          // REG_DWORD, REG_SZ, ...
    takes_effect effective = takes_effect::now;
};

struct service_step {
    written name;       // template
    std::string state;  // "running", "stopped" or ""
    std::string start;  // "auto", "demand", "disabled" or ""
    std::chrono::seconds within{60};
};

struct acl_step {
    written path;                                             // template: one file
    std::vector<std::pair<std::string, std::string>> grants;  // SID -> F, M, RX, R, W
};

struct restart_step {
    written reason;  // template
    std::chrono::seconds limit{900};
    restarted_by who = restarted_by::windows;
};

// A copy of the system disk as it is now. It is what steps of high risk need, and stays when they are taken back.
struct azure_snapshot_step {
    written name;  // template
};

// One rule of a network security group in front of the machine. What is not given stays as it is.
struct azure_rule_step {
    written name, group;                               // templates; group: needed where several guard the machine
    written access, port, protocol, source, priority;  // templates: Allow or Deny, 3389, Tcp, 203.0.113.0/24, 300
    bool is_wanted = true;                             // false: there is to be no such rule
};

struct decision_step {
    std::string variable;
    written question;                   // template; empty: the variable's own
    written proposal;                   // Lua; empty: the variable's own proposal
    written accept;                     // Lua: the answer means yes; empty: any answer that is not false
    bool safe = false;                  // the proposal may be taken without asking
    std::vector<std::string> confirms;  // ids of steps that need no further confirmation
};

// What only a person can do. Seen as done by a proof, or by the word of somebody who was asked.
struct manual_step {
    written instruction;  // template
    std::optional<proof_plan> proof;
};

struct step;

// Steps that hold together. When one fails in a repair, the block's changes are taken back first, then `rescue` is
// carried out in its place; `always` comes after either.
struct block_step {
    std::vector<step> steps, rescue, always;
};

// The registry of a Windows that is not running, loaded under a key of this one for the steps inside. A look loads a
// copy, so that the file stays untouched; a repair loads the file itself and unloads it at the end, both journaled.
struct hive_step {
    written file;      // template
    std::string name;  // of the key under HKLM
    std::vector<step> steps;
};

struct runbook;

// Another runbook as one step, with names of its own. Its steps' ids begin with this step's id and a slash.
struct include_step {
    std::shared_ptr<const runbook> book;
    std::vector<std::pair<std::string, written>> parameters;  // variable of the other: Lua
    bool only_looks = false;                                  // never changes anything, also in a repair
};

using step_action =
    std::variant<read_step, judge_step, command_step, registry_step, service_step, acl_step, azure_snapshot_step,
                 azure_rule_step, restart_step, decision_step, manual_step, block_step, hive_step, include_step>;

struct step {
    std::string name, id, cites;
    written when;  // Lua; empty: always
    written why;   // template, shown when the step acts
    written loop;  // Lua: a list; the step runs once for each `item`
    std::string register_as;
    risk_level risk = risk_level::none;
    std::vector<std::string> tags;
    bool optional = false;   // when it cannot be read, that is a warning and no more
    bool temporary = false;  // what it changes is to be taken back as soon as possible
    step_action action;
    place at;
};
// Whether it can change the machine by itself; a block, a hive or an include changes it by its steps.
bool acts(const step& s);
// Whether one of them or of the steps inside them acts.
bool any_acts(const std::vector<step>& steps);

struct runbook {
    std::string name, title, source;
    std::vector<variable> variables;
    std::vector<step> steps;
    std::vector<std::pair<std::string, written>> outputs;  // for whoever includes it: Lua
    std::chrono::seconds limit{0};                         // for a whole run; 0: none
    std::string file;                                      // where it was read from
    std::string sha256;                                    // of its text and those it includes
};

// Every step in the order of the file, those of blocks after the block itself; with `included` those of
// included runbooks too, unless they only look. The pointers live as long as the runbook.
std::vector<const step*> all_steps(const runbook& book, bool included);
// Variables that somebody outside may set: the runbook's own and those of included ones that no parameter gives.
std::vector<const variable*> settable_variables(const runbook& book);

struct parse_error {
    std::string file;
    place at;
    std::string message;
    std::string line_text;   // the offending line
    std::string suggestion;  // "did you mean ...?"; empty: none
};
std::string to_string(const parse_error& error);  // file:line:column: message, then the line with a caret

struct parsed_runbook {
    std::optional<runbook> book;  // set when there are no errors
    std::vector<parse_error> errors;
};
// How an included runbook is found by what stands in the file.
using runbook_finder = std::function<parsed_runbook(const std::string& name_or_path)>;
// Every mistake is reported, in the order of the file. Without a finder only shipped runbooks can be included.
parsed_runbook parse_runbook(std::string_view text, std::string file_name, const runbook_finder& finder = {});

// A shipped runbook by its name, or a file by its path; what a file includes is looked for beside it. Not found is an
// error like any other.
parsed_runbook find_runbook(const std::string& name_or_path);
std::vector<std::string> shipped_runbooks();

std::optional<std::string_view> embedded(std::string_view file_name);  // generated, cmake/embed.cmake
std::vector<std::string_view> embedded_names();

}  // namespace emsctl::scripts
