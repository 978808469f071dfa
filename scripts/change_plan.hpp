// One change, fully rendered before anything is sent: what goes out, how to see the value it touches, and the way
// back. This is what stands in the journal, so that an undo needs neither the runbook nor the run.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "scripts/report.hpp"
#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct ready_command {
    shell in = shell::cmd;
    std::string text;
    std::vector<std::int64_t> expect_exit{0};
    std::string only_if_key_empty;  // sent only while this registry key has neither values nor subkeys
};

struct change_plan {
    std::string step_id, step_name, cites;
    std::string what, from, to, why;
    risk_level risk = risk_level::low;
    undo_class undo = undo_class::none;
    takes_effect effective = takes_effect::now;
    bool temporary = false;      // to be taken back as soon as possible
    bool until_restart = false;  // a restart ends it (a loaded hive); what builds on it needs it renewed
    std::string residue;
    nlohmann::json before = nlohmann::json::object();  // what was read before, by name
    std::vector<ready_command> commands;
    std::vector<ready_command> way_back;
    std::optional<reading> present;  // rendered; how to see the value that is changed
    nlohmann::json present_before;   // its state before
    std::chrono::seconds limit{300};
    nlohmann::json context;  // what the run had seen when it planned this: {seen, facts}, for whoever resumes it

    // Not journaled: what must hold afterwards.
    std::optional<reading> proof;  // rendered
    std::function<bool(const nlohmann::json& result)> holds;
    std::chrono::seconds within{30};
};

nlohmann::json to_json(const change_plan& plan);
// Throws nlohmann::json::exception when members are missing or of the wrong type.
change_plan plan_from_json(const nlohmann::json& text);

// As a report shows it, planned.
change as_change(const change_plan& plan);

// What counts of a reading's result when two are compared: exit code and the members to `keep`.
nlohmann::json state_of(const reading& how, const nlohmann::json& result);

}  // namespace emsctl::scripts
