#include "scripts/report.hpp"

#include <algorithm>

namespace emsctl::scripts {

bool report::has_faults(run_phase phase) const {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const finding& f) { return f.phase == phase && f.level == severity::fault; });
}

std::string in_seconds(std::chrono::milliseconds took) {
    const auto tenths = took.count() / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string answer_text(const decision& made) {
    if (made.answer.is_null()) return "nobody has decided";
    return made.answer.is_string() ? made.answer.get<std::string>() : made.answer.dump();
}

std::string undo_command(const report& r) {
    const bool any = std::any_of(r.changes.begin(), r.changes.end(), [](const change& c) {
        return c.undo != undo_class::none && (c.how == change::state::done || c.how == change::state::unknown);
    });
    return any && !r.journal.empty() ? "emsctl undo " + r.journal : "";
}

std::string next_command(const report& r) {
    if (r.journal.empty() || r.mode == run_mode::undo) return {};
    if (r.result == run_result::unknown) return "emsctl resume " + r.journal;
    const bool is_open = std::any_of(r.changes.begin(), r.changes.end(),
                                     [](const change& c) { return c.temporary && c.how == change::state::done; });
    return is_open ? "emsctl undo " + r.journal + " --temporary, as soon as it is needed no more" : "";
}

std::vector<std::string> what_remains(const report& r) {
    std::vector<std::string> out;
    for (const auto& d : r.decisions)
        if (std::ranges::find(r.missing_variables, d.variable) != r.missing_variables.end())
            out.push_back("Decide, and give --var " + d.variable + "=...: " + d.question);
    if (!r.line_error.empty())
        out.push_back("The console was lost: " + r.line_error +
                      (r.journal.empty() ? "; look again before anything else"
                                         : "; emsctl resume " + r.journal + " finds out what was done and goes on"));
    if (r.result == run_result::restart_pending) out.push_back("Restart the machine; until then a part has no effect.");
    for (const auto& c : r.changes) {
        if (c.temporary && c.how == change::state::done)
            out.push_back("Temporary, and still so: " + c.what +
                          (r.journal.empty() ? "" : " (emsctl undo " + r.journal + " --temporary)"));
        if (c.how == change::state::declined) out.push_back("Not agreed to: " + c.what);
        if (c.how == change::state::unknown) out.push_back("Nobody knows whether this was done: " + c.what);
        if (c.how == change::state::undo_failed || c.how == change::state::undo_refused)
            out.push_back("Still changed: " + c.what + (c.problem.empty() ? "" : " (" + c.problem + ")"));
        if (c.how == change::state::undone && !c.residue.empty()) out.push_back("Left behind: " + c.residue);
    }
    const bool could_repair =
        r.mode == run_mode::check && std::any_of(r.changes.begin(), r.changes.end(),
                                                 [](const change& c) { return c.how == change::state::planned; });
    if (could_repair) out.push_back("Nothing was changed yet; the same run with --apply makes the changes below.");
    out.insert(out.end(), r.warnings.begin(), r.warnings.end());
    return out;
}

nlohmann::json to_json(const report& r) {
    nlohmann::json text{
        {"schema", 1},
        {"runbook",
         {{"name", r.runbook_name}, {"title", r.runbook_title}, {"source", r.source}, {"sha256", r.runbook_sha256}}},
        {"machine", {{"guid", r.machine}, {"name", r.computer_name}}},
        {"program_version", r.program_version},
        {"mode", to_string(r.mode)},
        {"result", to_string(r.result)},
        {"exit_status", exit_status(r.result)},
        {"verdict", r.verdict},
        {"missing_variables", r.missing_variables},
        {"line_error", r.line_error.empty() ? nlohmann::json() : nlohmann::json(r.line_error)},
        {"started_at", r.started_at},
        {"took_ms", r.took.count()},
        {"line",
         {{"bytes_sent", r.used.bytes_sent},
          {"bytes_received", r.used.bytes_received},
          {"elapsed_ms", r.used.elapsed.count()}}},
        {"journal", r.journal},
        {"journal_hash", r.journal_hash},
        {"recording", r.recording},
        {"recording_hash", r.recording_hash},
        {"weaker_proof", r.weaker_proof},
        {"warnings", r.warnings},
        {"remains", what_remains(r)},
        {"undo_command", undo_command(r)},
        {"restart", nullptr}};
    if (r.restart) text["restart"] = {{"took_ms", r.restart->took.count()}, {"proof", r.restart->proof}};
    for (const char* list : {"looks", "findings", "decisions", "changes", "timeline"})
        text[list] = nlohmann::json::array();
    for (const auto& l : r.looks)
        text["looks"].push_back({{"step", l.step_id},
                                 {"name", l.step_name},
                                 {"cites", l.cites},
                                 {"phase", to_string(l.phase)},
                                 {"text", l.text}});
    for (const auto& f : r.findings)
        text["findings"].push_back({{"step", f.step_id},
                                    {"name", f.step_name},
                                    {"cites", f.cites},
                                    {"severity", to_string(f.level)},
                                    {"phase", to_string(f.phase)},
                                    {"text", f.text}});
    for (const auto& d : r.decisions)
        text["decisions"].push_back({{"step", d.step_id},
                                     {"variable", d.variable},
                                     {"question", d.question},
                                     {"answer", d.answer},
                                     {"proposal", d.proposal},
                                     {"how", to_string(d.how)},
                                     {"accepted", d.accepted}});
    for (const auto& c : r.changes)
        text["changes"].push_back({{"number", c.number},
                                   {"step", c.step_id},
                                   {"name", c.step_name},
                                   {"cites", c.cites},
                                   {"what", c.what},
                                   {"from", c.from},
                                   {"to", c.to},
                                   {"why", c.why},
                                   {"risk", to_string(c.risk)},
                                   {"undo", to_string(c.undo)},
                                   {"residue", c.residue},
                                   {"effective", to_string(c.effective)},
                                   {"temporary", c.temporary},
                                   {"state", to_string(c.how)},
                                   {"proof", c.proof},
                                   {"problem", c.problem},
                                   {"before", c.before},
                                   {"after", c.after},
                                   {"took_ms", c.took.count()}});
    for (const auto& m : r.timeline)
        text["timeline"].push_back({{"at_ms", m.at.count()},
                                    {"event", m.event},
                                    {"phase", to_string(m.phase)},
                                    {"step", m.step_id},
                                    {"name", m.step_name},
                                    {"text", m.text}});
    return text;
}

}  // namespace emsctl::scripts
