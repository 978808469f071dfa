#include <algorithm>

#include "scripts/difference.hpp"
#include "scripts/parsers.hpp"
#include "scripts/report.hpp"

namespace emsctl::scripts {
namespace {

class page {
  public:
    explicit page(const text_style& style) : style_(style) {}

    // Wrapped at blanks; the first line begins with `lead`, the others are indented as far.
    void add(std::string_view lead, std::string_view text, std::string_view colour = {}) {
        const std::string indent(lead.size(), ' ');
        std::string line(lead);
        const bool coloured = style_.colour && !colour.empty();
        if (coloured) out_ += colour;
        bool fresh = true;
        for (const auto part : lines_of(text)) {
            for (std::size_t at = 0; at < part.size();) {
                const auto end = std::min(part.find(' ', at), part.size());
                auto word = part.substr(at, end - at);
                at = end + 1;
                if (!fresh && line.size() + 1 + width_of(word) > style_.width) {
                    out_ += line + "\n";
                    line = indent;
                    fresh = true;
                }
                if (!fresh) line += ' ';
                line += word;
                fresh = false;
            }
        }
        out_ += line + "\n";
        if (coloured) out_ += "\x1b[0m";
    }
    void head(std::string_view text) {
        out_ += "\n";
        add("", text, "\x1b[1m");
    }
    std::string take() { return std::move(out_); }

  private:
    static std::size_t width_of(std::string_view word) {
        return static_cast<std::size_t>(
            std::count_if(word.begin(), word.end(), [](char c) { return (c & 0xc0) != 0x80; }));
    }
    const text_style& style_;
    std::string out_;
};

std::string where(const std::string& name, const std::string& cites) {
    return cites.empty() ? name : name + " (" + cites + ")";
}

constexpr std::string_view red = "\x1b[31m", green = "\x1b[32m", yellow = "\x1b[33m";

void add_findings(page& out, const report& r, run_phase phase) {
    for (const auto& f : r.findings)
        if (f.phase == phase)
            out.add(f.level == severity::fault ? "  fault  " : "  note   ", where(f.text, f.cites),
                    f.level == severity::fault ? red : std::string_view());
}

std::string_view mark_of(change::state state) {
    switch (state) {
        case change::state::planned:
            return "  would  ";
        case change::state::done:
            return "  done   ";
        case change::state::declined:
            return "  no     ";
        case change::state::failed:
            return "  failed ";
        case change::state::not_run:
            return "  not run ";
        case change::state::unknown:
            return "  unknown ";
        case change::state::undone:
            return "  undone ";
        case change::state::undo_refused:
            return "  refused ";
        case change::state::undo_failed:
            return "  stuck  ";
    }
    return "  ?      ";
}

// Of a change that was made its states before and after; of a plan what is there and what it is to become, in short.
void add_difference(page& out, const change& c, const std::string& indent) {
    auto lines = difference(c.before, c.after);
    if (c.after.is_null()) {
        lines.clear();
        if (!c.from.empty()) lines.push_back("- " + c.from);
        if (!c.to.empty()) lines.push_back("+ " + c.to);
    }
    for (const auto& line : lines) out.add(indent + line.substr(0, 2), line.substr(2), line[0] == '-' ? red : green);
}

void add_change(page& out, const change& c, bool with_difference) {
    out.add(mark_of(c.how), c.what);
    const std::string indent = "           ";
    if (with_difference) add_difference(out, c, indent);
    if (!c.why.empty()) out.add(indent + "why: ", c.why);
    if (!c.proof.empty()) out.add(indent + "proved by: ", c.proof);
    if (!c.problem.empty()) out.add(indent + "problem: ", c.problem, red);
    std::string undo = "undo: " + std::string(to_string(c.undo));
    if (!c.residue.empty()) undo += ", what stays: " + c.residue;
    out.add(indent, "risk: " + std::string(to_string(c.risk)) + "; " + undo +
                        (c.effective == takes_effect::restart ? "; takes effect after a restart" : "") +
                        (c.temporary ? "; temporary" : ""));
}

void add_decision(page& out, const decision& d) {
    std::string text = d.question + " " + d.variable + " = ";
    text += answer_text(d);
    text += " [" + std::string(to_string(d.how)) + "]";
    if (d.how == decision::origin::missing && !d.proposal.empty()) text += ", proposed: " + d.proposal;
    out.add("  ", text);
}

}  // namespace

std::string to_text(const report& r, const text_style& style) {
    page out(style);
    out.add("", r.runbook_title.empty() ? r.runbook_name : r.runbook_title, "\x1b[1m");
    if (!r.source.empty()) out.add("source: ", r.source);
    if (!r.machine.empty()) out.add("machine: ", r.computer_name + " " + r.machine);
    if (!r.looks.empty()) {
        out.head("Looked at");
        for (const auto& l : r.looks)
            if (l.phase == run_phase::look) out.add("  ", where(l.text, l.cites));
    }
    const auto found = std::count_if(r.findings.begin(), r.findings.end(),
                                     [](const finding& f) { return f.phase == run_phase::look; });
    if (found > 0) {
        out.head("Found");
        add_findings(out, r, run_phase::look);
    }
    if (!r.decisions.empty()) {
        out.head("Decisions");
        for (const auto& d : r.decisions) add_decision(out, d);
    }
    if (!r.changes.empty()) {
        out.head(r.mode == run_mode::check ? "Would change" : "Changes");
        for (const auto& c : r.changes) add_change(out, c, style.diff);
    }
    if (r.restart) out.add("  ", "Restarted in " + in_seconds(r.restart->took) + ", proved by: " + r.restart->proof);
    const auto proof_looks =
        std::count_if(r.looks.begin(), r.looks.end(), [](const look& l) { return l.phase == run_phase::proof; });
    if (proof_looks > 0) {
        out.head("Second look");
        for (const auto& l : r.looks)
            if (l.phase == run_phase::proof) out.add("  ", l.text);
        add_findings(out, r, run_phase::proof);
    }
    if (!r.warnings.empty()) {
        out.head("Warnings");
        for (const auto& w : r.warnings) out.add("  ", w, yellow);
    }
    out.head("Result");
    const int status = exit_status(r.result);
    out.add("  ", r.verdict + " (" + std::string(to_string(r.result)) + ", exit status " + std::to_string(status) + ")",
            status == 0 ? green : red);
    std::string missing;
    for (const auto& name : r.missing_variables) missing += (missing.empty() ? "" : ", ") + name;
    if (!missing.empty()) out.add("  ", "To go on, set: " + missing);
    const auto next = next_command(r);
    if (!next.empty()) out.add("  next: ", next);
    out.add("  ", "took " + in_seconds(r.took) + ", " + std::to_string(r.used.bytes_sent) + " bytes sent, " +
                      std::to_string(r.used.bytes_received) + " received");
    if (r.weaker_proof) out.add("  ", "Weaker proof: some answers could not be hashed on the machine.");
    if (!r.journal.empty()) out.add("  journal: ", r.journal);
    if (!r.recording.empty()) out.add("  recording: ", r.recording);
    return out.take();
}

}  // namespace emsctl::scripts
