// A run that was interrupted at any of its commands goes on and ends as if it had not been.
#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "scripts/journal_account.hpp"
#include "tests/support/registry_machine.hpp"

using namespace emsctl::scripts;
using namespace emsctl::test;

TEST_SUITE_BEGIN("scripts/resume");

namespace {

// The machine with a boot time and the marks that commands leave there, like the session's runner.
struct marking_machine : machine {
    std::string boot = "20260201000000.500000+000";
    std::set<std::string> files;  // of the session's folder
    bool folder_there = true;
    int number = 0;
    int counted = 0;     // commands that count up
    int cut_at = -1;     // the command with this number is lost,
    bool after = false;  // after it had its effect
    std::vector<std::string> changing;

    struct line_to : fake_target {
        marking_machine& m;
        explicit line_to(marking_machine& owner)
            : fake_target([&owner](const command& c) { return owner.run_one(c); }), m(owner) {}
        std::string next_trace() const override {
            return R"(%SystemRoot%\Temp\emsabc123\)" + std::to_string(m.number + 1);
        }
    } marked{*this};

    outcome run_one(const command& c) {
        ++number;
        const bool lost = cut_at == number;
        if (lost && !after) throw boost::system::system_error(boost::asio::error::connection_reset, "the line");
        const auto id = std::to_string(number);
        if (c.changes) files.insert(id + ".b");
        const auto got = effect(c);
        if (c.changes) files.insert(id + ".x");
        if (lost) throw boost::system::system_error(boost::asio::error::connection_reset, "the line");
        return got;
    }

    outcome effect(const command& c) {
        const auto& t = c.text;
        if (c.changes && !t.starts_with("if exist")) changing.push_back(t);
        if (t.find("LastBootUpTime") != t.npos) return said("boot|" + boot + "\n");
        if (t.starts_with("dir /b /a-d")) {
            if (!folder_there) return said("", 1);
            std::string list;
            for (const auto& f : files) list += f + "\n";
            return said(list);
        }
        if (t.starts_with("type ")) return said("0\n");
        if (t.starts_with("if exist")) return folder_there = false, said("");
        if (t == "count up") return ++counted, said("");
        return answer(c);
    }
};

const char* const book_text =
    "  - {name: set A, id: a, register: a, why: w, risk: low, registry: {key: 'HKLM\\SOFTWARE\\Test', value: A, data: "
    "'1'}}\n"
    "  - name: count\n    id: count\n    when: a.acts\n    register: count\n    why: w\n    risk: low\n"
    "    cmd: count up\n    changes: one more\n    undo: {class: none, residue: nothing}\n"
    "  - {name: set B, id: b, when: count.acts, why: w, risk: low, registry: {key: 'HKLM\\SOFTWARE\\Test', value: B, "
    "data: '2'}}\n";

report resume(marking_machine& m, const std::filesystem::path& journal, const runbook& book,
              std::map<std::string, bool> decided = {}) {
    recorder watcher;
    resume_options options;
    options.journal = journal;
    options.decided = std::move(decided);
    return wait_for(resume_run(book, m.marked, watcher, options));
}

report begin(marking_machine& m, const std::filesystem::path& journal, const runbook& book) {
    recorder watcher;
    run_options options;
    options.mode = run_mode::apply;
    options.journal = journal;
    return wait_for(run_runbook(book, m.marked, watcher, options));
}

}  // namespace

TEST_CASE(
    "a line lost at any command, before or after its effect, is resumed to the same end, and nothing runs twice") {
    const auto book = book_of(book_text);
    int resumed = 0, at = 0;
    for (bool more = true; more; ++at) {
        for (const bool after : {false, true}) {
            CAPTURE(at);
            CAPTURE(after);
            temporary_folder folder;
            marking_machine m;
            m.values["A"] = "0x0";
            m.cut_at = at + 1;
            m.after = after;
            const auto journal = folder.path / "j";
            const auto r = begin(m, journal, book);
            more = m.number >= m.cut_at;
            m.cut_at = -1;
            if (r.result == run_result::unknown && std::filesystem::exists(journal)) {
                ++resumed;
                const auto on = resume(m, journal, book);
                INFO(to_text(on));
                CHECK(on.result == run_result::repaired);
                CHECK(!m.folder_there);
                CHECK(account_of(read_journal(journal)).result == "repaired");
            } else if (more) {
                continue;  // lost while only looking: nothing was changed, and there is nothing to resume
            }
            CHECK(m.values == std::map<std::string, std::string>{{"A", "0x1"}, {"B", "0x2"}});
            CHECK(m.counted == 1);
            CHECK(std::set<std::string>(m.changing.begin(), m.changing.end()).size() == m.changing.size());
            // And all of it goes back by the one journal.
            recorder watcher;
            undo_options back;
            back.journal = journal;
            CHECK(wait_for(undo_run(m.marked, watcher, back)).result == run_result::undone);
            CHECK(m.values == std::map<std::string, std::string>{{"A", "0x0"}});
        }
    }
    CHECK(resumed > 10);
}

