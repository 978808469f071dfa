// A step that talks with a program that asks, on each kind of console.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

// As one line: an account is broken where the page ends.
std::string unbroken(const std::string& text) {
    std::istringstream words(text);
    std::string all, word;
    while (words >> word) all += (all.empty() ? "" : " ") + word;
    return all;
}

// Stops a service whose dependents make net.exe ask.
ended_program talk(const scratch_folder& where, const std::string& profile, const std::string& turns,
                   const std::string& later = "") {
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
)" << later;
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
            {"      - expect: a word that never comes\n        within: 5", "none of these stood there within 5 s:"},
            {"      - expect: \"(Y/N)\"\n        send: \"N\"\n      - expect: never",
             "the program ended before one of these stood there:"},
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

    TEST_CASE("regular expressions are awaited too, and what their groups hold goes to later steps") {
        const scratch_folder where;
        const auto ended = talk(
            where, "windows-11",
            R"(      - expect: [{regex: 'no such (?P<what>\w+)\b', fail: "none"}, {regex: '\(Y/N\) \[(?P<proposed>\w)\]:'}]
        send: "Y"
      - expect: [{regex: 'The (?P<service>.+) service was stopped (?P<how>\w+)\.$'}]
        within: 60
        idle: 30
    register: stopped)",
            R"(  - name: What was said
    id: said
    when: stopped.changed
    value: stopped.captures
    finding:
      when: "true"
      say: "{{ stopped.captures.service }} {{ stopped.captures.how }}, proposed was {{ stopped.captures.proposed }}"
      severity: note
)");
        CAPTURE(ended.out);
        CAPTURE(ended.err);
        CHECK(ended.status == 0);
        CHECK(unbroken(ended.err).find("successfully, proposed was N") != std::string::npos);
    }

    TEST_CASE("a wait in vain says where the console is, what it shows, and how near each pattern came") {
        const scratch_folder where;
        const auto ended =
            talk(where, "windows-11", R"(      - expect: ["(Y/N) [Y]:", {regex: 'do you want to \w+ everything'}]
        within: 100
        idle: 7)");
        CAPTURE(ended.out);
        CHECK(ended.status == 3);
        for (const char* told : {"none of these stood there, and then nothing came for 7 s:",
                                 "\"(Y/N) [Y]:\": only its first 7 of 10 bytes came", "more bytes were needed behind",
                                 "the far end is at: ", "(Y/N) [N]:"})
            CHECK_MESSAGE(unbroken(ended.out).find(told) != std::string::npos, told);
    }

    TEST_CASE("a regular expression that is none is refused with its place") {
        const scratch_folder where;
        const auto ended = talk(where, "windows-11", R"(      - expect: [{regex: 'it''s (an open group'}]
      - expect: [{regex: "a\\d**"}])");
        CAPTURE(ended.err);
        CHECK(ended.status == 2);
        CHECK(ended.err.find("talk.yaml:17:33: not a regex: missing ): it's (an open group") != std::string::npos);
        CHECK(ended.err.find("talk.yaml:18:31: not a regex: bad repetition operator: **") != std::string::npos);
    }
}
