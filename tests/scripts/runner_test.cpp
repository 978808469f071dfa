#include "scripts/runner.hpp"

#include <doctest/doctest.h>
#include <fstream>

#include "tests/support/registry_machine.hpp"

using namespace emsctl::scripts;
using namespace emsctl::test;

TEST_SUITE_BEGIN("scripts/runner");

TEST_CASE("a check shows what it would change and changes nothing") {
    bench b;
    b.m.values["A"] = "0x0";
    const auto r = b.run(book_of(ensure_a), run_mode::check);
    CHECK(r.result == run_result::faults_found);
    CHECK(b.m.line.changes_sent() == 0);
    CHECK(b.m.values["A"] == "0x0");
    REQUIRE(r.changes.size() == 1);
    CHECK(r.changes[0].how == change::state::planned);
    CHECK(r.changes[0].from == "REG_DWORD 0x0");
    CHECK(!std::filesystem::exists(b.options.journal));
}

TEST_CASE("a machine as wanted is healthy") {
    bench b;
    b.m.values["A"] = "0x1";
    CHECK(b.run(book_of(ensure_a), run_mode::check).result == run_result::healthy);
    CHECK(b.run(book_of(ensure_a), run_mode::apply).result == run_result::healthy);
}

TEST_CASE("a step that claims to read is stopped at the gate when its text is filled in") {
    bench b;
    const auto book = book_of("  - {name: x, id: x, cmd: '{{ raw(\"del file\") }}', reads: true}\n");
    const auto r = b.run(book, run_mode::check);
    CHECK(!b.m.line.was_sent("del"));
    CHECK(r.result == run_result::faults_found);
    CHECK(r.has_faults(run_phase::look));
}

TEST_CASE("a repair is journaled before it is sent, proved, and undone exactly") {
    bench b;
    b.m.key_exists = false;
    bool journaled_first = false;
    b.m.line = fake_target([&](const command& c) {
        if (c.text.starts_with("reg add")) {
            std::ifstream file(b.options.journal);
            const std::string text((std::istreambuf_iterator<char>(file)), {});
            journaled_first = text.find("\"type\":\"change\"") != text.npos;
        }
        return b.m.answer(c);
    });
    const auto r = b.run(book_of(ensure_a), run_mode::apply);
    INFO(to_text(r));
    CHECK(journaled_first);
    CHECK(r.result == run_result::repaired);
    CHECK(exit_status(r.result) == 0);
    CHECK(b.m.values["A"] == "0x1");
    CHECK(read_journal(b.options.journal).damage == std::nullopt);
    const auto back = b.undo();
    INFO(to_text(back));
    CHECK(back.result == run_result::undone);
    CHECK(b.m.values.empty());
    CHECK(!b.m.key_exists);
    CHECK(b.undo().verdict == "There is nothing to undo.");
}

TEST_CASE("an undo refuses a value that is not what was left, and another machine") {
    bench b;
    b.m.values["A"] = "0x0";
    REQUIRE(b.run(book_of(ensure_a), run_mode::apply).result == run_result::repaired);
    SUBCASE("changed since") {
        b.m.values["A"] = "0x7";
        const auto back = b.undo();
        CHECK(back.result == run_result::faults_found);
        CHECK(back.changes.at(0).how == change::state::undo_refused);
        CHECK(b.m.values["A"] == "0x7");
    }
    SUBCASE("another machine") {
        b.m.guid = "9";
        CHECK_THROWS_AS(b.undo(), usage_error);
    }
    SUBCASE("an edited journal") {
        std::fstream file(b.options.journal, std::ios::in | std::ios::out);
        file.seekp(40);
        file.put('#');
        file.close();
        CHECK_THROWS_AS(b.undo(), usage_error);
        CHECK(b.m.values["A"] == "0x1");
    }
}

TEST_CASE("a failure takes everything back in reverse order") {
    bench b;
    b.m.values["A"] = "0x0";
    b.m.values["B"] = "0x0";
    b.m.line = fake_target([&](const command& c) {
        if (c.text.starts_with("reg add") && c.text.find("\"B\"") != c.text.npos) return said("", 5);
        return b.m.answer(c);
    });
    const auto r = b.run(book_of(ensure_a + ensure_b), run_mode::apply);
    INFO(to_text(r));
    CHECK(r.result == run_result::failed_rolled_back);
    CHECK(exit_status(r.result) == 3);
    CHECK(b.m.values["A"] == "0x0");
}