TEST_CASE("after a new boot marks prove nothing: state decides, and where there is none a person") {
    const auto book = book_of(book_text);
    temporary_folder folder;
    const auto journal = folder.path / "j";
    marking_machine m;
    m.values["A"] = "0x0";
    m.line.lose_line_at = "";
    // Lose the line right after the counting command.
    m.after = true;
    for (m.cut_at = 1; m.counted == 0; ++m.cut_at) {
        std::filesystem::remove(journal);
        m.values = {{"A", "0x0"}};
        m.number = 0;
        begin(m, journal, book);
    }
    m.cut_at = -1;
    REQUIRE(m.counted == 1);
    m.boot = "20260202000000.500000+000";
    auto r = resume(m, journal, book);
    CHECK(r.result == run_result::unknown);
    CHECK(exit_status(r.result) == 7);
    CHECK(r.verdict.find("nobody knows whether this was done: one more") != std::string::npos);
    CHECK(r.verdict.find("--outcome count=done") != std::string::npos);
    r = resume(m, journal, book, {{"count", true}});
    INFO(to_text(r));
    CHECK(r.result == run_result::repaired);
    CHECK(m.counted == 1);
    CHECK(m.values["B"] == "0x2");
}

TEST_CASE("a restart that was lost is judged by when Windows started") {
    const auto book = book_of(
        "  - {name: set A, id: a, why: w, risk: low, registry: {key: 'HKLM\\SOFTWARE\\Test', value: A, data: '1', "
        "effective: restart}}\n"
        "  - {name: again, id: r, when: run.restart_pending, why: w, risk: low, restart: {reason: tls}}\n");
    temporary_folder folder;
    const auto journal = folder.path / "j";
    marking_machine m;
    m.values["A"] = "0x0";
    m.marked.on_restart = [&] { throw boost::system::system_error(boost::asio::error::connection_reset, "the line"); };
    CHECK(begin(m, journal, book).result == run_result::unknown);
    m.marked.on_restart = [] {};
    m.marked.restarts = 0;
    SUBCASE("it happened") {
        m.boot = "20260202000000.500000+000";
        m.files.clear();
        CHECK(resume(m, journal, book).result == run_result::repaired);
        CHECK(m.marked.restarts == 0);
    }
    SUBCASE("it did not") {
        CHECK(resume(m, journal, book).result == run_result::repaired);
        CHECK(m.marked.restarts == 1);
    }
}

TEST_CASE("a run that is over, another runbook, another machine and an edited journal are refused") {
    const auto book = book_of(book_text);
    temporary_folder folder;
    const auto journal = folder.path / "j";
    marking_machine m;
    m.values["A"] = "0x0";
    SUBCASE("over") {
        CHECK(begin(m, journal, book).result == run_result::repaired);
        CHECK_THROWS_WITH_AS(resume(m, journal, book), doctest::Contains("the run is over"), usage_error);
    }
    m.cut_at = 12;
    m.after = true;
    if (!std::filesystem::exists(journal)) REQUIRE(begin(m, journal, book).result == run_result::unknown);
    m.cut_at = -1;
    SUBCASE("another runbook") {
        CHECK_THROWS_WITH_AS(resume(m, journal, book_of(ensure_a)), doctest::Contains("not the one"), usage_error);
    }
    SUBCASE("another machine") {
        m.guid = "9";
        CHECK_THROWS_WITH_AS(resume(m, journal, book), doctest::Contains("another machine"), usage_error);
    }
    SUBCASE("edited") {
        std::fstream file(journal, std::ios::in | std::ios::out);
        file.seekp(60);
        file.put('#');
        file.close();
        CHECK_THROWS_WITH_AS(resume(m, journal, book), doctest::Contains("damaged"), usage_error);
    }
    SUBCASE("being taken back") {
        recorder watcher;
        undo_options back;
        back.journal = journal;
        wait_for(undo_run(m.marked, watcher, back));
        CHECK_THROWS_AS(resume(m, journal, book), usage_error);
    }
}

TEST_SUITE_END();
