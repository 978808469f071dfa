// The words of the file format and of reports for enumerators.
#include "scripts/report.hpp"
#include "scripts/runbook.hpp"
#include "scripts/runner.hpp"

namespace emsctl::scripts {
namespace {

template <class Enum, std::size_t N>
std::string_view name(const char* const (&names)[N], Enum value) {
    const auto at = static_cast<std::size_t>(value);
    return at < N ? names[at] : "?";
}

}  // namespace

std::string_view to_string(shell v) {
    return name({"cmd", "powershell", "local", "console", "azure"}, v);
}
std::string_view to_string(variable_type v) {
    return name({"int", "string", "bool", "enum", "secret"}, v);
}
std::string_view to_string(risk_level v) {
    return name({"none", "low", "medium", "high"}, v);
}
std::string_view to_string(undo_class v) {
    return name({"exact", "compensating", "none"}, v);
}
std::string_view to_string(takes_effect v) {
    return name({"now", "restart"}, v);
}
std::string_view to_string(severity v) {
    return name({"fault", "note"}, v);
}
std::string_view to_string(output_format v) {
    return name({"text", "lines", "number", "fields", "csv", "json", "reg", "netstat", "sc", "sessions", "sddl",
                 "events", "bcd"},
                v);
}
std::string_view to_string(confirm_policy v) {
    return name({"each", "risky", "none"}, v);
}
std::string_view to_string(run_mode v) {
    return name({"check", "apply", "undo"}, v);
}
std::string_view to_string(run_phase v) {
    return name({"look", "repair", "proof", "rollback", "undo"}, v);
}
std::string_view to_string(run_result v) {
    return name({"healthy", "repaired", "undone", "faults_found", "failed_rolled_back", "rollback_incomplete",
                 "unknown", "restart_pending"},
                v);
}
std::string_view to_string(decision::origin v) {
    return name({"given", "asked", "default", "assumed", "taken", "missing"}, v);
}
std::string_view to_string(change::state v) {
    return name(
        {"planned", "done", "declined", "failed", "not_run", "unknown", "undone", "undo_refused", "undo_failed"}, v);
}
std::string_view to_string(event::kind v) {
    return name(
        {"phase_started", "step_started", "looked", "found", "decided", "change_planned", "change_started",
         "change_done", "change_failed", "change_undone", "proved", "restarting", "restarted", "warning", "verdict"},
        v);
}

int exit_status(run_result result) {
    switch (result) {
        case run_result::healthy:
        case run_result::repaired:
        case run_result::undone:
            return 0;
        case run_result::faults_found:
            return 1;
        case run_result::failed_rolled_back:
            return 3;
        case run_result::rollback_incomplete:
            return 4;
        case run_result::unknown:
            return 7;
        case run_result::restart_pending:
            return 8;
    }
    return 7;
}

}  // namespace emsctl::scripts
