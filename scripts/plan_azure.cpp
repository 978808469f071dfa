// What stands around the machine in Azure: a snapshot of its disk, a rule of the network in front of it.
#include <algorithm>
#include <array>
#include <set>

#include "scripts/azure_request.hpp"
#include "scripts/engine.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

using nlohmann::json;

// Versions of Resource Manager's interface whose documents were read for the members below.
constexpr const char* machine_version = "?api-version=2022-11-01";
constexpr const char* disk_version = "?api-version=2023-04-02";
constexpr const char* network_version = "?api-version=2023-09-01";

reading get(const std::string& path, const char* version, bool may_be_absent = false) {
    reading how;
    how.in = shell::azure;
    how.command.text = written_request({"GET", path + version, {}});
    how.parse = output_format::json;
    if (may_be_absent) how.expect_exit = {0, 404};
    return how;
}

ready_command change_of(std::string method, const std::string& path, const char* version, const json& body = {}) {
    return {shell::azure,
            written_request({std::move(method), path + version, body.is_null() ? std::string() : body.dump()}),
            {0},
            {}};
}

// A member of a member; null when one is missing.
json inside(const json& document, std::initializer_list<const char*> names) {
    const json* at = &document;
    for (const auto* name : names) {
        const auto found = at->is_object() ? at->find(name) : at->end();
        if (!at->is_object() || found == at->end()) return nullptr;
        at = &*found;
    }
    return *at;
}

std::string text_inside(const json& document, std::initializer_list<const char*> names) {
    const auto found = inside(document, names);
    return found.is_string() ? found.get<std::string>() : std::string();
}

// A resource as it is; whatever else answers would be taken for one without this and that.
asio::awaitable<json> get_resource(engine& run, std::string path, const char* version) {
    const auto how = get(path, version);
    const auto result = co_await run.read(how);
    if (!inside(result["parsed"], {"properties"}).is_object())
        throw step_error("the answer to `" + for_people(how.in, how.command.text) + "` is no resource of Azure");
    co_return result["parsed"];
}

bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= 80 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return (c < 0x80 && std::isalnum(c)) || c == '-' || c == '_' || c == '.';
    });
}

std::string last_part(const std::string& id) {
    return id.substr(id.rfind('/') + 1);
}

// A rule as it can be written: without what Azure adds to it, and without members that say nothing.
json rule_in(const json& result) {
    const auto rule = inside(result["parsed"], {"properties"});
    if (!rule.is_object())
        throw step_error("Azure's answer is no rule: " + result["stdout"].get<std::string>().substr(0, 200));
    constexpr std::array known = {"description",
                                  "protocol",
                                  "sourcePortRange",
                                  "sourcePortRanges",
                                  "destinationPortRange",
                                  "destinationPortRanges",
                                  "sourceAddressPrefix",
                                  "sourceAddressPrefixes",
                                  "access",
                                  "priority",
                                  "direction",
                                  "sourceApplicationSecurityGroups",
                                  "destinationAddressPrefix",
                                  "destinationAddressPrefixes",
                                  "destinationApplicationSecurityGroups"};
    json kept = json::object();
    for (const auto* name : known) {
        const auto found = rule.find(name);
        const bool says = found != rule.end() && !found->is_null() && *found != "" && *found != json::array();
        if (says) kept[name] = *found;
    }
    return kept;
}

std::string in_words(const json& rule) {
    if (rule.is_null()) return "absent";
    const auto joined = [&](const char* one, const char* several) {
        std::string text = text_inside(rule, {one});
        for (const auto& part : rule.value(several, json::array()))
            text += (text.empty() ? "" : ", ") + part.get<std::string>();
        return text;
    };
    return rule.value("access", "?") + " " + rule.value("protocol", "?") + " " +
           joined("destinationPortRange", "destinationPortRanges") + " from " +
           joined("sourceAddressPrefix", "sourceAddressPrefixes") + ", " + rule.value("direction", "?") +
           ", priority " + std::to_string(rule.value("priority", 0));
}

