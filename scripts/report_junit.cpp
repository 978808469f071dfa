#include <algorithm>
#include <cstdio>
#include <map>

#include "scripts/report.hpp"

namespace emsctl::scripts {
namespace {

// XML 1.0 knows no control characters but these three, whatever the escape.
std::string xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\n')
            out += "&#10;";
        else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t')
            out += c;
    }
    return out;
}

struct test_case {
    run_phase phase = run_phase::look;
    std::string id, name, output;
    std::chrono::milliseconds began{}, ended{};
    std::vector<std::string> failures;
};

std::string seconds(std::chrono::milliseconds took) {
    std::string text(32, '\0');
    text.resize(static_cast<std::size_t>(
        std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(took.count()) / 1000)));
    return text;
}

std::vector<test_case> cases_of(const report& r) {
    std::vector<test_case> cases;
    for (const auto& m : r.timeline) {
        const bool is_new = cases.empty() || cases.back().id != m.step_id || cases.back().phase != m.phase;
        if (!cases.empty()) cases.back().ended = std::max(cases.back().ended, m.at);
        if (m.step_id.empty()) continue;
        if (is_new) cases.push_back({m.phase, m.step_id, m.step_name, {}, m.at, m.at, {}});
        if (!m.text.empty() && m.text != m.step_name) cases.back().output += m.event + ": " + m.text + "\n";
        if (m.event == "change_failed") cases.back().failures.push_back(m.text);
    }
    return cases;
}

}  // namespace

std::string to_junit(const report& r) {
    auto cases = cases_of(r);
    // What a second look no longer finds was repaired: only the last look's faults are failures.
    const bool has_proof =
        std::any_of(cases.begin(), cases.end(), [](const auto& c) { return c.phase == run_phase::proof; });
    const auto last_look = has_proof ? run_phase::proof : run_phase::look;
    for (const auto& f : r.findings) {
        if (f.phase != last_look || f.level != severity::fault) continue;
        const auto where = std::find_if(cases.begin(), cases.end(),
                                        [&](const auto& c) { return c.id == f.step_id && c.phase == f.phase; });
        if (where != cases.end()) where->failures.push_back(f.text);
    }
    const auto failed = std::count_if(cases.begin(), cases.end(), [](const auto& c) { return !c.failures.empty(); });
    const bool is_broken = !r.line_error.empty();
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"" +
                      xml(r.runbook_name) + "\" tests=\"" + std::to_string(cases.size() + 1) + "\" failures=\"" +
                      std::to_string(failed + (!is_broken && exit_status(r.result) != 0)) + "\" errors=\"" +
                      (is_broken ? "1" : "0") + "\" time=\"" + seconds(r.took) + "\" timestamp=\"" + xml(r.started_at) +
                      "\" hostname=\"" + xml(r.computer_name) + "\">\n<properties>\n";
    const std::map<std::string, std::string> properties{{"result", std::string(to_string(r.result))},
                                                        {"mode", std::string(to_string(r.mode))},
                                                        {"machine", r.machine},
                                                        {"journal", r.journal},
                                                        {"recording", r.recording},
                                                        {"recording_hash", r.recording_hash},
                                                        {"program_version", r.program_version}};
    for (const auto& [name, value] : properties)
        out += "<property name=\"" + name + "\" value=\"" + xml(value) + "\"/>\n";
    out += "</properties>\n";
    for (const auto& c : cases) {
        out += "<testcase classname=\"" + xml(r.runbook_name) + "." + std::string(to_string(c.phase)) + "\" name=\"" +
               xml(c.name) + "\" time=\"" + seconds(c.ended - c.began) + "\">\n";
        for (const auto& text : c.failures) out += "<failure message=\"" + xml(text) + "\"/>\n";
        if (!c.output.empty()) out += "<system-out>" + xml(c.output) + "</system-out>\n";
        out += "</testcase>\n";
    }
    out += "<testcase classname=\"" + xml(r.runbook_name) + "\" name=\"verdict\">\n";
    if (is_broken)
        out += "<error message=\"" + xml(r.line_error) + "\"/>\n";
    else if (exit_status(r.result) != 0)
        out += "<failure message=\"" + xml(r.verdict) + "\"/>\n";
    return out + "</testcase>\n</testsuite>\n</testsuites>\n";
}

}  // namespace emsctl::scripts
