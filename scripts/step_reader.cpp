#include "scripts/step_reader.hpp"

#include <algorithm>
#include <cctype>

#include "scripts/family_reader.hpp"

namespace emsctl::scripts {
namespace {

step one_step(const yaml_node& node, complaints& errors, const runbook_finder& finder);

step_action read_block(const yaml_node& node, member_reader& members, complaints& errors,
                       const runbook_finder& finder) {
    block_step block;
    block.steps = read_steps(node, "block", errors, finder);
    if (const auto* rescue = members.take("rescue")) block.rescue = read_steps(*rescue, "rescue", errors, finder);
    if (const auto* always = members.take("always")) block.always = read_steps(*always, "always", errors, finder);
    return block;
}

step_action read_hive(const yaml_node& node, complaints& errors, const runbook_finder& finder) {
    hive_step hive;
    member_reader members(node, "hive", errors);
    hive.file = members.with_holes("file", true);
    hive.name = members.text("as", true);
    const auto is_plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-'; };
    if (!hive.name.starts_with("EMS-") || !std::all_of(hive.name.begin(), hive.name.end(), is_plain))
        errors.add(node.at, "\"as\" is a name that begins with EMS-, so that no key of the machine is meant by it");
    if (const auto* steps = members.need("steps")) hive.steps = read_steps(*steps, "steps", errors, finder);
    return hive;
}

void put_below(runbook& book, const std::string& id);

void put_below(std::vector<step>& steps, const std::string& id) {
    for (auto& s : steps) {
        s.id = id + "/" + s.id;
        if (auto* d = std::get_if<decision_step>(&s.action))
            for (auto& confirmed : d->confirms) confirmed = id + "/" + confirmed;
        if (auto* block = std::get_if<block_step>(&s.action)) {
            put_below(block->steps, id);
            put_below(block->rescue, id);
            put_below(block->always, id);
        }
        if (auto* hive = std::get_if<hive_step>(&s.action)) put_below(hive->steps, id);
        if (auto* include = std::get_if<include_step>(&s.action)) {
            runbook inner = *include->book;
            put_below(inner, id);
            include->book = std::make_shared<const runbook>(std::move(inner));
        }
    }
}

// Ids and variables of an included runbook as they are called from outside.
void put_below(runbook& book, const std::string& id) {
    put_below(book.steps, id);
    for (auto& v : book.variables)
        v.full_name = id + (v.full_name.find('.') == std::string::npos ? "." : "/") + v.full_name;
}

step_action read_include(const yaml_node& node, const std::string& id, complaints& errors,
                         const runbook_finder& finder) {
    include_step include;
    member_reader members(node, "include", errors);
    const auto name = members.text("runbook", true);
    include.only_looks = members.boolean("only_looks", false);
    const auto* given = members.take("vars");
    if (given && given->what != yaml_node::kind::map) errors.add(given->at, "\"vars\" must be a map: name and Lua");
    if (name.empty()) return include;
    auto parsed = finder ? finder(name) : find_runbook(name);
    if (!parsed.book) {
        for (const auto& error : parsed.errors)
            errors.add(node.at, "the included runbook cannot be used: " + to_string(error));
        return include;
    }
    std::vector<std::string> known;
    for (const auto& v : parsed.book->variables) known.push_back(v.name);
    if (given)
        for (const auto& [variable, value] : given->members) {
            if (std::find(known.begin(), known.end(), variable.text) == known.end())
                errors.add(variable.at, name + " has no variable \"" + variable.text + "\"",
                           nearest(variable.text, known));
            include.parameters.emplace_back(variable.text, members.checked_expression(value));
        }
    put_below(*parsed.book, id);
    include.book = std::make_shared<const runbook>(std::move(*parsed.book));
    return include;
}

// A step's family is told by the one key that only that family has.
struct told_family {
    const char* key;
    step_action (*read)(const yaml_node& node, complaints& errors);
};
constexpr told_family told_by_map[] = {{"registry", read_registry},
                                       {"service", read_service},
                                       {"acl", read_acl},
                                       {"restart", read_restart},
                                       {"decision", read_decision},
                                       {"manual", read_manual},
                                       {"azure.snapshot", read_azure_snapshot},
                                       {"azure.nsg_rule", read_azure_rule},
                                       {"azure.restart", read_azure_restart}};

step one_step(const yaml_node& node, complaints& errors, const runbook_finder& finder) {
    step s;
    s.at = node.at;
    member_reader members(node, "a step", errors);
    s.name = members.text("name", true);
    s.id = members.text("id", true);
    if (s.id.find_first_of("/.") != std::string::npos)
        errors.add(node.at, "an id has no \"/\" and no \".\": they stand between the ids of included steps");
    s.cites = members.text("cites");
    s.when = members.expression("when");
    s.why = members.with_holes("why");
    s.loop = members.expression("loop");
    s.register_as = members.text("register");
    s.tags = members.texts("tags");
    s.optional = members.boolean("optional", false);
    s.temporary = members.boolean("temporary", false);
    s.risk = static_cast<risk_level>(members.one_of("risk", {"none", "low", "medium", "high"}, 0));
    const bool is_command = members.has("cmd") || members.has("powershell") || members.has("local") ||
                            members.has("console") || members.has("azure");
    int families = is_command;
    std::string kinds = "cmd, powershell, local, console, azure, value, finding";
    for (const auto& family : told_by_map) {
        kinds += std::string(", ") + family.key;
        const auto* body = members.take(family.key);
        if (!body) continue;
        ++families;
        s.action = family.read(*body, errors);
    }
    if (const auto* body = members.take("block")) {
        ++families;
        s.action = read_block(*body, members, errors, finder);
    }
    if (const auto* body = members.take("hive")) {
        ++families;
        s.action = read_hive(*body, errors, finder);
    }
    if (const auto* body = members.take("include")) {
        ++families;
        s.action = read_include(*body, s.id, errors, finder);
    }
    if (families > 1) errors.add(node.at, "a step does one thing: this one names " + std::to_string(families));
    if (families == 1 && is_command) {
        const bool reads = members.boolean("reads", false);
        if (reads && members.has("changes")) errors.add(node.at, "a step either reads or changes");
        s.action = reads ? read_look(members, errors) : read_command(members, errors);
    } else if (families == 0) {
        s.action = read_judge(members, errors);
        const auto& judge = std::get<judge_step>(s.action);
        if (judge.value.text.empty() && judge.findings.empty())
            errors.add(node.at, "a step needs one of: " + kinds + ", block, hive, include");
    }
    if (acts(s) && s.why.text.empty()) errors.add(node.at, "a step that changes something needs \"why\"");
    if (acts(s) && s.risk == risk_level::none) errors.add(node.at, "a step that changes something needs \"risk\"");
    if (s.temporary && !acts(s)) errors.add(node.at, "only a step that changes something can be temporary");
    if (s.temporary && std::holds_alternative<restart_step>(s.action))
        errors.add(node.at, "a restart cannot be temporary");
    return s;
}

}  // namespace

std::vector<step> read_steps(const yaml_node& list, std::string_view key, complaints& errors,
                             const runbook_finder& finder) {
    std::vector<step> steps;
    if (list.what != yaml_node::kind::list || list.items.empty())
        errors.add(list.at, "\"" + std::string(key) + "\" must be a list of steps");
    for (const auto& item : list.items) steps.push_back(one_step(item, errors, finder));
    return steps;
}

}  // namespace emsctl::scripts
