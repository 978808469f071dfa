#include "scripts/article/article_draft.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scripts/article/article_commands.hpp"
#include "scripts/article/article_reader.hpp"
#include "scripts/article/command_doubts.hpp"
#include "scripts/article/draft_proposal.hpp"
#include "scripts/gate.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

// What the reader of runbooks takes; an article of this size has lost its way.
constexpr std::size_t most_steps = 500;  // and questions
constexpr std::size_t most_bytes = 900u << 10;
constexpr std::size_t longest_command = 16u << 10;

std::string in_quotes(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string shortened(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return std::string(text);
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
    return std::string(text.substr(0, limit)) + "...";
}

// For a comment: one line, nothing that a reader of YAML could take for more.
std::string comment(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return out;
}

// A template's literal text: "{{" would begin a hole.
std::string literal(std::string_view text, bool a_hole_follows) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = text[i] == '{' && (i + 1 < text.size() ? text[i + 1] == '{' : a_hole_follows);
        out += begins ? std::string("{{ raw(\"{\") }}") : std::string(1, text[i]);
    }
    return out;
}

// Doubts after which even a command that only reads is not run as it stands.
bool is_broken(const std::vector<article_finding>& findings) {
    constexpr std::array<std::string_view, 18> codes{
        "glued",      "truncated", "open-quote",        "open-bracket",      "left-out",         "syntax",
        "translated", "markup",    "unreadable",        "typographic-quote", "typographic-dash", "odd-blank",
        "invisible",  "wide-form", "control-character", "unknown-verb",      "unknown-option",   "single-quotes"};
    return std::any_of(findings.begin(), findings.end(), [&](const auto& f) {
        return f.is == article_finding::level::warning && std::find(codes.begin(), codes.end(), f.code) != codes.end();
    });
}

class drafter {
  public:
    drafter(std::string_view markdown, const std::string& name, const std::string& source)
        : name_(name), source_(source), text_(read_article(markdown)), commands_(commands_of(text_)) {
        for (const auto& c : commands_)
            if (c.in == shell::powershell) add_set_variables(c.text, set_variables_);
        for (const auto& c : commands_) ++in_heading_[c.heading];
    }

