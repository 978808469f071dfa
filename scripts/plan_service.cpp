#include "scripts/engine.hpp"
#include "scripts/service_rules.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

constexpr int stopped = 1, running = 4;

std::string state_name(const nlohmann::json& state) {
    if (state == stopped) return "stopped";
    if (state == running) return "running";
    return "state " + state.dump();
}

std::string start_name(std::int64_t start, bool delayed) {
    switch (start) {
        case 0:
            return "boot";
        case 1:
            return "system";
        case 2:
            return delayed ? "delayed-auto" : "auto";
        case 3:
            return "demand";
        case 4:
            return "disabled";
        default:
            throw step_error("unknown start type " + std::to_string(start));
    }
}

// Names of services hold letters, digits, blanks, $ and a few signs; in a command only plain words go unquoted.
std::string in_command(const std::string& name) {
    const bool plain = name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
                       std::string::npos;
    return plain && !name.empty() && name[0] != '-' ? name : cmd_quoted(name);
}

reading sc(const std::string& verb, const std::string& name, const std::string& tail, std::vector<std::string> keep) {
    reading how;
    how.command.text = "sc " + verb + " " + in_command(name) + tail;
    how.parse = output_format::sc;
    how.keep = std::move(keep);
    return how;
}

}  // namespace

asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const service_step& wanted) {
    const auto name = run.say(wanted.name);
    if (name.empty() || name.find_first_of("/\\\"'") != std::string::npos)
        throw step_error("not a service name: " + name);
    const auto guard = [&](bool takes_away) {
        if (takes_away && is_untouchable(name))
            throw step_error("the service " + name + " must never be stopped or disabled");
    };
    guard(wanted.state == "stopped" || wanted.start == "disabled");
    change_plan plan;
    plan.undo = undo_class::exact;
    plan.within = wanted.within;
    if (!wanted.start.empty()) {
        const auto how = sc("qc", name, " 8192", {"start", "delayed"});
        const auto now = co_await run.read(how);
        const auto& p = now["parsed"];
        plan.from = start_name(p.at("start"), p.at("delayed"));
        plan.to = wanted.start;
        if (plan.from == plan.to) co_return std::nullopt;
        guard(plan.to == "demand" && plan.from != "disabled");
        plan.what = "service " + name + ", start type: " + plan.from + " -> " + plan.to;
        plan.before["start"] = plan.from;
        plan.commands.push_back({shell::cmd, "sc config " + in_command(name) + " start= " + plan.to, {0}, {}});
        plan.way_back.push_back({shell::cmd, "sc config " + in_command(name) + " start= " + plan.from, {0}, {}});
        plan.present = plan.proof = how;
        plan.present_before = state_of(how, now);
        plan.holds = [to = plan.to](const nlohmann::json& r) {
            return start_name(r["parsed"].at("start"), r["parsed"].at("delayed")) == to;
        };
        co_return plan;
    }
    const auto how = sc("query", name, "", {"state"});
    const auto now = co_await run.read(how);
    const int goal = wanted.state == "running" ? running : stopped;
    plan.from = state_name(now["parsed"].at("state"));
    plan.to = wanted.state;
    if (now["parsed"]["state"] == goal) co_return std::nullopt;
    plan.what = "service " + name + ": " + plan.from + " -> " + plan.to;
    plan.before["state"] = now["parsed"]["state"];
    if (goal == running) {
        plan.commands.push_back({shell::cmd, "sc start " + in_command(name), {0, 1056}, {}});
        if (is_untouchable(name)) {
            plan.undo = undo_class::none;
            plan.residue = name + " stays running: it is never stopped by a runbook";
        } else {
            plan.way_back.push_back({shell::cmd, "sc stop " + in_command(name), {0, 1062}, {}});
        }
    } else {
        const auto list = sc("enumdepend", name, "", {});
        const auto dependents = co_await run.read(list);
        plan.before["dependents"] = nlohmann::json::array();
        plan.way_back.push_back({shell::cmd, "sc start " + in_command(name), {0, 1056}, {}});
        for (const auto& other : dependents["parsed"]["services"]) {
            if (other["state"] == stopped) continue;
            const auto dependent = other.at("name").get<std::string>();
            if (is_untouchable(dependent))
                throw step_error("stopping " + name + " would stop " + dependent + ", which must never be stopped");
            plan.before["dependents"].push_back(dependent);
            // Windows stops dependents with the service and starts none of them again.
            plan.way_back.push_back({shell::cmd, "sc start " + in_command(dependent), {0, 1056}, {}});
            plan.what += plan.before["dependents"].size() == 1 ? ", with what depends on it: " : ", ";
            plan.what += dependent;
        }
        const auto quoted = "'" + name + "'";
        plan.commands.push_back(
            {shell::powershell, "Stop-Service -Name " + quoted + " -Force -ErrorAction Stop", {0}, {}});
    }
    plan.proof = how;
    if (plan.undo == undo_class::exact) {
        plan.present = how;
        plan.present_before = state_of(how, now);
    }
    plan.holds = [goal](const nlohmann::json& r) { return r["parsed"]["state"] == goal; };
    co_return plan;
}

}  // namespace emsctl::scripts
