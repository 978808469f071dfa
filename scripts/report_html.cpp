#include "scripts/report_html.hpp"

#include <algorithm>
#include <optional>

#include "sac/encoding.hpp"
#include "scripts/html_text.hpp"

namespace emsctl::scripts {

std::optional<std::string_view> embedded(std::string_view file_name);

namespace {

using microseconds = std::chrono::microseconds;

constexpr std::size_t most_of_one_output = 32 * 1024;
constexpr std::size_t most_of_all_outputs = 1024 * 1024;

std::string tag(std::string_view text, std::string_view look) {
    return "<span class=\"tag " + std::string(look) + "\">" + html(text) + "</span> ";
}

std::string fact(const char* name, const std::string& value, bool is_code = false) {
    if (value.empty()) return "";
    const auto text = is_code ? "<code>" + html(value) + "</code>" : html(value);
    return std::string("<dt>") + name + "</dt><dd>" + text + "</dd>\n";
}

std::string_view look_of(run_result result) {
    const int status = exit_status(result);
    return status == 0 ? "good" : result == run_result::restart_pending ? "open" : "bad";
}

std::string_view look_of(change::state state) {
    using enum change::state;
    if (state == done || state == undone) return "good";
    return state == planned || state == declined || state == not_run ? "open" : "bad";
}

std::string_view title_of(run_phase phase) {
    switch (phase) {
        case run_phase::look:
            return "First look";
        case run_phase::repair:
            return "Repair";
        case run_phase::proof:
            return "Second look";
        case run_phase::rollback:
            return "Taking back";
        case run_phase::undo:
            return "Undo";
    }
    return "";
}

// One step of one pass, with what was told while it worked.
struct told_step {
    run_phase phase = run_phase::look;
    std::string id, name;
    std::chrono::milliseconds began{}, ended{};
    std::vector<const moment*> told;
};

std::vector<told_step> steps_of(const report& r) {
    std::vector<told_step> steps;
    for (const auto& m : r.timeline) {
        if (!steps.empty()) steps.back().ended = m.at;
        if (m.step_id.empty()) continue;
        if (m.event == "step_started" || steps.empty() || steps.back().id != m.step_id || steps.back().phase != m.phase)
            steps.push_back({m.phase, m.step_id, m.step_name, m.at, m.at, {}});
        if (m.event != "step_started") steps.back().told.push_back(&m);
    }
    return steps;
}

class page {
  public:
    page(const report& account, const report_evidence* evidence) : r_(account), evidence_(evidence) {
        if (!evidence_) return;
        // The recording began before the run did; its first mark of the run says by how much.
        for (const auto& mark : evidence_->pictures.marks)
            if (mark.label.starts_with("runbook ")) {
                offset_ = mark.at;
                break;
            }
    }

    std::string text() {
        const auto style = embedded("report.css").value_or("");
        const auto script = evidence_ ? embedded("report.js").value_or("") : "";
        const auto title = r_.runbook_title.empty() ? r_.runbook_name : r_.runbook_title;
        std::string policy = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + csp_hash(style);
        if (evidence_) policy += "; script-src " + csp_hash(script);
        out_ = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
        out_ += "<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\">\n";
        out_ += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
        out_ += "<title>" + html(r_.verdict + " " + title) + "</title>\n";
        out_ += "<style>" + std::string(style) + "</style>\n</head>\n<body>\n";
        add_head(title);
        out_ += "<main>\n";
        add_remains();
        add_findings();
        add_decisions();
        add_changes();
        add_steps();
        add_console();
        add_evidence();
        out_ += "</main>\n";
        if (evidence_) {
            out_ += "<script type=\"application/json\" id=\"film\">" +
                    html_json(film_json().dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)) +
                    "</script>\n";
            out_ += "<script>" + std::string(script) + "</script>\n";
        }
        out_ += "</body>\n</html>\n";
        return std::move(out_);
    }