TEST_CASE("a value that does not take is a failure, and one that cannot be taken back is said") {
    bench b;
    b.m.values["A"] = "0x0";
    b.m.values["B"] = "0x0";
    bool broken = false;
    b.m.line = fake_target([&](const command& c) {
        if (c.text.starts_with("reg add") && c.text.find("\"B\"") != c.text.npos) broken = true;
        if (c.text.starts_with("reg add") && broken) return said("", 5);
        return b.m.answer(c);
    });
    const auto r = b.run(book_of(ensure_a + ensure_b), run_mode::apply);
    CHECK(r.result == run_result::rollback_incomplete);
    CHECK(exit_status(r.result) == 4);
}

TEST_CASE("a line lost during a change leaves the outcome unknown") {
    bench b;
    b.m.values["A"] = "0x0";
    b.m.line.lose_line_at = "reg add";
    const auto r = b.run(book_of(ensure_a), run_mode::apply);
    CHECK(r.result == run_result::unknown);
    CHECK(exit_status(r.result) == 7);
    CHECK(r.changes.at(0).how == change::state::unknown);
    b.m.line.lose_line_at.clear();
    CHECK(b.undo().result == run_result::undone);  // it is as before: nothing to take back
}

TEST_CASE("a decision that nobody takes stops the repair before anything is changed") {
    bench b;
    b.m.values["A"] = "0x0";
    const auto book = book_of(
        "  - {name: may I, id: d, register: may, decision: {variable: yes_please}}\n"
        "  - {name: set A, id: a, when: may.accepted, why: w, risk: low, registry: {key: 'HKLM\\SOFTWARE\\Test', "
        "value: A, data: '1'}}\n",
        "vars: {yes_please: {type: bool, question: 'May I?', proposal: 'yes'}}\n");
    SUBCASE("nobody") {
        const auto r = b.run(book, run_mode::apply);
        CHECK(r.result == run_result::faults_found);
        CHECK(r.missing_variables == std::vector<std::string>{"yes_please"});
        CHECK(b.m.line.changes_sent() == 0);
    }
    SUBCASE("given") {
        b.options.variables["yes_please"] = "yes";
        CHECK(b.run(book, run_mode::apply).result == run_result::repaired);
    }
    SUBCASE("declined when asked") {
        b.options.ask = [](question) -> boost::asio::awaitable<std::optional<std::string>> { co_return "no"; };
        const auto r = b.run(book, run_mode::apply);
        CHECK(b.m.line.changes_sent() == 0);
        CHECK(r.decisions.at(0).accepted == false);
    }
    SUBCASE("a wrong name or value is refused at once") {
        b.options.variables["yes_pleas"] = "yes";
        CHECK_THROWS_AS(b.run(book, run_mode::check), usage_error);
    }
}

TEST_CASE("a risky change needs consent") {
    bench b;
    b.m.values["A"] = "0x0";
    auto text = ensure_a;
    text.replace(text.find("low"), 3, "medium");
    const auto book = book_of(text);
    CHECK(b.run(book, run_mode::apply).missing_variables == std::vector<std::string>{"confirm:a"});
    b.options.confirm = confirm_policy::none;
    CHECK(b.run(book, run_mode::apply).result == run_result::repaired);
}

TEST_CASE("a change that waits for a restart is said to") {
    bench b;
    b.m.values["A"] = "0x0";
    auto text = ensure_a;
    text.replace(text.find("data: '1'"), 9, "data: '1', effective: restart");
    const std::string restart =
        "  - {name: again, id: r, when: run.restart_pending, why: w, risk: low, restart: {reason: tls}}\n";
    SUBCASE("no restart") {
        const auto r = b.run(book_of(text), run_mode::apply);
        CHECK(r.result == run_result::restart_pending);
        CHECK(exit_status(r.result) == 8);
    }
    SUBCASE("restarted") {
        const auto r = b.run(book_of(text + restart), run_mode::apply);
        CHECK(r.result == run_result::repaired);
        CHECK(b.m.line.restarts == 1);
        CHECK(r.restart->proof == "a new boot was seen");
    }
}

TEST_CASE("a journal that cannot be written stops before any change") {
    bench b;
    b.m.values["A"] = "0x0";
    b.options.journal = b.folder.path / "no-such-folder" / "j";
    CHECK_THROWS_AS(b.run(book_of(ensure_a), run_mode::apply), journal_error);
    CHECK(b.m.line.changes_sent() == 0);
}

TEST_SUITE_END();
