#include "scripts/journal_account.hpp"

#include <algorithm>

namespace emsctl::scripts {

bool journal_account::has_open_temporary() const {
    return std::any_of(changes.begin(), changes.end(), [](const auto& c) { return c.temporary && c.is_in_place(); });
}

journal_account account_of(const journal_content& content) {
    journal_account account;
    if (content.damage) account.damage = "line " + std::to_string(content.damage->line) + ": " + content.damage->what;
    for (const auto& entry : content.entries) {
        const auto& body = entry.body;
        const auto& type = body.at("type").get_ref<const std::string&>();
        const auto change_of = [&]() -> journaled_change* {
            for (auto& c : account.changes)
                if (c.number == body.at("of")) return &c;
            return nullptr;
        };
        if (type == "header") {
            account.runbook = body.value("runbook", "");
            account.computer_name = body.value("computer_name", "");
            account.machine = body.value("machine", "");
            const auto console = body.value("console", nlohmann::json());
            if (console.is_object()) account.console = console.value("address", "");
            account.started = entry.time;
            account.snapshot = body.value("snapshot_id", "");
            if (const auto why = body.value("no_snapshot", ""); !why.empty())
                account.snapshot = "none, because: " + why;
        } else if (type == "change" || type == "restart" || type == "by_hand") {
            account.changes.push_back({entry.seq, body.value("step", ""), body.value("what", ""),
                                       body.value("undo_class", ""), "unknown", body.value("temporary", false)});
        } else if (type == "outcome") {
            if (auto* c = change_of()) c->how = body.at("how");
        } else if (type == "undone") {
            if (auto* c = change_of(); c && body.at("how") == "undone") c->how = "undone";
        } else if (type == "verdict") {
            account.result = body.value("result", "");
            account.verdict = body.value("text", "");
        } else if (type == "resumed") {
            account.result = account.verdict = "";
        }
    }
    return account;
}

std::string to_text(const journal_account& a) {
    std::string text = a.runbook + " on " + a.computer_name + " (" + a.machine + "), begun " + a.started + "\n";
    if (!a.console.empty()) text += "  console: " + a.console + "\n";
    if (!a.snapshot.empty()) text += "  snapshot: " + a.snapshot + "\n";
    for (const auto& c : a.changes) {
        auto how = c.how;
        how.resize(std::max<std::size_t>(how.size() + 1, 10), ' ');
        text += "  " + how + c.what + " [" + c.step_id + ", undo " + c.undo + "]" +
                (c.temporary && c.is_in_place() ? " TEMPORARY, still so" : "") + "\n";
    }
    if (!a.damage.empty()) text += "  damaged: " + a.damage + "\n";
    text += a.is_interrupted() ? "  the run was interrupted\n" : "  " + a.verdict + " (" + a.result + ")\n";
    return text;
}

nlohmann::json to_json(const journal_account& a) {
    nlohmann::json document{{"runbook", a.runbook},
                            {"computer_name", a.computer_name},
                            {"machine", a.machine},
                            {"console", a.console},
                            {"started_at", a.started},
                            {"snapshot", a.snapshot},
                            {"result", a.is_interrupted() ? nlohmann::json() : nlohmann::json(a.result)},
                            {"verdict", a.verdict},
                            {"damage", a.damage.empty() ? nlohmann::json() : nlohmann::json(a.damage)},
                            {"changes", nlohmann::json::array()}};
    for (const auto& c : a.changes)
        document["changes"].push_back({{"number", c.number},
                                       {"step", c.step_id},
                                       {"what", c.what},
                                       {"undo", c.undo},
                                       {"state", c.how},
                                       {"temporary", c.temporary}});
    return document;
}

}  // namespace emsctl::scripts