  private:
    void add_head(const std::string& title) {
        out_ += "<a class=\"skip\" href=\"#found\">Skip to what was found</a>\n<header>\n<p class=\"quiet\">emsctl, ";
        out_ += r_.mode == run_mode::check   ? "a look that changed nothing"
                : r_.mode == run_mode::apply ? "a repair"
                                             : "an undo";
        out_ += "</p>\n<h1>" + html(title) + "</h1>\n";
        out_ += "<p class=\"verdict " + std::string(look_of(r_.result)) + "\">" + html(r_.verdict) + "</p>\n<dl>\n";
        out_ += fact("Machine", r_.computer_name) + fact("Machine GUID", r_.machine, true) +
                fact("Began", r_.started_at) + fact("Took", in_seconds(r_.took)) +
                fact("Result",
                     std::string(to_string(r_.result)) + ", exit status " + std::to_string(exit_status(r_.result)));
        out_ += fact("Proof", r_.weaker_proof ? "weaker: some answers could not be hashed on the machine"
                                              : "every answer with length and SHA-256 computed on the machine");
        if (r_.restart)
            out_ += fact("Restart", "took " + in_seconds(r_.restart->took) + ", proved by " + r_.restart->proof);
        out_ += fact("Source", r_.source);
        out_ += "</dl>\n<nav aria-label=\"Contents\"><ul>\n";
        if (!what_remains(r_).empty()) out_ += "<li><a href=\"#remains\">What remains</a></li>\n";
        out_ += "<li><a href=\"#found\">Found</a></li>\n";
        if (!r_.decisions.empty()) out_ += "<li><a href=\"#decisions\">Decisions</a></li>\n";
        if (!r_.changes.empty()) out_ += "<li><a href=\"#changes\">Changes</a></li>\n";
        out_ += "<li><a href=\"#steps\">Steps</a></li>\n";
        if (evidence_) out_ += "<li><a href=\"#console\">Console</a></li>\n";
        out_ += "<li><a href=\"#evidence\">Evidence</a></li>\n</ul></nav>\n</header>\n";
    }

    void head(const char* id, const char* title) {
        out_ += std::string("<section aria-labelledby=\"") + id + "\">\n<h2 id=\"" + id + "\">" + title + "</h2>\n";
    }

    void add_remains() {
        const auto remains = what_remains(r_);
        if (remains.empty()) return;
        head("remains", "What remains for a person");
        out_ += "<ul>\n";
        for (const auto& one : remains) out_ += "<li>" + html(one) + "</li>\n";
        out_ += "</ul>\n</section>\n";
    }

    void add_findings() {
        head("found", "Found");
        if (r_.findings.empty()) out_ += "<p>Nothing was found to be wrong.</p>\n";
        add_findings_of(run_phase::look, "");
        add_findings_of(run_phase::proof, "<h3>In the second look</h3>\n");
        out_ += "</section>\n";
    }

    void add_findings_of(run_phase phase, const char* title) {
        if (std::none_of(r_.findings.begin(), r_.findings.end(), [&](const finding& f) { return f.phase == phase; }))
            return;
        out_ += title + std::string("<ul>\n");
        for (const auto& f : r_.findings)
            if (f.phase == phase)
                out_ += "<li>" + (f.level == severity::fault ? tag("fault", "bad") : tag("note", "quiet")) +
                        html(f.text) +
                        (f.cites.empty() ? "" : " <span class=\"quiet\">(" + html(f.cites) + ")</span>") + "</li>\n";
        out_ += "</ul>\n";
    }

    void add_decisions() {
        if (r_.decisions.empty()) return;
        head("decisions", "Decisions");
        out_ += "<ul>\n";
        for (const auto& d : r_.decisions) {
            out_ += "<li>" + html(d.question) + " <code>" + html(d.variable + " = " + answer_text(d)) +
                    "</code> <span class=\"quiet\">(" + std::string(to_string(d.how));
            if (d.how == decision::origin::missing && !d.proposal.empty()) out_ += "; proposed: " + html(d.proposal);
            out_ += ")</span></li>\n";
        }
        out_ += "</ul>\n</section>\n";
    }

    void add_changes() {
        if (r_.changes.empty()) return;
        head("changes", r_.mode == run_mode::check ? "Would change" : "Changes");
        for (const auto& c : r_.changes) {
            out_ += "<article>\n<h3>" + tag(to_string(c.how), look_of(c.how)) + html(c.what) +
                    console_link(moment_of("change_started", c.step_id), c.step_name) + "</h3>\n<dl>\n";
            out_ += fact("Why", c.why) + fact("Before", c.from, true) + fact("After", c.to, true) +
                    fact("Proved by", c.proof, true) + fact("Problem", c.problem);
            out_ +=
                fact("Risk", std::string(to_string(c.risk))) +
                fact("Undo", std::string(to_string(c.undo)) + (c.residue.empty() ? "" : "; what stays: " + c.residue));
            if (c.effective == takes_effect::restart) out_ += fact("Takes effect", "after a restart");
            if (c.took.count() > 0) out_ += fact("Took", in_seconds(c.took));
            out_ += fact("Step", c.step_name + (c.cites.empty() ? "" : " (" + c.cites + ")"));
            out_ += "</dl>\n</article>\n";
        }
        out_ += "</section>\n";
    }