// One value, or several with commas between, as Azure keeps them: in one member or in another.
void put_parts(json& rule, const std::string& given, const char* one, const char* several) {
    json parts = json::array();
    for (std::size_t at = 0; at <= given.size();) {
        const auto end = std::min(given.find(',', at), given.size());
        parts.push_back(std::string(trimmed(std::string_view(given).substr(at, end - at))));
        at = end + 1;
    }
    rule.erase(one);
    rule.erase(several);
    if (parts.size() == 1)
        rule[one] = parts[0];
    else
        rule[several] = parts;
}

// The network security groups of the machine's adapters and of their subnets. An adapter's rules and its subnet's must
// both let a connection in.
asio::awaitable<std::set<std::string>> guarding_groups(engine& run) {
    std::set<std::string> groups;
    const auto add = [&](const json& of) {
        if (const auto id = text_inside(of, {"properties", "networkSecurityGroup", "id"}); !id.empty())
            groups.insert(id);
    };
    const auto machine = co_await get_resource(run, std::string(), machine_version);
    const auto adapters = inside(machine, {"properties", "networkProfile", "networkInterfaces"});
    if (!adapters.is_array()) throw step_error("Azure names no network adapters of the machine");
    for (const auto& adapter : adapters) {
        const auto id = text_inside(adapter, {"id"});
        const auto about = co_await get_resource(run, id, network_version);
        add(about);
        const auto addresses = inside(about, {"properties", "ipConfigurations"});
        for (const auto& address : addresses) {
            const auto subnet = text_inside(address, {"properties", "subnet", "id"});
            if (subnet.empty()) continue;
            const auto seen = co_await get_resource(run, subnet, network_version);
            add(seen);
        }
    }
    co_return groups;
}

asio::awaitable<std::string> chosen_group(engine& run, std::string given) {
    if (given.starts_with('/')) co_return given;
    const auto groups = co_await guarding_groups(run);
    std::string names;
    for (const auto& id : groups) {
        if (!given.empty() && last_part(id) == given) co_return id;
        names += (names.empty() ? "" : ", ") + last_part(id);
    }
    if (groups.empty()) throw step_error("no network security group guards the machine");
    if (!given.empty()) throw step_error("the group " + given + " does not guard the machine; these do: " + names);
    if (groups.size() > 1) throw step_error("several groups guard the machine, say which with \"group\": " + names);
    co_return *groups.begin();
}

void apply(engine& run, const azure_rule_step& wanted, json& rule) {
    const bool is_new = rule.empty();
    const auto given = [&](const written& part, const char* name) {
        const auto text = part.text.empty() ? std::string() : run.say(part);
        if (text.empty() && is_new)
            throw step_error(std::string("there is no such rule yet, and a new one needs \"") + name + "\"");
        return text;
    };
    if (is_new) {
        rule["direction"] = "Inbound";
        rule["protocol"] = "Tcp";
        rule["sourcePortRange"] = "*";
        rule["destinationAddressPrefix"] = "*";
        rule["description"] = "made by emsctl";
    }
    if (const auto text = given(wanted.access, "access"); !text.empty()) {
        if (text != "Allow" && text != "Deny") throw step_error("access is Allow or Deny, not " + text);
        rule["access"] = text;
    }
    if (!wanted.protocol.text.empty()) rule["protocol"] = run.say(wanted.protocol);
    if (const auto text = given(wanted.port, "port"); !text.empty())
        put_parts(rule, text, "destinationPortRange", "destinationPortRanges");
    if (const auto text = given(wanted.source, "source"); !text.empty())
        put_parts(rule, text, "sourceAddressPrefix", "sourceAddressPrefixes");
    if (const auto text = given(wanted.priority, "priority"); !text.empty()) {
        const auto number = parse_number(text);
        if (number.error || number.value < 100 || number.value > 4096)
            throw step_error("a priority is 100 to 4096, not " + text);
        rule["priority"] = number.value;
    }
}

