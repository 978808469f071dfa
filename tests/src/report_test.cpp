// --report FILE: the files as their readers see them; the page in a real browser.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/src/run_emsctl.hpp"
#include "tests/support/peer.hpp"

using namespace emsctl::test;

namespace {

const std::string python = "/usr/bin/python3";

ended_program repaired(const scratch_folder& where, const std::vector<std::string>& reports) {
    auto arguments =
        repair("rdp-internal-error", "sim:rdp-internal-error?profile=2019", "ContosoRelay", where / "journal");
    arguments.insert(arguments.end(), {"--record", where / "r.cast", "--output", "json"});
    for (const auto& report : reports) arguments.insert(arguments.end(), {"--report", where / report});
    return run_emsctl(where, arguments);
}

// What the expressions give in a page, each as JSON.
nlohmann::json in_browser(const scratch_folder& where, const std::string& page, std::vector<std::string> expressions) {
    expressions.insert(expressions.begin(), {EMSCTL_SOURCE_DIR "/tests/support/browser.py", where / page});
    const auto ended = run_program(python, expressions, where, {});
    CAPTURE(ended.err);
    REQUIRE(ended.status == 0);
    auto told = nlohmann::json::parse(ended.out);
    CHECK(told.at("requests") == nlohmann::json::array());
    CHECK(told.at("problems") == nlohmann::json::array());
    return told.at("results");
}

}  // namespace

TEST_SUITE("src/report") {
    TEST_CASE(
        "in a browser the page shows verdict and console, its player plays, its links jump, and it asks for nothing") {
        if (!peers_are_there({"chromium", python})) return;
        const scratch_folder where;
        const auto ended = repaired(where, {"r.html"});
        CHECK(ended.status == 0);
        const auto seen = in_browser(
            where, "r.html",
            {"document.querySelector('h1').textContent", "document.querySelector('.verdict').textContent",
             "document.getElementById('controls').hidden", "document.getElementById('screen').textContent",
             "document.querySelectorAll('a[data-at]')[3].click(); location.hash",
             "document.getElementById('now').textContent", "document.getElementById('screen').textContent",
             "document.getElementById('play').click(); document.getElementById('play').textContent",
             // Two pictures of the browser later the console has moved on.
             "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => "
             "done(document.getElementById('now').textContent)))))",
             "document.getElementById('play').click(); document.getElementById('play').textContent",
             "document.getElementById('back').click(); document.getElementById('now').textContent",
             // Every link of the page leads somewhere, every control has a name, headings leave no level out.
             "[...document.querySelectorAll('a[href^=\"#\"]')].every(a => "
             "document.querySelector(a.getAttribute('href')))",
             "[...document.querySelectorAll('input,select')].every(c => c.labels.length === 1)",
             "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1])).every((n, i, all) => i === "
             "0 "
             "|| n <= all[i - 1] + 1)"});
        CHECK(seen[0] == "Remote Desktop answers \"An internal error has occurred\"");
        CHECK(seen[1] == "Repaired, and the second look found nothing wrong.");
        CHECK(seen[2] == false);
        CHECK(seen[3].get<std::string>().find("SAC>") != std::string::npos);
        CHECK(seen[4] == "#console");
        CHECK(seen[6] != seen[3]);
        CHECK(seen[7] == "Pause");
        CHECK(seen[8] != seen[5]);
        CHECK(seen[9] == "Play");
        CHECK(seen[10] != seen[8]);
        CHECK(seen[11] == true);
        CHECK(seen[12] == true);
        CHECK(seen[13] == true);
        CHECK(file_text(where / "r.html").find(canary) == std::string::npos);
    }

    TEST_CASE("ticket, test result and JSON hold the same account, and the JSON is as its schema says") {
        if (!peers_are_there({python})) return;
        const scratch_folder where;
        const auto ended = repaired(where, {"r.md", "r.xml", "r.json"});
        CHECK(ended.status == 0);
        const auto account = nlohmann::json::parse(file_text(where / "r.json"));
        CHECK(account == nlohmann::json::parse(ended.out));
        CHECK(account.at("recording_hash").get<std::string>().size() == 64);
        CHECK(account.at("journal_hash").get<std::string>().size() == 64);
        CHECK(account.at("undo_command") == "emsctl undo " + (where / "journal"));
        CHECK(file_text(where / "r.md").find("**Repaired, and the second look found nothing wrong.**") !=
              std::string::npos);
        const auto checked =
            run_program(python,
                        {"-c",
                         "import json, sys, jsonschema, xml.etree.ElementTree as tree\n"
                         "jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))\n"
                         "suite = tree.parse(sys.argv[3]).getroot()[0]\n"
                         "assert int(suite.get('tests')) == len(suite.findall('testcase')), 'count'\n"
                         "print(suite.get('failures'), suite.get('errors'))\n",
                         where / "r.json", EMSCTL_SOURCE_DIR "/scripts/report.schema.json", where / "r.xml"},
                        where, {});
        CAPTURE(checked.err);
        CHECK(checked.out == "0 0\n");
    }

    TEST_CASE("the journal ends with the recording's hash, and a check has no journal") {
        const scratch_folder where;
        const auto ended = repaired(where, {});
        const auto account = nlohmann::json::parse(ended.out);
        const auto journal = file_text(where / "journal");
        CHECK(journal.find("\"sha256\":\"" + account.at("recording_hash").get<std::string>()) != std::string::npos);
        CHECK(journal.find(account.at("journal_hash").get<std::string>()) != std::string::npos);
    }

    TEST_CASE("a report file that cannot be is refused before the machine is looked at") {
        const scratch_folder where;
        std::ofstream(where / "there.md") << "mine";
        const std::vector<std::pair<std::string, std::string>> wrong{{where / "r.pdf", ".html, .md, .xml or .json"},
                                                                     {where / "there.md", "exists already"},
                                                                     {where / "no/r.md", "no file can be made"}};
        for (const auto& [file, reason] : wrong) {
            const auto ended = run_emsctl(
                where, with_account({"run", "rdp-internal-error", "sim:healthy", "--no-record", "--report", file}));
            CHECK(ended.status == 2);
            CHECK(ended.err.find(reason) != std::string::npos);
            CHECK(ended.err.find("SAC") == std::string::npos);
        }
        CHECK(file_text(where / "there.md") == "mine");
    }
}
