#include "src/runbook_account.hpp"

#include <algorithm>
#include <set>

namespace emsctl {

using scripts::step;

namespace {

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size() + 2), ' ');
    return text;
}

// What a step does, in the terms of the format; `family` is a word for programs.
struct told {
    std::string family{};
    std::string what{};  // the command, the value, the question
    bool changes = false;
    std::string undo{};       // exact, compensating, none; empty for what changes nothing
    std::string residue{};    // what stays after the undo
    std::string proof{};      // how the change is proved
    bool at_restart = false;  // takes effect only then
};

std::string in_shell(scripts::shell in, const std::string& text) {
    return std::string(to_string(in)) + ": " + scripts::for_people(in, text);
}

told tell(const scripts::read_step& s) {
    return {"look", in_shell(s.what.in, s.what.command.text)};
}
told tell(const scripts::judge_step& s) {
    return {"think", s.value.text};
}
told tell(const scripts::command_step& s) {
    told t{"change", s.changes.text, true, std::string(to_string(s.undo.kind)), s.undo.residue.text};
    t.proof = s.proof ? s.proof->that.text : "";
    t.at_restart = s.effective == scripts::takes_effect::restart;
    return t;
}
told tell(const scripts::registry_step& s) {
    told t{"registry", s.key.text + ", " + s.value.text + " = " + s.data.text + " (" + s.type + ")", true, "exact"};
    t.proof = "the value is read again";
    t.at_restart = s.effective == scripts::takes_effect::restart;
    return t;
}
told tell(const scripts::service_step& s) {
    const std::string wanted = s.state.empty() ? "start type " + s.start : s.state;
    told t{"service", "service " + s.name.text + ": " + wanted, true, "exact"};
    t.proof = "the service is looked at again";
    return t;
}
told tell(const scripts::acl_step& s) {
    told t{"acl", s.path.text + ":", true, "exact"};
    for (const auto& [sid, right] : s.grants) t.what += " " + sid + " " + right;
    t.proof = "the rights are read again";
    return t;
}
told tell(const scripts::azure_snapshot_step& s) {
    told t{"azure.snapshot", "snapshot " + s.name.text + " of the system disk", true, "none",
           "the snapshot stays, and costs money until somebody deletes it"};
    t.proof = "Azure says that it is there";
    return t;
}
told tell(const scripts::azure_rule_step& s) {
    told t{"azure.nsg_rule", "network rule " + s.name.text, true, "exact"};
    if (!s.is_wanted) t.what += " removed";
    const std::pair<const char*, const scripts::written&> parts[] = {{"group", s.group},   {"access", s.access},
                                                                     {"port", s.port},     {"protocol", s.protocol},
                                                                     {"source", s.source}, {"priority", s.priority}};
    for (const auto& [name, part] : parts)
        if (!part.text.empty()) t.what += std::string(", ") + name + " " + part.text;
    t.proof = "the rule is read again";
    return t;
}
told tell(const scripts::restart_step& s) {
    const bool by_azure = s.who == scripts::restarted_by::azure;
    told t{by_azure ? "azure.restart" : "restart", "restart of the machine: " + s.reason.text, true, "none"};
    t.residue = "a restart cannot be taken back";
    t.proof = "the time of the last start is read again";
    return t;
}
told tell(const scripts::decision_step& s) {
    return {"decision", s.variable};
}
told tell(const scripts::manual_step& s) {
    told t{"manual", "by hand: " + s.instruction.text, true, "none", "what a person did is not taken back"};
    t.proof = s.proof ? s.proof->that.text : "the word of whoever did it";
    return t;
}
told tell(const scripts::block_step& s) {
    std::string what = std::to_string(s.steps.size()) + " steps that hold together";
    if (!s.rescue.empty()) what += ", " + std::to_string(s.rescue.size()) + " when they fail";
    if (!s.always.empty()) what += ", " + std::to_string(s.always.size()) + " in any case";
    return {"block", what};
}
told tell(const scripts::hive_step& s) {
    return {"hive", s.file.text + " as HKLM\\" + s.name + ", for " + std::to_string(s.steps.size()) + " steps"};
}
told tell(const scripts::include_step& s) {
    return {"include", s.book->name + (s.only_looks ? " (only looks): " : ": ") + s.book->title};
}

told tell(const step& s) {
    return std::visit([](const auto& action) { return tell(action); }, s.action);
}

