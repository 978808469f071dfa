// Blocks, included runbooks, what is done by hand, and what a run may leave out.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/registry_machine.hpp"

using namespace emsctl::scripts;
using namespace emsctl::test;

TEST_SUITE_BEGIN("scripts/composed steps");

namespace {

std::string set(const std::string& id, const std::string& value, const std::string& data,
                const std::string& more = "") {
    return "{name: set " + value + ", id: " + id + ", why: w, risk: low, " + more +
           "registry: {key: 'HKLM\\SOFTWARE\\Test', value: " + value + ", data: '" + data + "'}}";
}

ask_function says(std::string word) {
    return [word](question) -> boost::asio::awaitable<std::optional<std::string>> { co_return word; };
}

// A folder with runbooks that include each other.
struct shelf {
    temporary_folder folder;
    std::string put(const std::string& name, const std::string& text) {
        const auto path = folder.path / name;
        std::ofstream(path) << text;
        return path.string();
    }
};

}  // namespace

TEST_CASE("a block that fails is taken back before its rescue is carried out in its place") {
    bench b;
    b.m.values = {{"A", "0x0"}, {"B", "0x0"}, {"C", "0x0"}};
    b.m.line = fake_target([&](const command& c) {
        if (c.text.starts_with("reg add") && c.text.find("\"B\"") != c.text.npos) return said("", 5);
        return b.m.answer(c);
    });
    const std::string block =
        "  - name: narrow before broad\n    id: both\n    when: 'true'\n    register: both\n"
        "    block:\n      - " +
        set("a", "A", "1", "when: run.phase ~= \"proof\", ") + "\n      - " +
        set("b", "B", "1", "when: run.phase ~= \"proof\", ") + "\n";
    SUBCASE("with a rescue") {
        const auto r =
            b.run(book_of(block + "    rescue:\n      - " + set("c", "C", "1") +
                          "\n  - {name: said, id: said, look: 'rescued: {{ both.rescued }}', value: 'true'}\n"),
                  run_mode::apply);
        INFO(to_text(r));
        CHECK(r.result == run_result::repaired);
        CHECK(b.m.values == std::map<std::string, std::string>{{"A", "0x0"}, {"B", "0x0"}, {"C", "0x1"}});
        CHECK(std::any_of(r.looks.begin(), r.looks.end(), [](const look& l) { return l.text == "rescued: true"; }));
    }
    SUBCASE("without one, everything is taken back, and what comes always came") {
        const auto r = b.run(book_of(block + "    always:\n      - " + set("c", "C", "1") + "\n"), run_mode::apply);
        INFO(to_text(r));
        CHECK(r.result == run_result::failed_rolled_back);
        CHECK(b.m.values["A"] == "0x0");
        CHECK(b.m.values["C"] == "0x0");
        CHECK(b.m.line.was_sent("\"C\""));
    }
}

TEST_CASE("while looking, a block that cannot be read is looked at by its rescue") {
    bench b;
    const auto book = book_of(
        "  - name: one way or the other\n    id: block\n    block:\n"
        "      - {name: odd, id: odd, cmd: 'dir X:', reads: true, look: never}\n"
        "    rescue:\n      - {name: why, id: why, value: failure, look: 'because: {{ result }}'}\n");
    const auto r = b.run(book, run_mode::check);
    INFO(to_text(r));
    CHECK(r.result == run_result::healthy);
    REQUIRE(r.looks.size() == 1);
    CHECK(r.looks[0].text.find("because: odd: exit 9009") == 0);
}

TEST_CASE("an included runbook has its own names, takes parameters and gives outputs") {
    shelf s;
    s.put("inner.yaml",
          "name: inner\ntitle: t\nvars: {data: {type: int}, agreed: {type: bool, question: 'Really?', proposal: "
          "'yes'}}\nsteps:\n"
          "  - {name: ask, id: ask, register: ask, decision: {variable: agreed, confirms: [a]}}\n"
          "  - " +
              set("a", "A", "{{ data }}", "when: ask.accepted, register: changed, ") +
              "\noutputs: {number: data + 1}\n");
    const auto path =
        s.put("outer.yaml",
              "name: outer\ntitle: t\nsteps:\n"
              "  - {name: in, id: in, register: got, include: {runbook: inner.yaml, vars: {data: 3 + 4}}}\n"
              "  - {name: out, id: out, value: got.number, look: 'output {{ result }}'}\n");
    const auto parsed = find_runbook(path);
    for (const auto& error : parsed.errors) FAIL(to_string(error));
    bench b;
    b.m.values["A"] = "0x0";
    SUBCASE("its questions can be answered from outside") {
        b.options.variables["in.agreed"] = "yes";
        const auto r = b.run(*parsed.book, run_mode::apply);
        INFO(to_text(r));
        CHECK(r.result == run_result::repaired);
        CHECK(b.m.values["A"] == "0x7");
        CHECK(r.changes.at(0).step_id == "in/a");
        CHECK(r.looks.at(0).text == "output 8");
    }
    SUBCASE("an open question of it stops the repair by its full name") {
        CHECK(b.run(*parsed.book, run_mode::apply).missing_variables == std::vector<std::string>{"in.agreed"});
        CHECK(b.m.values["A"] == "0x0");
    }
    SUBCASE("what a parameter gives cannot be given twice") {
        b.options.variables["in.data"] = "9";
        CHECK_THROWS_AS(b.run(*parsed.book, run_mode::check), usage_error);
    }
}