bool has_arrived(const json& result) {
    return text_inside(result["parsed"], {"properties", "provisioningState"}) == "Succeeded";
}

}  // namespace

asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const azure_snapshot_step& wanted) {
    const auto name = run.say(wanted.name);
    if (!is_name(name)) throw step_error("not the name of a snapshot (letters, digits, . _ -, up to 80): " + name);
    const auto machine = co_await get_resource(run, std::string(), machine_version);
    const auto id = text_inside(machine, {"id"});
    const auto disk = text_inside(machine, {"properties", "storageProfile", "osDisk", "managedDisk", "id"});
    const auto group_ends = id.find("/providers/");
    if (group_ends == std::string::npos || disk.empty())
        throw step_error("Azure names no managed system disk of the machine, and only those have snapshots here");
    const auto path = id.substr(0, group_ends) + "/providers/Microsoft.Compute/snapshots/" + name;
    auto how = get(path, disk_version, true);
    how.keep = {"properties"};
    const auto now = co_await run.read(how);
    const auto source = text_inside(now["parsed"], {"properties", "creationData", "sourceResourceId"});
    if (now["rc"] == 0 && source != disk) throw step_error("there is a snapshot " + name + " already, of " + source);
    if (now["rc"] == 0 && has_arrived(now)) co_return std::nullopt;

    change_plan plan;
    plan.from = now["rc"] == 0 ? "unfinished" : "absent";
    plan.to = "snapshot of " + last_part(disk);
    plan.what = "snapshot " + name + ": " + plan.from + " -> " + plan.to;
    plan.commands.push_back(change_of(
        "PUT", path, disk_version,
        {{"location", machine.value("location", "")},
         {"properties",
          {{"incremental", true}, {"creationData", {{"createOption", "Copy"}, {"sourceResourceId", disk}}}}}}));
    plan.undo = undo_class::none;
    plan.residue = "the snapshot " + name + " stays, and costs money until somebody deletes it";
    plan.limit = std::chrono::seconds(1800);
    plan.present = how;
    plan.present_before = state_of(how, now);
    plan.proof = how;
    plan.holds = has_arrived;
    plan.within = std::chrono::seconds(300);
    co_return plan;
}

asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const azure_rule_step& wanted) {
    const auto name = run.say(wanted.name), given = run.say(wanted.group);
    if (!is_name(name)) throw step_error("not the name of a rule (letters, digits, . _ -, up to 80): " + name);
    const auto group = co_await chosen_group(run, given);
    const auto path = group + "/securityRules/" + name;
    auto how = get(path, network_version, true);
    how.keep = {"properties"};
    const auto now = co_await run.read(how);
    const bool is_there = now["rc"] == 0;
    const auto before = is_there ? rule_in(now) : json();
    auto after = is_there ? before : json::object();
    if (wanted.is_wanted) apply(run, wanted, after);
    if (wanted.is_wanted ? is_there && after == before : !is_there) co_return std::nullopt;

    change_plan plan;
    plan.before["rule"] = before;
    plan.from = in_words(before);
    plan.to = wanted.is_wanted ? in_words(after) : "absent";
    plan.what = "rule " + name + " of " + last_part(group) + ": " + plan.from + " -> " + plan.to;
    const auto put = [&](const json& rule) { return change_of("PUT", path, network_version, {{"properties", rule}}); };
    plan.commands.push_back(wanted.is_wanted ? put(after) : change_of("DELETE", path, network_version));
    plan.way_back.push_back(is_there ? put(before) : change_of("DELETE", path, network_version));
    plan.undo = undo_class::exact;
    plan.present = how;
    plan.present_before = state_of(how, now);
    plan.proof = how;
    plan.holds = [after, wanted = wanted.is_wanted](const json& result) {
        if (!wanted) return result["rc"] == 404;
        return result["rc"] == 0 && has_arrived(result) && rule_in(result) == after;
    };
    plan.within = std::chrono::seconds(120);
    co_return plan;
}

}  // namespace emsctl::scripts
