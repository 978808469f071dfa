// Warnings for authors: each at its place, and none for a good runbook.
#include "scripts/runbook_lint.hpp"

#include <doctest/doctest.h>

#include "scripts/runbook_schema.hpp"

using namespace emsctl::scripts;

namespace {

const std::string head = "name: a\ntitle: b\n";
const std::string look = "  - {name: n, id: look, cmd: ver, reads: true, look: seen}\n";

std::string all(const std::string& text, const std::string& file = "a.yaml") {
    std::string said;
    for (const auto& message : lint_runbook(text, file)) said += to_string(message) + "\n";
    return said;
}

bool says(const std::string& text, const std::string& words) {
    const auto said = all(text);
    CAPTURE(said);
    return said.find(words) != std::string::npos;
}

std::string steps(const std::string& lines) {
    return head + "steps:\n" + lines;
}

}  // namespace

TEST_SUITE("scripts/runbook_lint") {
    TEST_CASE("the shipped runbooks have no errors, and the main one no warnings either") {
        for (const auto& name : shipped_runbooks()) {
            const auto text = std::string(embedded(name + ".yaml").value_or(""));
            const auto said = all(text, name + ".yaml");
            CAPTURE(said);
            CHECK(said.find("error: ") == std::string::npos);
            if (name == "rdp-internal-error") CHECK(said.empty());
            WARN(said.empty());
        }
    }

    TEST_CASE("the parser's errors come with their place, their line and a suggestion") {
        const auto messages =
            lint_runbook(steps("  - {name: n, id: i, cmd: ver, reads: true, parse: netsat}\n"), "f.yaml");
        REQUIRE(messages.size() == 1);
        CHECK(messages[0].is == lint_message::level::error);
        CHECK(messages[0].what.suggestion == "netstat");
        CHECK(to_string(messages[0]).starts_with("f.yaml:4:"));
        CHECK(to_string(messages[0]).find(": error: ") != std::string::npos);
    }

    TEST_CASE("a variable that is used nowhere, or that nobody decides, is told at its own line") {
        const auto unused = lint_runbook(head + "vars:\n  spare: {default: x}\nsteps:\n" + look, "a.yaml");
        REQUIRE(unused.size() == 1);
        CHECK(unused[0].is == lint_message::level::warning);
        CHECK(unused[0].what.at.line == 4);
        CHECK(unused[0].what.message.find("\"spare\" is used nowhere") != std::string::npos);
        CHECK(says(head + "vars:\n  open: {type: bool}\nsteps:\n  - {name: n, id: i, when: open, cmd: ver, reads: "
                          "true, look: x}\n",
                   "\"open\" has no default, and no step decides it"));
        CHECK(says(head + "vars:\n  idle: {type: bool}\nsteps:\n" + look +
                       "  - {name: n, id: d, decision: {variable: "
                       "idle}}\n",
                   "it is decided, and the answer changes nothing"));
    }

    TEST_CASE("a variable counts as used in any text with Lua, or when its decision's result is") {
        for (const auto* use :
             {"when: v", "loop: '{v}'", "cmd: 'find \"{{ v }}\" x'", "look: '{{ v }}'", "finding: {when: v, say: x}",
              "finding: {when: 'true', say: '{{ v }}'}", "settle: {that: v}"}) {
            CAPTURE(use);
            const std::string command = std::string(use).starts_with("cmd") ? "" : "cmd: ver, ";
            const std::string shown = std::string(use).starts_with("look") ? "" : ", look: x";
            CHECK(all(head + "vars: {v: {default: 'x'}}\nsteps:\n  - {name: n, id: i, " + command + "reads: true, " +
                      use + shown + "}\n") == "");
        }
        CHECK(all(head +
                  "vars: {v: {type: bool}}\nsteps:\n  - {name: n, id: d, decision: {variable: v}, register: may}\n"
                  "  - {name: n, id: i, when: may.accepted, cmd: ver, reads: true, look: x}\n") == "");
    }

    TEST_CASE("a name that nothing has is told with the nearest one") {
        const auto text = steps(
            "  - {name: n, id: i, cmd: ver, reads: true, register: version}\n"
            "  - {name: n, id: j, when: versoin.rc == 0, cmd: ver, reads: true, look: '{{ "
            "version.rc }}'}\n");
        CHECK(says(text, "nothing is called \"versoin\""));
        CHECK(says(text, "did you mean \"version\"?"));
        CHECK(says(steps("  - {name: n, id: i, value: os.time(), register: t, look: '{{ t }}'}\n"),
                   "nothing is called \"os\""));
        CHECK(says(steps("  - {name: n, id: i, cmd: ver, reads: true, look: '{{ item }}'}\n"), "the step has no loop"));
        CHECK(says(steps("  - {name: n, id: i, value: result, register: t, look: '{{ t }}'}\n"), "no \"result\" here"));
    }

    TEST_CASE("a name that is registered only later is told") {
        CHECK(says(steps("  - {name: n, id: i, when: later.rc == 0, cmd: ver, reads: true, look: x}\n"
                         "  - {name: n, id: j, cmd: ver, reads: true, register: later}\n"),
                   "registered only later, by the step \"j\""));
    }

    TEST_CASE("a step of which nothing comes is told") {
        CHECK(says(steps("  - {name: n, id: i, cmd: ver, reads: true}\n"), "nothing comes of this step"));
        CHECK(says(steps("  - {name: n, id: i, value: 1, register: one}\n"), "\"one\" is used nowhere"));
    }

    TEST_CASE("a change without a proof is told, and more strongly without a way back") {
        const std::string change = "  - {name: n, id: i, cmd: del x, changes: c, why: w, risk: low, undo: ";
        CHECK(says(steps(change + "{class: compensating, cmd: copy y x, residue: r}}\n"), "has no proof"));
        CHECK(says(steps(change + "{class: none, residue: r}}\n"), "no way back and no proof"));
        CHECK(all(steps(change + "{class: none, residue: r}, proof: {cmd: ver, that: proof.rc == 0}}\n")) == "");
        CHECK(says(steps("  - {name: n, id: i, cmd: del x, changes: c, why: w, risk: low}\n"), "needs \"undo\""));
    }

    TEST_CASE("what was read before a change is known to the change and after it") {
        CHECK(all(steps("  - name: n\n    id: i\n    cmd: 'del \"{{ old.parsed }}\"'\n    changes: c\n    why: w\n"
                        "    risk: low\n    before: [{cmd: ver, register: old}]\n"
                        "    undo: {class: compensating, cmd: 'copy y \"{{ old.parsed }}\"', residue: r}\n"
                        "    proof: {cmd: ver, that: proof.rc == old.rc}\n")) == "");
    }

    TEST_CASE("a file is called as its runbook") {
        CHECK(all(steps(look), "folder/a.yaml") == "");
        CHECK(all(steps(look), "folder/b.yaml").find("its file is not a.yaml") != std::string::npos);
    }

    TEST_CASE("the schema has a description for every member of every map") {
        const auto schema = runbook_schema();
        std::size_t described = 0;
        for (const auto& [name, map] : schema.at("definitions").items())
            for (const auto& [key, member] : map.at("properties").items()) {
                CAPTURE(name);
                CAPTURE(key);
                CHECK(!member.value("description", "").empty());
                ++described;
            }
        CHECK(described > 60);
    }
}