    void add_steps() {
        head("steps", "Steps");
        auto steps = steps_of(r_);
        // Those that only name something for others.
        std::erase_if(steps, [](const told_step& s) { return s.told.empty() && s.ended == s.began; });
        if (steps.empty()) out_ += "<p>No step was reached.</p>\n";
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto& step = steps[i];
            if (i == 0 || steps[i - 1].phase != step.phase)
                out_ += std::string(i == 0 ? "" : "</ol>\n") + "<h3>" + std::string(title_of(step.phase)) +
                        "</h3>\n<ol class=\"steps\">\n";
            out_ += "<li class=\"step\"><h4>" + html(step.name) + " <span class=\"when\">at " + in_seconds(step.began) +
                    ", took " + in_seconds(step.ended - step.began) + "</span>" + console_link(step.began, step.name) +
                    "</h4>\n";
            if (!step.told.empty()) {
                out_ += "<ul>\n";
                for (const auto* m : step.told) out_ += "<li>" + told(*m) + "</li>\n";
                out_ += "</ul>\n";
            }
            add_commands(step.began, i + 1 < steps.size() ? steps[i + 1].began : std::chrono::hours(24 * 365));
            out_ += "</li>\n";
        }
        if (!steps.empty()) out_ += "</ol>\n";
        out_ += "</section>\n";
    }

    static std::string told(const moment& m) {
        if (m.event == "looked") return html(m.text);
        auto words = m.event;
        std::replace(words.begin(), words.end(), '_', ' ');
        const bool is_bad = m.event == "found" || m.event == "change_failed" || m.event == "warning";
        return tag(words, is_bad ? "bad" : "quiet") + html(m.text);
    }

    // What was run between two moments of the run, as it was proved.
    void add_commands(std::chrono::milliseconds from, std::chrono::milliseconds to) {
        if (!evidence_) return;
        for (const auto& c : evidence_->session.commands) {
            if (c.began < offset_ + from || c.began >= offset_ + to) continue;
            const auto first = c.text.substr(0, c.text.find('\n'));
            out_ += "<details>\n<summary><code>" + html(first) + (first.size() < c.text.size() ? " ..." : "") +
                    "</code> <span class=\"quiet\">" + (c.in_powershell ? "PowerShell" : "cmd") +
                    (c.exit_code ? ", exit " + std::to_string(*c.exit_code) : "") + ", " +
                    std::string(to_string(c.how)) + "</span></summary>\n";
            if (first.size() < c.text.size()) out_ += "<pre>" + html(c.text) + "</pre>\n";
            add_output("Output", c.out_bytes);
            add_output("Errors", c.err_bytes);
            out_ += "</details>\n";
        }
    }

    void add_output(const char* name, const std::string& bytes) {
        if (bytes.empty()) return;
        const auto text = sac::windows_text(bytes, evidence_->session.code_page);
        const auto most = std::min(most_of_one_output, most_of_all_outputs - std::min(most_of_all_outputs, shown_));
        const auto size = std::min(text.size(), most);
        shown_ += size;
        out_ += std::string("<p class=\"quiet\">") + name + ", " + std::to_string(bytes.size()) + " bytes";
        if (size < text.size()) out_ += "; " + std::to_string(size) + " are shown here, all are in the recording";
        out_ += "</p>\n<pre tabindex=\"0\">" + html(text.substr(0, size)) + "</pre>\n";
    }

    std::optional<std::chrono::milliseconds> moment_of(const std::string& event, const std::string& step) const {
        for (const auto& m : r_.timeline)
            if (m.event == event && m.step_id == step) return m.at;
        return std::nullopt;
    }

    std::string console_link(std::optional<std::chrono::milliseconds> at, const std::string& name) const {
        if (!evidence_ || !at) return "";
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(offset_) + *at;
        return " <a href=\"#console\" data-at=\"" + std::to_string(ms.count()) +
               "\" aria-label=\"Show the console at: " + html(name) + "\">console</a>";
    }