    runbook_draft take() {
        result_.title = text_.title.empty() ? name_ : shortened(text_.title, 200);
        std::vector<doubts> found(commands_.size());
        for (std::size_t i = 0; i < commands_.size(); ++i) found[i] = commands_[i].findings;
        doubt_whole(commands_, found);
        for (std::size_t i = 0; i < commands_.size(); ++i) {
            if (steps_.size() > most_bytes || result_.steps.size() + decided_.size() >= most_steps) {
                result_.findings.push_back(
                    {article_finding::level::warning, commands_[i].line, "too-long",
                     "the article has more commands than a runbook has steps: the draft ends here"});
                break;
            }
            add(commands_[i], std::move(found[i]));
        }
        result_.findings.insert(result_.findings.begin(), text_.findings.begin(), text_.findings.end());
        result_.variables = variables_.all();
        for (const auto& v : result_.variables) {
            if (v.spellings.size() < 2 || v.is_drive) continue;
            std::string all;
            for (const auto& one : v.spellings) all += (all.empty() ? "" : ", ") + one;
            result_.findings.push_back({article_finding::level::warning, v.line, "placeholder-spelling",
                                        "written in several ways and taken for one variable: " + shortened(all, 200)});
        }
        std::stable_sort(result_.findings.begin(), result_.findings.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        if (!result_.steps.empty()) result_.yaml = head() + steps_;
        return std::move(result_);
    }

  private:
    struct templated {
        std::string with_holes;          // for a command
        std::string for_people;          // what is not decided stays as the article calls it
        std::vector<std::string> holes;  // by the number of the place
        std::vector<std::string> names;  // of the variables
    };

    templated fill(const article_command& c, const std::vector<placeholder>& places) {
        templated out;
        std::size_t done = 0;
        const auto add_literal = [&](std::size_t end, bool a_hole_follows) {
            const auto text = literal(std::string_view(c.text).substr(done, end - done), a_hole_follows);
            out.with_holes += text;
            out.for_people += text;
        };
        for (const auto& place : places) {
            const auto& v = variables_.of(place, c.line);
            const std::string name = v.name;
            decide(v, place, c.line);
            add_literal(place.at, true);
            const auto hole = "{{ " + name + " }}";
            out.holes.push_back(hole);
            out.with_holes += place.is_variable ? "'" + hole + "'" : hole;
            std::string shown;
            for (const char ch : place.shown)
                shown += ch == '"' || ch == '\\' ? std::string{'\\', ch} : std::string(1, ch);
            out.for_people += "{{ " + name + " or \"" + shown + "\" }}";
            if (std::find(out.names.begin(), out.names.end(), name) == out.names.end()) out.names.push_back(name);
            done = place.at + place.size;
        }
        add_literal(c.text.size(), false);
        return out;
    }

    // A question before the first step that needs the answer.
    void decide(const draft_variable& v, const placeholder& place, int line) {
        if (std::find(decided_.begin(), decided_.end(), v.name) != decided_.end()) return;
        decided_.push_back(v.name);
        const std::string question = place.is_drive ? "Which letter has the drive that the article calls " +
                                                          place.shown + ":? (the letter alone)"
                                                    : "What is to stand for " + shortened(place.shown, 100) + "?";
        vars_ += "  " + v.name + ":\n    type: string\n    question: " + in_quotes(literal(question, false)) + "\n";
        std::string id = "v-" + v.name;
        std::replace(id.begin(), id.end(), '_', '-');
        steps_ += "\n  - name: " + in_quotes("What the article calls " + shortened(place.label, 100)) +
                  "\n    id: " + id + "\n    cites: " + in_quotes("line " + std::to_string(line)) +
                  "\n    decision: {variable: " + v.name + "}\n";
        result_.findings.push_back({article_finding::level::note, line, place.is_drive ? "drive-letter" : "placeholder",
                                    shortened(place.shown, 100) +
                                        (place.is_drive ? ": a drive letter of the article's own machine" : "") +
                                        " becomes the variable " + v.name});
    }

    bool in_powershell_block(const article_command& c) const {
        const auto info = lower_case(text_.pieces[c.piece].info);
        return info.find("powershell") != std::string::npos || info == "ps" || info == "ps1" || info == "pwsh";
    }

    void add(article_command c, doubts findings) {
        draft_step step;
        step.line = c.line;
        step.command = c.text;
        step.in = c.in;
        if (c.text.size() > longest_command) {
            result_.findings.push_back(
                {article_finding::level::warning, c.line, "too-long", "a script of more than 16 KiB is not drafted"});
            return;
        }
        const bool in_shell = c.where == command_place::shell;
        auto places = placeholders_of(c.text, c.in, set_variables_);
        if (places.size() > 100) places.resize(100);
        auto plain = with_plain_words(c.text, places);
        auto view = view_of(c, plain, in_powershell_block(c));
        doubt_text(view, findings);
        if (in_shell) {
            doubt_programs(view, findings);
            doubt_powershell(view, findings);
            doubt_effects(view, findings);
            if (auto without = without_pager(c, view)) {
                // Only the pager goes; places before it stay where they are.
                c.text = std::move(*without);
                std::erase_if(places, [&](const auto& p) { return p.at + p.size > c.text.size(); });
                plain = with_plain_words(c.text, places);
            }
        }
        command sent;
        sent.in = c.in;
        sent.text = plain;
        const auto refused =
            in_shell ? refusal(sent) : std::optional<std::string>("it is not for a shell of the machine");
        const auto filled = fill(c, places);
        const bool reads = !refused && !is_broken(findings);
        step.kind = reads                               ? drafted_as::reads
                    : c.where == command_place::outside ? drafted_as::outside
                    : c.where == command_place::sac     ? drafted_as::sac
                    : c.where == command_place::program ? drafted_as::program
                                                        : drafted_as::unknown;
        step.id = id_of(view);
        draft_proposal proposal;
        const auto whole = view_of(c, plain, false);
        if (in_shell && !reads) {
            proposal = proposal_for(whole, filled.with_holes, filled.holes);
            if (proposal.is_known) step.kind = drafted_as::changes;
            if (is_broken(findings)) {
                proposal.lines.clear();
                proposal.remark = "The command has to be put right first.";
                proposal.risk = risk_level::high;
            }
        }
        weigh(findings, proposal);
        if (reads) std::erase_if(findings, [](const auto& f) { return f.code == "repeated"; });
        step.risk = reads ? risk_level::none : proposal.risk;
        if (step.kind == drafted_as::unknown)
            findings.push_back(
                {article_finding::level::note, c.line, "unknown-effect",
                 refused ? "it is not known whether it only reads: " + shortened(*refused, 120) + "; risk high"
                         : "it would only read, but is not run before it has been put right"});
        std::stable_sort(findings.begin(), findings.end(), [](const auto& a, const auto& b) { return a.is < b.is; });
        write(c, step, filled, proposal, findings);
        step.findings = std::move(findings);
        result_.steps.push_back(std::move(step));
    }

    // What lowers security is of high risk however small it is, and what no runbook may do is not proposed.
    static void weigh(const doubts& findings, draft_proposal& proposal) {
        for (const auto& f : findings) {
            if (f.code != "security" && f.code != "untouchable") continue;
            proposal.risk = risk_level::high;
            std::replace(proposal.lines.begin(), proposal.lines.end(), std::string("risk: medium"),
                         std::string("risk: high"));
            if (f.code != "untouchable") continue;
            proposal.lines.clear();
            proposal.remark = "No step is proposed: " + f.message + ".";
        }
    }

    // The command without `| more` at its end.
    static std::optional<std::string> without_pager(const article_command& c, const command_view& view) {
        if (view.parts.size() < 2 || view.parts.back().size() != 1) return std::nullopt;
        const auto last = lower_case(view.parts.back()[0].text);
        const auto bar = c.text.rfind('|');
        if ((last != "more" && last != "out-host") || bar == std::string::npos) return std::nullopt;
        return std::string(trimmed(std::string_view(c.text).substr(0, bar)));
    }

    std::string id_of(const command_view& view) {
        std::string slug;
        if (!view.words.empty()) slug = program_name(view.words[0].text);
        if (takes_verb(slug) && view.words.size() > 1) slug += "-" + lower_case(view.words[1].text);
        std::string id;
        for (const char c : slug) {
            const bool is_fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            if (is_fine)
                id += c;
            else if (!id.empty() && id.back() != '-')
                id += '-';
        }
        id.resize(std::min<std::size_t>(id.size(), 32));
        while (id.ends_with('-')) id.pop_back();
        return "s" + std::to_string(result_.steps.size() + 1) + (id.empty() ? "" : "-" + id);
    }

    std::string step_name(const article_command& c) {
        const auto at = c.heading.rfind(" > ");
        auto name = at == std::string::npos ? c.heading : c.heading.substr(at + 3);
        if (name.empty()) name = result_.title;
        name = shortened(name, 120);
        if (in_heading_[c.heading] > 1) name += " (" + std::to_string(++numbered_[c.heading]) + ")";
        return name;
    }

    static std::string instruction(const article_command& c, const draft_step& step) {
        const std::string place = " (line " + std::to_string(c.line) + " of the article)";
        switch (step.kind) {
            case drafted_as::outside:
                return "Outside this machine, once it has been reviewed" + place + ":\n";
            case drafted_as::sac:
                return "At the SAC prompt, once it has been reviewed" + place + ":\n";
            case drafted_as::program:
                return "Typed into " + c.program + ", once it has been reviewed" + place + ":\n";
            default:
                break;
        }
        return std::string(c.in == shell::cmd ? "In cmd" : "In PowerShell") + ", once it has been reviewed" + place +
               ":\n";
    }

    void write(const article_command& c, const draft_step& step, const templated& filled,
               const draft_proposal& proposal, const doubts& findings) {
        std::string head = "  - name: " + in_quotes(step_name(c)) + "\n    id: " + step.id + "\n    cites: ";
        const std::string cites = c.paragraph.empty() ? "" : shortened(c.paragraph, 200) + ", ";
        head += in_quotes(cites + "line " + std::to_string(c.line)) + "\n";
        steps_ += "\n";
        for (const auto& f : findings)
            steps_ += std::string("  ## ") + (f.is == article_finding::level::warning ? "warning: " : "note: ") +
                      comment(f.message) + "\n";
        std::string when;
        for (const auto& name : filled.names) when += (when.empty() ? "" : " and ") + name + " ~= nil";
        if (!when.empty()) when = "    when: " + when + "\n";
        steps_ += head;
        if (step.kind == drafted_as::reads) {
            steps_ += when + "    optional: true\n    " + (c.in == shell::cmd ? "cmd: " : "powershell: ") +
                      yaml_text(filled.with_holes, 6) + "\n    reads: true\n    look: " +
                      in_quotes("Exit code {{ result.rc }}, {{ #result.stdout_lines }} lines.") + "\n";
            return;
        }
        steps_ += "    risk: " + std::string(to_string(step.risk)) +
                  "\n    why: The article asks for it, and nobody has reviewed it.\n    manual:\n      do: " +
                  yaml_text(instruction(c, step) + filled.for_people, 8) + "\n";
        if (!proposal.remark.empty()) steps_ += "  ## " + comment(proposal.remark) + "\n";
        if (proposal.lines.empty()) return;
        std::string body = head + when;
        for (const auto& line : proposal.lines) {
            std::istringstream parts(line);
            for (std::string one; std::getline(parts, one);) body += "    " + one + "\n";
        }
        std::istringstream lines(body);
        steps_ += "  ## In its place, once reviewed:\n";
        // The two blanks of the list stay in front of the sign, so that only "# " has to go.
        for (std::string line; std::getline(lines, line);)
            steps_ += "  # " + comment(line.substr(std::min<std::size_t>(2, line.size()))) + "\n";
    }

    std::string head() const {
        std::string text = "# A draft from " + comment(source_) + ". Nobody has reviewed it.\n";
        text +=
            "# Steps with `reads: true` only look. Steps with `manual:` are never carried out by the program: they "
            "stand for\n"
            "# commands that change something, or of which that is not known. Behind \"##\" stands what was noticed. "
            "Whoever has\n"
            "# reviewed a command puts the step that is proposed below it in its place (take \"# \" away) and says "
            "there what it\n"
            "# changes, how it is taken back and how it is proved.\n";
        text += "name: " + name_ + "\ntitle: " + in_quotes(result_.title) + "\nsource: " + in_quotes(source_) + "\n";
        if (!vars_.empty()) text += "\nvars:\n" + vars_;
        return text + "\nsteps:\n";
    }

    const std::string& name_;
    const std::string& source_;
    article text_;
    std::vector<article_command> commands_;
    std::set<std::string> set_variables_;
    std::map<std::string, int> in_heading_, numbered_;
    variable_names variables_;
    std::vector<std::string> decided_;
    std::string vars_, steps_;
    runbook_draft result_;
};

}  // namespace

std::string_view to_string(drafted_as kind) {
    switch (kind) {
        case drafted_as::reads:
            return "reads";
        case drafted_as::changes:
            return "changes";
        case drafted_as::unknown:
            return "unknown";
        case drafted_as::outside:
            return "outside";
        case drafted_as::sac:
            return "sac";
        case drafted_as::program:
            return "program";
    }
    return "";
}

runbook_draft draft_runbook(std::string_view markdown, const std::string& name, const std::string& source) {
    return drafter(markdown, name, source).take();
}

}  // namespace emsctl::scripts