TEST_CASE("an included runbook that only looks tells what it found and changes nothing") {
    shelf s;
    s.put("inner.yaml",
          "name: inner\ntitle: Inner\nsteps:\n"
          "  - {name: f, id: f, finding: {when: 'true', say: it is broken}}\n  - " +
              set("a", "A", "1") + "\n");
    const auto path = s.put("outer.yaml",
                            "name: outer\ntitle: t\nsteps:\n"
                            "  - {name: in, id: in, register: got, include: {runbook: inner.yaml, only_looks: true}}\n"
                            "  - {name: out, id: out, value: 'true', look: '{{ got.title }}: {{ join(got.faults) }}, "
                            "{{ #got.plans }} repair'}\n");
    const auto parsed = find_runbook(path);
    for (const auto& error : parsed.errors) FAIL(to_string(error));
    bench b;
    b.m.values["A"] = "0x0";
    const auto r = b.run(*parsed.book, run_mode::apply);
    INFO(to_text(r));
    CHECK(r.result == run_result::faults_found);
    CHECK(b.m.line.changes_sent() == 0);
    CHECK(r.looks.at(0).text == "Inner: it is broken, 1 repair");
    CHECK(!std::filesystem::exists(b.options.journal));
}

TEST_CASE("a runbook that includes itself, or a missing one, is refused with its place") {
    shelf s;
    const auto path = s.put("me.yaml",
                            "name: me\ntitle: t\nsteps:\n  - {name: in, id: in, include: {runbook: me.yaml}}\n"
                            "  - {name: in, id: too, include: {runbook: rdp-internal-eror}}\n");
    const auto parsed = find_runbook(path);
    REQUIRE(parsed.errors.size() == 2);
    CHECK(to_string(parsed.errors[0]).find("me.yaml:4") != std::string::npos);
    CHECK(parsed.errors[0].message.find("it includes itself") != std::string::npos);
    CHECK(parsed.errors[1].message.find("did you mean \"rdp-internal-error\"") != std::string::npos);
}

TEST_CASE("looking again until it holds ends when it holds, and fails when it never does") {
    bench b;
    int asked = 0;
    b.m.line = fake_target([&](const command& c) {
        if (c.text == "ver") return said(++asked < 3 ? "not yet\n" : "ready\n");
        return b.m.answer(c);
    });
    const auto times = [](const char* retries) {
        return book_of(std::string("  - {name: v, id: v, cmd: ver, reads: true, until: 'result.parsed == \"ready\"', "
                                   "delay: 60, retries: ") +
                       retries + ", look: '{{ result.parsed }}'}\n");
    };
    CHECK(b.run(times("5"), run_mode::check).result == run_result::healthy);
    CHECK(asked == 3);
    asked = -10;
    const auto r = b.run(times("2"), run_mode::check);
    CHECK(r.result == run_result::faults_found);
    CHECK(r.findings.at(0).text.find("after 2 more readings") != std::string::npos);
}

TEST_CASE("only changes with a tag, or from a step on, are made, and the others are said to be left out") {
    bench b;
    b.m.values = {{"A", "0x0"}, {"B", "0x0"}};
    const auto book =
        book_of("  - " + set("a", "A", "1", "tags: [one], ") + "\n  - " + set("b", "B", "1", "tags: [two], ") + "\n");
    SUBCASE("by tag") {
        b.options.tags = {"two"};
    }
    SUBCASE("by step") {
        b.options.start_at = "b";
    }
    const auto r = b.run(book, run_mode::apply);
    INFO(to_text(r));
    CHECK(b.m.values["A"] == "0x0");
    CHECK(b.m.values["B"] == "0x1");
    CHECK(r.result == run_result::faults_found);
    CHECK(std::any_of(r.warnings.begin(), r.warnings.end(), [](const auto& w) { return w.find("left out") == 0; }));
    CHECK(wrong_selection(book, {"two"}, "b").empty());
    CHECK(wrong_selection(book, {"tow"}, "") == "no step has the tag \"tow\"; did you mean \"two\"?");
    CHECK(wrong_selection(book, {}, "other") == "there is no step \"other\"");
}

TEST_CASE("a step of high risk needs a snapshot or a reason why there is none") {
    bench b;
    b.m.values["A"] = "0x0";
    auto text = "  - " + set("a", "A", "1") + "\n";
    text.replace(text.find("low"), 3, "high");
    b.options.confirm = confirm_policy::none;
    auto r = b.run(book_of(text), run_mode::apply);
    CHECK(r.result == run_result::faults_found);
    CHECK(r.verdict.find("--snapshot-id") != std::string::npos);
    CHECK(b.m.values["A"] == "0x0");
    b.options.no_snapshot = "a test machine";
    r = b.run(book_of(text), run_mode::apply);
    CHECK(r.result == run_result::repaired);
    CHECK(read_journal(b.options.journal).header().at("no_snapshot") == "a test machine");
}

