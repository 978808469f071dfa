#include "scripts/report.hpp"

#include <doctest/doctest.h>

#include "scripts/html_text.hpp"
#include "scripts/report_html.hpp"

using namespace emsctl;
using namespace emsctl::scripts;

namespace {

const std::string evil =
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> & "
    "\"'`*_[a](javascript:x)\r\n\x1b[31m\x01\xff\xe2\x80\xae|";

// Every text of an account set to the same.
report filled(const std::string& text) {
    report r;
    r.runbook_name = r.runbook_title = r.source = r.machine = r.computer_name = r.program_version = text;
    r.runbook_sha256 = r.verdict = r.line_error = r.started_at = text;
    r.mode = run_mode::apply;
    r.looks = {{text, text, text, run_phase::look, text}};
    r.findings = {{text, text, text, severity::fault, run_phase::look, text},
                  {text, text, text, severity::note, run_phase::proof, text}};
    r.decisions = {{text, text, text, text, text, decision::origin::missing, false}};
    change c;
    c.step_id = c.step_name = c.cites = c.what = c.from = c.to = c.why = c.residue = c.proof = c.problem = text;
    c.how = change::state::failed;
    c.undo = undo_class::exact;
    r.changes = {c};
    r.warnings = {text};
    r.timeline = {{std::chrono::milliseconds(1), "step_started", run_phase::look, text, text, text},
                  {std::chrono::milliseconds(2), "found", run_phase::look, text, text, text}};
    r.restart = restart_outcome{std::chrono::milliseconds(5), text};
    r.journal = r.journal_hash = r.recording = r.recording_hash = text;
    return r;
}

report_evidence evidence_of(const std::string& text) {
    sac::film_maker maker;
    maker.output(text, {});
    maker.mark("runbook " + text, {});
    maker.mark(text, {});
    report_evidence evidence;
    evidence.pictures = maker.finish();
    sac::told_command command;
    command.text = command.out_bytes = command.err_bytes = text;
    command.began = command.ended = std::chrono::milliseconds(1);
    evidence.session.commands = {command};
    return evidence;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_SUITE("scripts/report") {
    TEST_CASE("no text of the guest becomes markup, script or a direction of reading in the page") {
        const auto evidence = evidence_of(evil);
        const auto plain = evidence_of("plain\r\ntext");
        const auto page = to_html(filled(evil), &evidence);
        const auto harmless = to_html(filled("plain\r\ntext"), &plain);
        // Exactly as many elements as with harmless text.
        for (const char* what : {"<script", "</script", "<img", "<li", "<p", "<details", "<h", "<dd", "<a "})
            CHECK(count(page, what) == count(harmless, what));
        CHECK(page.find("alert(1)") != std::string::npos);
        CHECK(page.find("<script>alert") == std::string::npos);
        for (const char* bad : {"\x1b", "\x01", "\xff", "\xe2\x80\xae"}) CHECK(page.find(bad) == std::string::npos);
    }

    TEST_CASE("the page allows its own style and script by their hashes, and nothing else") {
        const auto evidence = evidence_of("x");
        for (const auto& page : {to_html(filled("x"), &evidence), to_html(filled("x"), nullptr)}) {
            CHECK(page.find("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-") !=
                  std::string::npos);
            CHECK(page.find("http://") == std::string::npos);
            CHECK(page.find(" style=\"") == std::string::npos);
            CHECK(page.find(" onclick") == std::string::npos);
        }
        CHECK(to_html(filled("x"), nullptr).find("<script") == std::string::npos);
        // echo -n abc | openssl dgst -sha256 -binary | base64
        CHECK(csp_hash("abc") == "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
    }

    TEST_CASE("text is text: characters that are none, and those that would lie about their order, are replaced") {
        CHECK(html("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
        CHECK(html("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\n\t") == "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\n\t");
        for (const char* bad : {"\xC3", "\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x7F", "\xE2\x80\xAE",
                                "\xE2\x81\xA6", "\xC2\x85"}) {
            const auto shown = html(bad);
            CHECK(shown.starts_with("\xEF\xBF\xBD"));
            CHECK(shown.find(bad) == std::string::npos);
        }
        CHECK(html_json("{\"a\":\"</script>\"}") == "{\"a\":\"\\u003c/script>\"}");
    }

    TEST_CASE("in a ticket hostile text stays on its line and does nothing") {
        const auto ticket = to_markdown(filled(evil));
        const auto harmless = to_markdown(filled("plain"));
        CHECK(count(ticket, "\n") == count(harmless, "\n"));
        CHECK(count(ticket, "](javascript") == count(ticket, "`*_[a](javascript"));  // only inside longer fences
        CHECK(ticket.find("\n<") == std::string::npos);
        CHECK(ticket.find("\x1b") == std::string::npos);
    }

    TEST_CASE("a test result has one case for each step and the verdict, and hostile text leaves it well-formed") {
        const auto result = to_junit(filled(evil));
        CHECK(count(result, "<testcase ") == 2);
        CHECK(count(result, "<failure ") == 1);
        CHECK(count(result, "<error ") == 1);
        CHECK(result.find("<script") == std::string::npos);
        CHECK(result.find("\x01") == std::string::npos);
    }

    TEST_CASE("what a second look no longer finds is no failure of the test result") {
        report r;
        r.result = run_result::repaired;
        r.timeline = {{{}, "step_started", run_phase::look, "a", "A", "A"},
                      {{}, "step_started", run_phase::proof, "a", "A", "A"}};
        r.findings = {{"a", "A", "", severity::fault, run_phase::look, "broken"}};
        CHECK(to_junit(r).find("failures=\"0\"") != std::string::npos);
        r.findings.push_back({"a", "A", "", severity::fault, run_phase::proof, "still broken"});
        r.result = run_result::faults_found;
        CHECK(to_junit(r).find("failures=\"2\"") != std::string::npos);
    }

    TEST_CASE("what remains is told: decisions, restarts, what was declined, lost or left behind") {
        report r;
        CHECK(what_remains(r).empty());
        CHECK(undo_command(r).empty());
        r.result = run_result::restart_pending;
        r.missing_variables = {"v"};
        r.decisions = {{"", "v", "Stop it?", nullptr, "", decision::origin::missing, false}};
        change c;
        c.what = "the service";
        c.undo = undo_class::exact;
        for (const auto how : {change::state::declined, change::state::unknown, change::state::undo_failed}) {
            c.how = how;
            r.changes.push_back(c);
        }
        r.journal = "/j";
        CHECK(what_remains(r).size() == 5);
        CHECK(undo_command(r) == "emsctl undo /j");
    }

    TEST_CASE("a page with more output than anybody reads says what it leaves out") {
        auto evidence = evidence_of("x");
        auto command = evidence.session.commands[0];
        command.out_bytes = std::string(200 * 1024, 'o');
        evidence.session.commands.assign(100, command);
        const auto page = to_html(filled("x"), &evidence);
        CHECK(page.size() < 2 * 1024 * 1024);
        CHECK(page.find("32768 are shown here, all are in the recording") != std::string::npos);
    }
}
