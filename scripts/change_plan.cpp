#include "scripts/change_plan.hpp"

#include <algorithm>
#include <stdexcept>

namespace emsctl::scripts {
namespace {

template <class Enum>
Enum enum_of(const nlohmann::json& text, std::initializer_list<Enum> values) {
    const auto& word = text.get_ref<const std::string&>();
    for (const Enum value : values)
        if (to_string(value) == word) return value;
    throw std::runtime_error("unknown word " + word);
}

shell shell_of(const nlohmann::json& text) {
    return enum_of(text, {shell::cmd, shell::powershell, shell::local, shell::console, shell::azure});
}

nlohmann::json commands_json(const std::vector<ready_command>& commands) {
    auto list = nlohmann::json::array();
    for (const auto& c : commands)
        list.push_back({{"shell", to_string(c.in)},
                        {"text", c.text},
                        {"expect_exit", c.expect_exit},
                        {"only_if_key_empty", c.only_if_key_empty}});
    return list;
}

std::vector<ready_command> commands_of(const nlohmann::json& list) {
    std::vector<ready_command> commands;
    for (const auto& item : list)
        commands.push_back(
            {shell_of(item.at("shell")), item.at("text"), item.at("expect_exit"), item.at("only_if_key_empty")});
    return commands;
}

}  // namespace

nlohmann::json to_json(const change_plan& plan) {
    nlohmann::json text{{"step", plan.step_id},
                        {"name", plan.step_name},
                        {"cites", plan.cites},
                        {"what", plan.what},
                        {"from", plan.from},
                        {"to", plan.to},
                        {"why", plan.why},
                        {"risk", to_string(plan.risk)},
                        {"undo_class", to_string(plan.undo)},
                        {"effective", to_string(plan.effective)},
                        {"temporary", plan.temporary},
                        {"residue", plan.residue},
                        {"before", plan.before},
                        {"commands", commands_json(plan.commands)},
                        {"undo", commands_json(plan.way_back)}};
    if (plan.until_restart) text["until_restart"] = true;
    if (!plan.context.is_null()) text["context"] = plan.context;
    if (plan.present) {
        const auto& p = *plan.present;
        text["present"] = {{"shell", to_string(p.in)},     {"text", p.command.text},
                           {"parse", to_string(p.parse)},  {"separator", p.separator},
                           {"fields", p.fields},           {"keep", p.keep},
                           {"expect_exit", p.expect_exit}, {"before", plan.present_before}};
    }
    return text;
}

change_plan plan_from_json(const nlohmann::json& text) {
    change_plan plan;
    plan.step_id = text.at("step");
    plan.step_name = text.at("name");
    plan.cites = text.at("cites");
    plan.what = text.at("what");
    plan.from = text.at("from");
    plan.to = text.at("to");
    plan.why = text.at("why");
    plan.risk = enum_of(text.at("risk"), {risk_level::none, risk_level::low, risk_level::medium, risk_level::high});
    plan.undo = enum_of(text.at("undo_class"), {undo_class::exact, undo_class::compensating, undo_class::none});
    plan.effective = enum_of(text.at("effective"), {takes_effect::now, takes_effect::restart});
    plan.temporary = text.value("temporary", false);
    plan.until_restart = text.value("until_restart", false);
    plan.residue = text.at("residue");
    plan.before = text.at("before");
    plan.commands = commands_of(text.at("commands"));
    plan.way_back = commands_of(text.at("undo"));
    if (const auto it = text.find("present"); it != text.end()) {
        reading p;
        p.in = shell_of(it->at("shell"));
        p.command.text = it->at("text");
        p.separator = it->at("separator");
        p.fields = it->at("fields").get<std::vector<std::string>>();
        p.keep = it->at("keep").get<std::vector<std::string>>();
        p.expect_exit = it->at("expect_exit").get<std::vector<std::int64_t>>();
        using f = output_format;
        p.parse = enum_of(it->at("parse"), {f::text, f::lines, f::number, f::fields, f::csv, f::json, f::reg,
                                            f::netstat, f::sc, f::sessions, f::sddl, f::events, f::bcd});
        plan.present_before = it->at("before");
        plan.present = std::move(p);
    }
    return plan;
}

change as_change(const change_plan& plan) {
    change shown;
    shown.step_id = plan.step_id;
    shown.step_name = plan.step_name;
    shown.cites = plan.cites;
    shown.what = plan.what;
    shown.from = plan.from;
    shown.to = plan.to;
    shown.why = plan.why;
    shown.risk = plan.risk;
    shown.undo = plan.undo;
    shown.residue = plan.residue;
    shown.effective = plan.effective;
    shown.temporary = plan.temporary;
    if (plan.present_before.is_object()) shown.before = plan.present_before.value("value", nlohmann::json());
    return shown;
}

nlohmann::json state_of(const reading& how, const nlohmann::json& result) {
    auto value = result.at("parsed");
    const auto keep_only = [&](nlohmann::json& object) {
        if (!object.is_object() || how.keep.empty()) return;
        auto kept = nlohmann::json::object();
        for (const auto& name : how.keep)
            if (object.contains(name)) kept[name] = object[name];
        object = std::move(kept);
    };
    if (value.is_array())
        for (auto& row : value) keep_only(row);
    else
        keep_only(value);
    return {{"rc", result.at("rc")}, {"value", std::move(value)}};
}

}  // namespace emsctl::scripts
