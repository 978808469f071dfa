#include "scripts/runbook_cases.hpp"

#include <algorithm>

#include "scripts/member_reader.hpp"

namespace emsctl::scripts {
namespace {

const std::vector<std::string> results{
    "healthy", "repaired", "faults_found", "failed_rolled_back", "rollback_incomplete", "unknown", "restart_pending"};

void read_expectation(const yaml_node& node, runbook_case& one, complaints& errors) {
    member_reader members(node, "expect", errors);
    if (members.need("result")) one.result = results[members.one_of("result", results, 0)];
    one.finds = members.texts("finds");
    if (members.has("changes")) one.changes = members.texts("changes");
    one.asks = members.text("asks");
}

runbook_case read_case(const yaml_node& node, complaints& errors) {
    runbook_case one;
    one.at = node.at;
    member_reader members(node, "a case", errors);
    one.name = members.text("name", true);
    one.scenario = members.text("scenario");
    one.recording = members.text("recording");
    if (one.scenario.empty() == one.recording.empty())
        errors.add(node.at, "a case needs either \"scenario\" or \"recording\"");
    if (auto profile = members.text("profile"); !profile.empty()) one.profile = std::move(profile);
    if (const auto seed = members.integer("seed")) {
        if (*seed < 0) errors.add(node.at, "\"seed\" must not be negative");
        one.seed = static_cast<std::uint64_t>(*seed);
    }
    if (const auto* vars = members.take("vars")) {
        if (vars->what != yaml_node::kind::map) errors.add(vars->at, "\"vars\" must be a map: name and value");
        for (const auto& [name, value] : vars->members) one.variables[name.text] = value.text;
    }
    one.applies = members.boolean("apply", false);
    one.goes_back = members.boolean("undo", false);
    if (one.goes_back && (!one.applies || one.scenario.empty()))
        errors.add(node.at, "\"undo\" is for a case with a scenario and \"apply\"");
    if (const auto* expect = members.need("expect")) read_expectation(*expect, one, errors);
    return one;
}

std::string quoted(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text.empty() ? "none" : text;
}

}  // namespace

runbook_cases parse_cases(std::string_view text, std::string file_name) {
    runbook_cases all;
    complaints errors(text, std::move(file_name));
    auto document = read_yaml(text);
    for (auto& problem : document.problems) errors.add(problem.at, std::move(problem.message));
    if (document.root) {
        member_reader members(*document.root, "a file of cases", errors);
        all.runbook = members.text("runbook", true);
        if (const auto* cases = members.need("cases")) {
            if (cases->what != yaml_node::kind::list || cases->items.empty())
                errors.add(cases->at, "\"cases\" must be a list of cases");
            for (const auto& item : cases->items) all.cases.push_back(read_case(item, errors));
        }
    }
    all.errors = errors.take();
    return all;
}

std::vector<std::string> disappointments(const runbook_case& expected, const report& got) {
    std::vector<std::string> why;
    if (to_string(got.result) != expected.result)
        why.push_back("expected " + expected.result + ", and it ended " + std::string(to_string(got.result)) + ": " +
                      got.verdict);
    for (const auto& part : expected.finds) {
        const bool found = std::any_of(got.findings.begin(), got.findings.end(),
                                       [&](const finding& f) { return f.text.find(part) != std::string::npos; });
        if (!found) why.push_back("nothing was found that says \"" + part + "\"");
    }
    if (expected.changes) {
        std::vector<std::string> made;
        for (const auto& c : got.changes)
            if (c.how != change::state::declined) made.push_back(c.step_id);
        if (made != *expected.changes)
            why.push_back("expected changes by " + quoted(*expected.changes) + ", and there were " + quoted(made));
    }
    std::string missing;
    for (const auto& name : got.missing_variables) missing += (missing.empty() ? "" : ", ") + name;
    if (missing != expected.asks)
        why.push_back(missing.empty() ? "nobody was asked for " + expected.asks : "somebody has to decide " + missing);
    return why;
}

}  // namespace emsctl::scripts
