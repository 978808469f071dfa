// A step that talks with a program that asks, on each kind of console.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

// Stops a service whose dependents make net.exe ask.
ended_program talk(const scratch_folder& where, const std::string& profile, const std::string& turns) {
    std::ofstream(where / "talk.yaml") << R"(name: talk
title: Stop the service
steps:
  - name: State
    id: state
    cmd: sc query TermService
    reads: true
    parse: sc
    register: term
  - name: Stop it
    id: stop
    when: term.parsed.state == 4
    why: A test.
    risk: low
    console:
      - send: net stop TermService
)" << turns << R"(
    changes: "TermService: running -> stopped"
    undo: {class: compensating, cmd: sc start TermService, expect_exit: [0, 1056], residue: nothing}
    proof: {cmd: sc query TermService, parse: sc, that: proof.parsed.state == 1}
)";
    return run_emsctl(where, with_account({"run", where / "talk.yaml", "sim:healthy?profile=" + profile, "--apply",
                                           "--no-record", "--journal", where / ("journal-" + profile)}));
}

}  // namespace

TEST_SUITE("src/dialogue") {
    TEST_CASE("a program's question is answered and what it did is proved, on every kind of console") {
        for (const char* profile : {"windows-11", "2019", "2008r2"}) {
            CAPTURE(profile);
            const scratch_folder where;
            const auto ended =
                talk(where, profile, R"(      - expect: ["(Y/N) [N]:", {says: "is invalid", fail: "no such service"}]
        send: "Y"
      - expect: stopped successfully
        within: 60)");
            CAPTURE(ended.out);
            CHECK(ended.status == 0);
        }
    }

    TEST_CASE("what fails in a conversation ends the program, and the change is taken back") {
        struct told {
            const char *turns, *problem;
        };
        const told all[] = {
            {"      - expect: a word that never comes\n        within: 5", "nothing came in time before"},
            {"      - expect: \"(Y/N)\"\n        send: \"N\"\n      - expect: never", "the program ended before"},
            {"      - expect: [never, {says: \"(Y/N)\", fail: \"it has dependents\"}]", "it has dependents"},
            {"      - expect: \"(Y/N)\"\n        within: 5", "the program did not end"}};
        for (const auto& one : all) {
            CAPTURE(one.turns);
            const scratch_folder where;
            const auto ended = talk(where, "windows-11", one.turns);
            CAPTURE(ended.out);
            CHECK(ended.status == 3);
            CHECK(ended.out.find(one.problem) != std::string::npos);
        }
    }
}
