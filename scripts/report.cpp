#include "scripts/report.hpp"

#include <algorithm>

namespace emsctl::scripts {

bool report::has_faults(run_phase phase) const {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const finding& f) { return f.phase == phase && f.level == severity::fault; });
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
        {"missing_variable", r.missing_variable.empty() ? nlohmann::json() : nlohmann::json(r.missing_variable)},
        {"line_error", r.line_error.empty() ? nlohmann::json() : nlohmann::json(r.line_error)},
        {"started_at", r.started_at},
        {"took_ms", r.took.count()},
        {"line",
         {{"bytes_sent", r.used.bytes_sent},
          {"bytes_received", r.used.bytes_received},
          {"elapsed_ms", r.used.elapsed.count()}}},
        {"journal", r.journal},
        {"recording", r.recording},
        {"weaker_proof", r.weaker_proof},
        {"warnings", r.warnings},
        {"restart", nullptr}};
    if (r.restart) text["restart"] = {{"took_ms", r.restart->took.count()}, {"proof", r.restart->proof}};
    for (const char* list : {"looks", "findings", "decisions", "changes"}) text[list] = nlohmann::json::array();
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
                                   {"state", to_string(c.how)},
                                   {"proof", c.proof},
                                   {"problem", c.problem},
                                   {"took_ms", c.took.count()}});
    return text;
}

}  // namespace emsctl::scripts
