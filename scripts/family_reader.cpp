#include "scripts/family_reader.hpp"

#include <algorithm>

#include "sac/pattern.hpp"
#include "scripts/azure_request.hpp"
#include "scripts/dialogue_text.hpp"
#include "scripts/gate.hpp"
#include "scripts/service_rules.hpp"

namespace emsctl::scripts {
namespace {

const std::vector<std::string> formats{"text",    "lines", "number",   "fields", "csv",    "json", "reg",
                                       "netstat", "sc",    "sessions", "sddl",   "events", "bcd"};

// A program and its arguments, no shell between: a line for each.
written read_words(const yaml_node& list, member_reader& members, complaints& errors) {
    written words{{}, list.at};
    if (list.what != yaml_node::kind::list || list.items.empty()) {
        errors.add(list.at, "\"local\" must be a list: a program and its arguments");
        return words;
    }
    for (const auto& item : list.items) {
        const auto word = members.checked_template(item).text;
        if (word.empty() || word.find('\n') != std::string::npos)
            errors.add(item.at, "a program and its arguments are texts of one line");
        words.text += (words.text.empty() ? "" : "\n") + word;
    }
    if (list.items.front().text.find("{{") != std::string::npos)
        errors.add(list.items.front().at, "the program must be told plainly, so that everybody sees what is started");
    return words;
}

// A regular expression has no holes: what a machine says must not become a part of it.
std::string checked_regex(const yaml_node& node, complaints& errors) {
    constexpr std::size_t longest = 1000;
    if (node.what != yaml_node::kind::scalar || node.text.empty() || node.text.size() > longest ||
        node.text.find('\n') != std::string::npos) {
        errors.add(node.at, "a regex must be one line of at most " + std::to_string(longest) + " characters");
        return {};
    }
    if (node.text.find("{{") != std::string::npos) errors.add(node.at, "a regex has no {{ }}");
    if (const auto fault = sac::fault_of({node.text, true}))
        errors.add(errors.inside(node, fault->at), "not a regex: " + fault->message);
    return node.text;
}

// What is awaited and typed, in the words of dialogue_text.hpp.
written read_dialogue(const yaml_node& list, member_reader& of_step, complaints& errors) {
    written text{{}, list.at};
    if (list.what != yaml_node::kind::list || list.items.empty()) {
        errors.add(list.at, "\"console\" must be a list of turns");
        return text;
    }
    const auto line_of = [&](const yaml_node& node, std::size_t longest) {
        const auto one = of_step.checked_template(node).text;
        if (one.empty() || one.size() > longest || one.back() == ' ' || one.find('\n') != std::string::npos)
            errors.add(node.at, "this must be one line of at most " + std::to_string(longest) +
                                    " characters that does not end in a blank");
        return one;
    };
    std::vector<dialogue_part> parts;
    for (const auto& item : list.items) {
        member_reader members(item, "a turn of console", errors);
        auto& part = parts.emplace_back();
        part.within = members.seconds("within", part.within);
        if (members.has("idle")) part.idle = members.seconds("idle", part.within);
        if (const auto* line = members.take("send")) part.send = line_of(*line, 200);
        if (const auto* awaited = members.take("expect")) {
            const auto one = [&](const yaml_node& node) {
                dialogue_text what;
                if (node.what != yaml_node::kind::map) {
                    what.text = line_of(node, 200);
                } else {
                    member_reader inner(node, "expect", errors);
                    const auto* regex = inner.take("regex");
                    what.is_regex = regex != nullptr;
                    if (regex) what.text = checked_regex(*regex, errors);
                    if (regex && inner.has("says")) errors.add(node.at, "either \"says\" or \"regex\"");
                    const auto* words = regex ? inner.take("says") : inner.need("says");
                    const auto* meaning = regex ? inner.take("fail") : inner.need("fail");
                    if (words && !regex) what.text = line_of(*words, 200);
                    if (meaning) what.fail = line_of(*meaning, 400);
                }
                part.expect.push_back(std::move(what));
            };
            if (awaited->what == yaml_node::kind::list)
                for (const auto& node : awaited->items) one(node);
            else
                one(*awaited);
        }
        if (part.expect.empty() && part.send.empty()) errors.add(item.at, "a turn needs \"expect\", \"send\" or both");
    }
    if (!parts.front().expect.empty() || parts.front().send.empty())
        errors.add(list.items.front().at, "the first turn starts a program: it has \"send\" and no \"expect\"");
    text.text = written_dialogue(parts);
    return text;
}

// What of Azure is read: a path.
written read_azure_path(const yaml_node& node, member_reader& members, complaints& errors) {
    auto request = members.checked_template(node);
    if (request.text.find("?api-version=") == std::string::npos &&
        request.text.find("&api-version=") == std::string::npos)
        errors.add(node.at, "a path of Azure's Resource Manager names its ?api-version=");
    request.text = written_request({"GET", request.text, {}});
    return request;
}

enum class use { look, change, undo };

bool take_command(member_reader& members, complaints& errors, shell& in, written& text, use what) {
    const bool cmd = members.has("cmd"), powershell = members.has("powershell");
    const auto* local = members.take("local");
    const auto* console = what == use::change ? members.take("console") : nullptr;
    const auto* azure = what == use::look ? members.take("azure") : nullptr;
    const int given = cmd + powershell + (local != nullptr) + (console != nullptr) + (azure != nullptr);
    if (given > 1) errors.add(members.at(), "only one of cmd, powershell, local, console and azure");
    if (given == 0) errors.add(members.at(), "needs cmd, powershell or local");
    const auto a = members.with_holes("cmd", cmd);
    const auto b = members.with_holes("powershell", powershell);
    in = console      ? shell::console
         : azure      ? shell::azure
         : local      ? shell::local
         : powershell ? shell::powershell
                      : shell::cmd;
    text = console      ? read_dialogue(*console, members, errors)
           : azure      ? read_azure_path(*azure, members, errors)
           : local      ? read_words(*local, members, errors)
           : powershell ? b
                        : a;
    return given > 0;
}

void take_reading(member_reader& members, complaints& errors, reading& what) {
    take_command(members, errors, what.in, what.command, use::look);
    what.parse = static_cast<output_format>(members.one_of("parse", formats, 0));
    what.separator = members.text("separator");
    what.fields = members.texts("fields");
    what.keep = members.texts("keep");
    what.expect_exit = members.integers("expect_exit", {0});
    what.limit = members.seconds("limit", std::chrono::seconds(120));
    if (what.parse == output_format::fields && what.fields.empty())
        errors.add(members.at(), "parse: fields needs \"fields\", their names");
    if (!what.separator.empty() && what.parse != output_format::fields)
        errors.add(members.at(), "\"separator\" is for parse: fields");
    // A text without holes can be judged now; one with holes is judged when it is sent.
    if (what.command.text.find("{{") == std::string::npos && !what.command.text.empty()) {
        command sent;
        sent.in = what.in;
        sent.text = what.command.text;
        if (const auto why = refusal(sent)) errors.add(what.command.at, "this does not only read: " + *why);
    }
}

reading read_reading(const yaml_node& node, complaints& errors) {
    reading what;
    member_reader members(node, "a reading", errors);
    take_reading(members, errors, what);
    what.register_as = members.text("register");
    return what;
}

std::vector<finding_rule> read_findings(member_reader& step_members, complaints& errors) {
    std::vector<finding_rule> rules;
    const auto* node = step_members.take("finding");
    if (!node) return rules;
    const auto one = [&](const yaml_node& rule_node) {
        member_reader members(rule_node, "a finding", errors);
        finding_rule rule;
        rule.when = members.expression("when", true);
        rule.say = members.with_holes("say", true);
        rule.level = members.one_of("severity", {"fault", "note"}, 0) == 0 ? severity::fault : severity::note;
        rules.push_back(std::move(rule));
    };
    if (node->what == yaml_node::kind::list)
        for (const auto& item : node->items) one(item);
    else
        one(*node);
    return rules;
}

undo_plan read_undo(const yaml_node& node, complaints& errors) {
    undo_plan undo;
    member_reader members(node, "undo", errors);
    if (!members.need("class")) return undo;
    undo.kind = static_cast<undo_class>(members.one_of("class", {"exact", "compensating", "none"}, 2));
    const auto add = [&](member_reader& from) {
        plain_command one;
        const bool complete = take_command(from, errors, one.in, one.text, use::undo);
        one.expect_exit = from.integers("expect_exit", {0});
        if (complete) undo.commands.push_back(std::move(one));
    };
    if (const auto* list = members.take("commands")) {
        for (const auto& item : list->items) {
            member_reader command_members(item, "a command of undo", errors);
            add(command_members);
        }
        if (list->what != yaml_node::kind::list) errors.add(list->at, "\"commands\" must be a list");
    } else if (members.has("cmd") || members.has("powershell") || members.has("local")) {
        add(members);
    }
    undo.residue = members.with_holes("residue");
    if (const auto* probe = members.take("unless_changed")) undo.unless_changed = read_reading(*probe, errors);
    if (undo.kind != undo_class::none && undo.commands.empty()) errors.add(node.at, "undo needs a command");
    if (undo.kind == undo_class::none && !undo.commands.empty())
        errors.add(node.at, "undo of class none has no command");
    if (undo.kind == undo_class::exact && !undo.unless_changed)
        errors.add(node.at, "an exact undo needs \"unless_changed\": how to see that the value is still what was left");
    if (undo.kind != undo_class::exact && undo.residue.text.empty())
        errors.add(node.at, "undo of this class needs \"residue\": what stays");
    return undo;
}

proof_plan read_proof(const yaml_node& node, complaints& errors) {
    proof_plan proof;
    member_reader members(node, "proof", errors);
    take_reading(members, errors, proof.what);
    proof.that = members.expression("that", true);
    proof.within = members.seconds("within", std::chrono::seconds(30));
    return proof;
}

}  // namespace

step_action read_command(member_reader& members, complaints& errors) {
    command_step change;
    take_command(members, errors, change.command.in, change.command.text, use::change);
    change.command.expect_exit = members.integers("expect_exit", {0});
    change.changes = members.with_holes("changes", true);
    change.effective =
        members.one_of("effective", {"now", "restart"}, 0) == 0 ? takes_effect::now : takes_effect::restart;
    change.limit = members.seconds("limit", std::chrono::seconds(300));
    if (const auto* before = members.take("before")) {
        if (before->what != yaml_node::kind::list) errors.add(before->at, "\"before\" must be a list of readings");
        for (const auto& item : before->items) {
            change.before.push_back(read_reading(item, errors));
            if (change.before.back().register_as.empty()) errors.add(item.at, "a reading before needs \"register\"");
        }
    }
    if (const auto* undo = members.need("undo")) change.undo = read_undo(*undo, errors);
    if (const auto* node = members.take("proof")) change.proof = read_proof(*node, errors);
    return change;
}

step_action read_look(member_reader& members, complaints& errors) {
    read_step look;
    take_reading(members, errors, look.what);
    look.look = members.text("look");
    look.findings = read_findings(members, errors);
    if (const auto* node = members.take("settle")) {
        member_reader inner(*node, "settle", errors);
        settling settle;
        settle.that = inner.expression("that", true);
        settle.within = inner.seconds("within", settle.within);
        look.settle = settle;
    }
    if (members.has("until")) {
        repetition until;
        until.that = members.expression("until", true);
        until.retries = members.integer("retries").value_or(until.retries);
        until.delay = members.seconds("delay", until.delay);
        if (until.retries < 1 || until.retries > 1000) errors.add(members.at(), "\"retries\" must be 1 to 1000");
        look.until = until;
    }
    return look;
}

step_action read_registry(const yaml_node& node, complaints& errors) {
    registry_step r;
    member_reader members(node, "registry", errors);
    r.key = members.with_holes("key", true);
    r.value = members.with_holes("value", true);
    r.data = members.with_holes("data", true);
    const std::vector<std::string> types{"REG_DWORD", "REG_SZ", "REG_EXPAND_SZ", "REG_QWORD"};
    r.type = types[members.one_of("type", types, 0)];
    r.effective = members.one_of("effective", {"now", "restart"}, 0) == 0 ? takes_effect::now : takes_effect::restart;
    return r;
}

step_action read_service(const yaml_node& node, complaints& errors) {
    service_step s;
    member_reader members(node, "service", errors);
    s.name = members.with_holes("name", true);
    const std::vector<std::string> states{"", "running", "stopped"}, starts{"", "auto", "demand", "disabled"};
    s.state = states[members.one_of("state", states, 0)];
    s.start = starts[members.one_of("start", starts, 0)];
    s.within = members.seconds("within", s.within);
    if (s.state.empty() == s.start.empty()) errors.add(node.at, "service needs either \"state\" or \"start\"");
    if (s.name.text.find("{{") == std::string::npos && (s.state == "stopped" || s.start == "disabled") &&
        is_untouchable(s.name.text))
        errors.add(node.at, "the service " + s.name.text + " must never be stopped or disabled by a runbook");
    return s;
}

step_action read_acl(const yaml_node& node, complaints& errors) {
    acl_step a;
    member_reader members(node, "acl", errors);
    a.path = members.with_holes("path", true);
    const auto* grants = members.need("grants");
    if (!grants) return a;
    const std::vector<std::string> rights{"F", "M", "RX", "R", "W"};
    for (const auto& [sid, right] : grants->members) {
        if (!sid.text.starts_with("S-1-")) errors.add(sid.at, "a SID is needed: names of accounts are translated");
        if (std::find(rights.begin(), rights.end(), right.text) == rights.end())
            errors.add(right.at, "a right must be one of: F, M, RX, R, W");
        a.grants.emplace_back(sid.text, right.text);
    }
    if (a.grants.empty()) errors.add(grants->at, "\"grants\" must be a map: SID: right");
    return a;
}

step_action read_decision(const yaml_node& node, complaints& errors) {
    decision_step d;
    member_reader members(node, "decision", errors);
    d.variable = members.text("variable", true);
    d.question = members.with_holes("question");
    d.proposal = members.expression("proposal");
    d.accept = members.expression("accept");
    d.safe = members.boolean("safe", false);
    d.confirms = members.texts("confirms");
    return d;
}

step_action read_restart(const yaml_node& node, complaints& errors) {
    restart_step r;
    member_reader members(node, "restart", errors);
    r.reason = members.with_holes("reason", true);
    r.limit = members.seconds("limit", r.limit);
    return r;
}

step_action read_azure_snapshot(const yaml_node& node, complaints& errors) {
    azure_snapshot_step s;
    member_reader members(node, "azure.snapshot", errors);
    s.name = members.with_holes("name", true);
    return s;
}

step_action read_azure_rule(const yaml_node& node, complaints& errors) {
    azure_rule_step r;
    member_reader members(node, "azure.nsg_rule", errors);
    r.name = members.with_holes("name", true);
    r.group = members.with_holes("group");
    r.access = members.with_holes("access");
    r.port = members.with_holes("port");
    r.protocol = members.with_holes("protocol");
    r.source = members.with_holes("source");
    r.priority = members.with_holes("priority");
    r.is_wanted = members.one_of("state", {"present", "absent"}, 0) == 0;
    return r;
}

step_action read_azure_restart(const yaml_node& node, complaints& errors) {
    auto action = read_restart(node, errors);
    std::get<restart_step>(action).who = restarted_by::azure;
    return action;
}

step_action read_manual(const yaml_node& node, complaints& errors) {
    manual_step m;
    member_reader members(node, "manual", errors);
    m.instruction = members.with_holes("do", true);
    if (const auto* proof = members.take("proof")) m.proof = read_proof(*proof, errors);
    return m;
}

step_action read_judge(member_reader& members, complaints& errors) {
    judge_step judge;
    judge.look = members.text("look");
    judge.value = members.expression("value");
    judge.findings = read_findings(members, errors);
    return judge;
}

}  // namespace emsctl::scripts
