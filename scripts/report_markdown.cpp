#include <array>

#include "scripts/report.hpp"

namespace emsctl::scripts {
namespace {

// On one line, without control characters.
std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n' || c == '\r' || c == '\t') {
            if (!out.ends_with(' ')) out += ' ';
        } else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
            out += c;
        }
    }
    return out;
}

// Text of the machine, with nothing left that Markdown or HTML would take for its own.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : one_line(text)) {
        if (std::string_view("\\`*_{}[]()#+!|<>&~").find(c) != std::string_view::npos) {
            out += {'\\', c};
        } else {
            out += c;
        }
    }
    return out;
}

// As code, in a fence that the text does not hold.
std::string code(std::string text) {
    text = one_line(text);
    std::string fence = "`";
    while (text.find(fence) != std::string::npos) fence += '`';
    return fence + (fence.size() > 1 ? " " : "") + text + (fence.size() > 1 ? " " : "") + fence;
}

std::string change_line(const change& c) {
    std::string out = "- **" + std::string(to_string(c.how)) + "**: " + plain(c.what);
    if (!c.why.empty()) out += "\n  - why: " + plain(c.why);
    if (!c.proof.empty()) out += "\n  - proved by: " + code(c.proof);
    if (!c.problem.empty()) out += "\n  - problem: " + plain(c.problem);
    out += "\n  - risk " + std::string(to_string(c.risk)) + ", undo " + std::string(to_string(c.undo));
    if (!c.residue.empty()) out += "; what stays: " + plain(c.residue);
    return out + "\n";
}

}  // namespace

std::string to_markdown(const report& r) {
    std::string out = "# " + plain(r.runbook_title.empty() ? r.runbook_name : r.runbook_title) + "\n\n";
    out += "**" + plain(r.verdict) + "** (" + plain(to_string(r.result)) + ", exit status " +
           std::to_string(exit_status(r.result)) + ")\n\n";
    const std::array<std::pair<const char*, std::string>, 6> facts{{{"machine", r.computer_name},
                                                                    {"machine GUID", r.machine},
                                                                    {"began", r.started_at},
                                                                    {"took", in_seconds(r.took)},
                                                                    {"mode", std::string(to_string(r.mode))},
                                                                    {"source", r.source}}};
    out += "| | |\n| --- | --- |\n";
    for (const auto& [name, value] : facts)
        if (!value.empty()) out += std::string("| ") + name + " | " + plain(value) + " |\n";
    if (const auto remains = what_remains(r); !remains.empty()) {
        out += "\n## What remains\n\n";
        for (const auto& one : remains) out += "- " + plain(one) + "\n";
    }
    if (!r.findings.empty()) {
        out += "\n## Found\n\n";
        for (const auto& f : r.findings) {
            if (f.phase != run_phase::look && f.phase != run_phase::proof) continue;
            out += std::string("- ") + (f.level == severity::fault ? "**fault**" : "note") +
                   (f.phase == run_phase::proof ? " (second look)" : "") + ": " + plain(f.text) +
                   (f.cites.empty() ? "" : " (" + plain(f.cites) + ")") + "\n";
        }
    }
    if (!r.decisions.empty()) {
        out += "\n## Decisions\n\n";
        for (const auto& d : r.decisions)
            out += "- " + plain(d.question) + " " + code(d.variable + " = " + answer_text(d)) + " (" +
                   std::string(to_string(d.how)) + ")\n";
    }
    if (!r.changes.empty()) {
        out += r.mode == run_mode::check ? "\n## Would change\n\n" : "\n## Changes\n\n";
        for (const auto& c : r.changes) out += change_line(c);
    }
    out += "\n## Evidence\n\n";
    if (const auto undo = undo_command(r); !undo.empty()) out += "- undo: " + code(undo) + "\n";
    if (!r.journal.empty()) out += "- journal: " + code(r.journal) + "\n";
    if (!r.journal_hash.empty()) out += "- journal's last hash: " + code(r.journal_hash) + "\n";
    if (!r.recording.empty()) out += "- recording: " + code(r.recording) + "\n";
    if (!r.recording_hash.empty()) out += "- recording's last hash: " + code(r.recording_hash) + "\n";
    out += "- runbook: " + code(r.runbook_name) +
           (r.runbook_sha256.empty() ? "" : ", SHA-256 " + code(r.runbook_sha256)) + "\n";
    out += "- emsctl " + plain(r.program_version) +
           (r.weaker_proof ? "; weaker proof: some answers were not hashed" : "") + "\n";
    return out;
}

}  // namespace emsctl::scripts
