#include <algorithm>

#include "scripts/engine.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return low(x) == low(y);
    });
}

const nlohmann::json* value_of(const nlohmann::json& values, std::string_view name) {
    for (auto it = values.begin(); it != values.end(); ++it)
        if (same(it.key(), name)) return &it.value();
    return nullptr;
}

bool is_number(const std::string& type) {
    return type == "REG_DWORD" || type == "REG_QWORD";
}

bool equals(const nlohmann::json* value, const std::string& type, const std::string& data) {
    if (!value || (*value)["type"] != type) return false;
    if (!is_number(type)) return (*value)["data"] == data;
    const auto wanted = parse_number(data);
    return !wanted.error && (*value)["number"] == wanted.value;
}

reading query(const std::string& key, const std::string& name) {
    reading how;
    how.command.text = "reg query " + cmd_quoted(key) + (name.empty() ? "" : " /v " + cmd_quoted(name));
    how.parse = output_format::reg;
    how.keep = {"values"};
    how.expect_exit = {0, 1};
    return how;
}

// reg.exe answers 1 to everything. What is absent is missing from the list of a key that can be read; walks up to one
// and returns the keys that do not exist, the lowest first. Throws when a key is there but cannot be read.
asio::awaitable<std::vector<std::string>> missing_keys(engine& run, std::string key) {
    std::vector<std::string> missing;
    for (;;) {
        const auto how = query(key, {});
        const auto result = co_await run.read(how);
        if (result["rc"] == 0) {
            if (missing.empty()) co_return missing;
            for (const auto& listed : result["parsed"]["keys"]) {
                const auto& full = listed["key"].get_ref<const std::string&>();
                const auto tail = missing.back().substr(missing.back().rfind('\\'));
                if (full.size() >= tail.size() && same(full.substr(full.size() - tail.size()), tail))
                    throw step_error("the key " + missing.back() + " exists but cannot be read");
            }
            co_return missing;
        }
        missing.push_back(key);
        const auto slash = key.rfind('\\');
        if (slash == std::string::npos) throw step_error("the registry cannot be read: " + key);
        key.resize(slash);
    }
}

}  // namespace

asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const registry_step& wanted) {
    // The values go into quotes below; cmd_quoted is their guard.
    const auto key = run.say(wanted.key), name = run.say(wanted.value), data = run.say(wanted.data);
    if (is_number(wanted.type) && parse_number(data).error) throw step_error("not a number: " + data);
    const auto how = query(key, name);
    const auto now = co_await run.read(how);
    const auto* old = value_of(now["parsed"]["values"], name);
    if (equals(old, wanted.type, data)) co_return std::nullopt;
    if (now["rc"] == 0 && !old) throw step_error("the answer does not show the value " + name);

    change_plan plan;
    std::vector<std::string> created;
    nlohmann::json before{{"exists", old != nullptr}};
    if (old) {
        before["type"] = (*old)["type"];
        before["data"] = (*old)["data"];
        plan.from = (*old)["type"].get<std::string>() + " " + (*old)["data"].get<std::string>();
    } else {
        created = co_await missing_keys(run, key);
        if (created.empty()) {
            const auto whole = query(key, {});
            const auto listed = co_await run.read(whole);
            if (value_of(listed["parsed"]["values"], name))
                throw step_error("the value " + name + " of " + key + " cannot be read");
        }
        before["created_keys"] = created;
        plan.from = "absent";
    }
    plan.before["value"] = before;
    plan.to = wanted.type + " " + data;
    plan.what = key + "\\" + name + ": " + plan.from + " -> " + plan.to;
    const auto target = cmd_quoted(key) + " /v " + cmd_quoted(name);
    plan.commands.push_back({shell::cmd,
                             "reg add " + target + " /t " + wanted.type + " /d " +
                                 (is_number(wanted.type) ? data : cmd_quoted(data)) + " /f",
                             {0},
                             {}});
    if (old) {
        const auto type = (*old)["type"].get<std::string>(), text = (*old)["data"].get<std::string>();
        plan.way_back.push_back(
            {shell::cmd,
             "reg add " + target + " /t " + type + " /d " + (is_number(type) ? text : cmd_quoted(text)) + " /f",
             {0},
             {}});
    } else {
        plan.way_back.push_back({shell::cmd, "reg delete " + target + " /f", {0}, {}});
        for (const auto& made : created)
            plan.way_back.push_back({shell::cmd, "reg delete " + cmd_quoted(made) + " /f", {0}, made});
    }
    plan.undo = undo_class::exact;
    plan.effective = wanted.effective;
    plan.present = how;
    plan.present_before = state_of(how, now);
    plan.proof = how;
    plan.holds = [name, type = wanted.type, data](const nlohmann::json& result) {
        return equals(value_of(result["parsed"]["values"], name), type, data);
    };
    plan.within = std::chrono::seconds(0);
    co_return plan;
}

}  // namespace emsctl::scripts