    void add_console() {
        if (!evidence_) return;
        head("console", "Console");
        const auto& film = evidence_->pictures;
        out_ += "<pre id=\"screen\" tabindex=\"0\" role=\"img\" aria-label=\"The console's screen\">" +
                html(last_picture()) + "</pre>\n";
        out_ +=
            "<div class=\"controls\" id=\"controls\" hidden>\n<button type=\"button\" id=\"play\">Play</button>\n"
            "<button type=\"button\" id=\"back\">Back to the last mark</button>\n<button type=\"button\" "
            "id=\"next\">On to the next mark</button>\n"
            "<label for=\"place\">Time</label> <input type=\"range\" id=\"place\" min=\"0\" max=\"1\" step=\"100\" "
            "value=\"0\">\n"
            "<label for=\"speed\">Speed</label> <select id=\"speed\"><option value=\"1\">1x</option><option "
            "value=\"4\" selected>4x</option>"
            "<option value=\"16\">16x</option></select>\n<span id=\"now\" aria-live=\"off\"></span>\n</div>\n";
        out_ += "<p class=\"quiet\">" + std::to_string(film.frames.size()) + " pictures of " +
                in_seconds(std::chrono::duration_cast<std::chrono::milliseconds>(film.length)) +
                ". Without scripts only the last one is shown. What travelled in base64 is told in the "
                "steps.</p>\n</section>\n";
    }

    std::string last_picture() const {
        const auto& film = evidence_->pictures;
        std::vector<std::size_t> rows(static_cast<std::size_t>(film.height), 0);
        for (const auto& frame : film.frames)
            for (const auto& [row, index] : frame.changed) rows[static_cast<std::size_t>(row)] = index;
        std::string text;
        for (const auto index : rows) {
            for (const auto& run : film.rows[index]) text += run.text;
            text += "\n";
        }
        return text;
    }

    nlohmann::json film_json() const {
        const auto ms = [](microseconds at) { return at.count() / 1000; };
        const auto& film = evidence_->pictures;
        nlohmann::json out{{"height", film.height}, {"length", ms(film.length)}};
        for (const char* list : {"rows", "frames", "marks"}) out[list] = nlohmann::json::array();
        for (const auto& row : film.rows) {
            auto runs = nlohmann::json::array();
            for (const auto& run : row) {
                std::string look;
                if (run.foreground < 7) look += "f" + std::to_string(run.foreground) + " ";
                if (run.background > 0 && run.background < 8) look += "b" + std::to_string(run.background) + " ";
                if (run.flags & 1) look += "bold ";
                if (run.flags & 4) look += "inverse ";
                if (look.empty())
                    runs.push_back(run.text);
                else
                    runs.push_back(nlohmann::json::array({run.text, look}));
            }
            out["rows"].push_back(std::move(runs));
        }
        for (const auto& frame : film.frames) {
            auto changed = nlohmann::json::array();
            for (const auto& [row, index] : frame.changed) {
                changed.push_back(row);
                changed.push_back(index);
            }
            out["frames"].push_back(nlohmann::json::array({ms(frame.at), std::move(changed)}));
        }
        for (const auto& mark : film.marks) out["marks"].push_back(nlohmann::json::array({ms(mark.at), mark.label}));
        return out;
    }

    void add_evidence() {
        head("evidence", "Evidence");
        out_ += "<dl>\n" + fact("Take it back", undo_command(r_), true) + fact("Journal", r_.journal, true) +
                fact("Its last hash", r_.journal_hash, true) + fact("Recording", r_.recording, true) +
                fact("Its last hash", r_.recording_hash, true) + fact("Runbook", r_.runbook_name) +
                fact("Its SHA-256", r_.runbook_sha256, true) + fact("Program", "emsctl " + r_.program_version) +
                fact("Line", std::to_string(r_.used.bytes_sent) + " bytes sent, " +
                                 std::to_string(r_.used.bytes_received) + " received");
        out_ +=
            "</dl>\n<p class=\"quiet\"><code>emsctl recording verify FILE</code> tells whether a recording is still "
            "the one of this hash.</p>\n</section>\n";
    }

    const report& r_;
    const report_evidence* evidence_;
    microseconds offset_{};
    std::size_t shown_ = 0;  // bytes of outputs
    std::string out_;
};

}  // namespace

std::string to_html(const report& account, const report_evidence* evidence) {
    return page(account, evidence).text();
}

}  // namespace emsctl::scripts