std::string value_text(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string range_of(const scripts::variable& v) {
    std::string text(to_string(v.type));
    if (v.min) text += " from " + std::to_string(*v.min);
    if (v.max) text += " to " + std::to_string(*v.max);
    for (std::size_t i = 0; i < v.choices.size(); ++i) text += (i == 0 ? ": " : ", ") + v.choices[i];
    if (!v.fallback.is_null()) text += ", default " + value_text(v.fallback);
    if (!v.computed.text.empty()) text += ", default " + v.computed.text;
    if (v.is_prompted) text += ", asked for";
    if (!v.proposal.empty()) text += ", proposal " + v.proposal;
    return text;
}

std::string variables_text(const scripts::runbook& book) {
    std::string text = book.variables.empty() ? "" : "\nVariables\n";
    for (const auto& v : book.variables) {
        text += "  " + v.name + " (" + range_of(v) + ")\n";
        if (!v.question.empty()) text += "      " + v.question + "\n";
    }
    return text;
}

std::string indented(std::string text) {
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
        text.insert(at + 1, "        ");
    return text;
}

std::string step_text(const step& s, std::size_t number) {
    const auto t = tell(s);
    std::string text = padded("  " + std::to_string(number), 6) + s.name + " [" + s.id + "]\n";
    const auto add = [&](const std::string& word, const std::string& what) {
        if (!what.empty()) text += "        " + padded(word, 10) + indented(what) + "\n";
    };
    add(t.family, t.what);
    add("when", s.when.text);
    add("loop", s.loop.text);
    if (const auto* d = std::get_if<scripts::decision_step>(&s.action)) add("asks", d->question.text);
    if (!t.changes) return text;
    add("risk", std::string(to_string(s.risk)));
    if (s.temporary) add("temporary", "to be taken back as soon as possible");
    add("undo", t.undo + (t.residue.empty() ? "" : "; what stays: " + t.residue));
    add("proof", t.proof.empty() ? "none" : t.proof);
    if (t.at_restart) add("effective", "after a restart");
    return text;
}

std::string changes_text(const scripts::runbook& book) {
    std::string text;
    for (const auto* s : all_steps(book, true)) {
        const auto t = tell(*s);
        if (!t.changes) continue;
        text += "  " + padded(std::string(to_string(s->risk)), 8) + padded("undo " + t.undo, 20) + s->name +
                (s->temporary ? " (temporary)" : "") + "\n";
    }
    return text.empty() ? "\nIt changes nothing.\n" : "\nWhat it may change\n" + text;
}

std::vector<std::string> cited(const scripts::runbook& book) {
    std::vector<std::string> all;
    for (const auto* s : all_steps(book, true))
        if (!s->cites.empty() && std::ranges::find(all, s->cites) == all.end()) all.push_back(s->cites);
    return all;
}

nlohmann::json step_json(const step& s) {
    const auto t = tell(s);
    nlohmann::json document = {{"id", s.id},           {"name", s.name},   {"family", t.family},  {"what", t.what},
                               {"changes", t.changes}, {"cites", s.cites}, {"when", s.when.text}, {"loop", s.loop.text},
                               {"line", s.at.line},    {"tags", s.tags}};
    if (!t.changes) return document;
    document["risk"] = to_string(s.risk);
    document["why"] = s.why.text;
    document["temporary"] = s.temporary;
    document["undo"] = t.undo;
    document["residue"] = t.residue;
    document["proof"] = t.proof;
    document["effective"] = t.at_restart ? "restart" : "now";
    return document;
}

nlohmann::json variable_json(const scripts::variable& v) {
    nlohmann::json document = {{"name", v.name},         {"type", to_string(v.type)}, {"default", v.fallback},
                               {"question", v.question}, {"proposal", v.proposal},    {"choices", v.choices}};
    if (!v.computed.text.empty()) document["default"] = v.computed.text;
    document["prompt"] = v.is_prompted;
    document["min"] = v.min ? nlohmann::json(*v.min) : nlohmann::json();
    document["max"] = v.max ? nlohmann::json(*v.max) : nlohmann::json();
    return document;
}

}  // namespace

scripts::risk_level risk_of(const scripts::runbook& book) {
    auto highest = scripts::risk_level::none;
    for (const auto* s : all_steps(book, true)) highest = std::max(highest, s->risk);
    return highest;
}

std::string runbook_text(const scripts::runbook& book) {
    std::string text = book.name + ": " + book.title + "\n";
    text += "  risk: " + std::string(to_string(risk_of(book))) + "\n";
    if (!book.source.empty()) text += "  source: " + book.source + "\n";
    for (const auto& one : cited(book)) text += "    " + one + "\n";
    text += variables_text(book) + changes_text(book) + "\nSteps\n";
    std::size_t number = 0;
    for (const auto* s : all_steps(book, false)) text += step_text(*s, ++number);
    return text;
}

std::string step_list(const scripts::runbook& book) {
    std::string text;
    for (const auto* s : all_steps(book, true)) {
        std::string tags;
        for (const auto& tag : s->tags) tags += " #" + tag;
        text += padded(s->id, 28) + (acts(*s) ? "changes  " : "         ") + s->name + tags + "\n";
    }
    return text;
}

nlohmann::json runbook_json(const scripts::runbook& book) {
    nlohmann::json document = {
        {"schema", 1},       {"name", book.name},     {"title", book.title},  {"source", book.source},
        {"file", book.file}, {"sha256", book.sha256}, {"cites", cited(book)}, {"risk", to_string(risk_of(book))}};
    document["variables"] = nlohmann::json::array();
    for (const auto& v : book.variables) document["variables"].push_back(variable_json(v));
    document["steps"] = nlohmann::json::array();
    for (const auto* s : all_steps(book, false)) document["steps"].push_back(step_json(*s));
    return document;
}

}  // namespace emsctl