TEST_CASE("what is done by hand is asked for in its turn and seen by its proof") {
    bench b;
    b.m.values = {{"A", "0x0"}, {"H", "0x0"}};
    const auto book = book_of(
        "  - " + set("a", "A", "1") +
        "\n  - {name: by hand, id: hand, why: w, risk: low, manual: {do: turn the key, proof: {cmd: 'reg query "
        "\"HKLM\\SOFTWARE\\Test\" /v \"H\"', parse: reg, that: 'reg_number(proof, \"H\") == 1', within: 0}}}\n");
    SUBCASE("nobody can be asked: nothing is changed") {
        const auto r = b.run(book, run_mode::apply);
        CHECK(r.missing_variables == std::vector<std::string>{"done:hand"});
        CHECK(b.m.values["A"] == "0x0");
    }
    SUBCASE("done") {
        b.options.ask = [&](question q) -> boost::asio::awaitable<std::optional<std::string>> {
            CHECK(q.variable == "done:hand");
            CHECK(b.m.values["A"] == "0x1");
            b.m.values["H"] = "0x1";
            co_return "yes";
        };
        const auto r = b.run(book, run_mode::apply);
        INFO(to_text(r));
        CHECK(r.result == run_result::repaired);
    }
    SUBCASE("said to be done, and it does not show") {
        b.options.ask = says("yes");
        const auto r = b.run(book, run_mode::apply);
        CHECK(r.result == run_result::failed_rolled_back);
        CHECK(b.m.values["A"] == "0x0");
    }
    SUBCASE("already so") {
        b.m.values["H"] = "0x1";
        CHECK(b.run(book, run_mode::apply).result == run_result::repaired);
    }
}

TEST_CASE("a temporary change is named until it is taken back") {
    bench b;
    b.m.values["A"] = "0x0";
    b.m.values["B"] = "0x0";
    const auto book = book_of("  - " + set("a", "A", "1", "temporary: true, ") + "\n  - " + set("b", "B", "1") + "\n");
    const auto r = b.run(book, run_mode::apply);
    REQUIRE(r.result == run_result::repaired);
    const auto left = what_remains(r);
    REQUIRE(left.size() == 1);
    CHECK(left[0].find("Temporary, and still so: ") == 0);
    undo_options u;
    u.journal = b.options.journal;
    u.only_temporary = true;
    const auto back = wait_for(undo_run(b.m.line, b.watcher, u));
    CHECK(back.result == run_result::undone);
    CHECK(b.m.values["A"] == "0x0");
    CHECK(b.m.values["B"] == "0x1");
}

TEST_CASE("a run that takes too long is stopped and taken back") {
    bench b;
    b.m.values["A"] = "0x0";
    auto time = std::chrono::system_clock::time_point{};
    b.options.clock = [&] { return time += std::chrono::seconds(1); };
    b.options.limit = std::chrono::seconds(100);
    bool looked = false;
    b.m.line = fake_target([&](const command& c) {
        if (c.text == "ver") time += std::chrono::seconds(looked ? 200 : 0), looked = true;
        return b.m.answer(c);
    });
    b.m.more["ver"] = said("x");
    const auto r = b.run(
        book_of("  - " + set("a", "A", "1") +
                "\n  - {name: v, id: v, cmd: ver, reads: true, look: l}\n  - {name: w, id: w, value: '1', look: l}\n"),
        run_mode::apply);
    INFO(to_text(r));
    CHECK(r.result == run_result::failed_rolled_back);
    CHECK(b.m.values["A"] == "0x0");
}

TEST_CASE("facts are read once, when first used, and an unknown one is an error of the file") {
    bench b;
    int asked = 0;
    b.m.line = fake_target([&](const command& c) {
        if (c.text == "echo %SystemRoot%") return ++asked, said("D:\\Windows\n");
        return b.m.answer(c);
    });
    const auto r = b.run(book_of("  - {name: a, id: a, when: 'false', value: facts.product}\n"
                                 "  - {name: b, id: b, value: facts.system_root, look: '{{ result }}'}\n"
                                 "  - {name: c, id: c, when: 'facts.system_root ~= \"\"', value: '1', look: again}\n"),
                         run_mode::check);
    INFO(to_text(r));
    CHECK(r.result == run_result::healthy);
    CHECK(asked == 1);
    CHECK(r.looks.at(0).text == "D:\\Windows");
    const auto wrong = parse_runbook("name: t\ntitle: t\nsteps:\n  - {name: a, id: a, value: facts.biuld}\n", "t.yaml");
    REQUIRE(wrong.errors.size() == 1);
    CHECK(wrong.errors[0].suggestion == "build");
}

TEST_SUITE_END();
