#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "scripts/runbook.hpp"

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/runbook_parser");

namespace {

std::string all(const parsed_runbook& result) {
    std::string text;
    for (const auto& error : result.errors) text += to_string(error) + "\n";
    return text;
}

bool says(const parsed_runbook& result, const std::string& what) {
    return all(result).find(what) != std::string::npos;
}

const std::string head = "name: a\ntitle: b\nsteps:\n";

}  // namespace

TEST_CASE("every shipped runbook is free of mistakes") {
    CHECK(!shipped_runbooks().empty());
    for (const auto& name : shipped_runbooks()) {
        const auto result = find_runbook(name);
        INFO(all(result));
        REQUIRE(result.book);
        CHECK(result.book->name == name);
    }
}

TEST_CASE("the worked example of the README is a runbook") {
    std::ifstream file(EMSCTL_SOURCE_DIR "/scripts/README.md");
    std::string line, text;
    for (bool inside = false; std::getline(file, line);) {
        if (line == "    name: time-service") inside = true;
        if (inside && line.starts_with("## ")) break;
        if (inside) text += line.substr(std::min<std::size_t>(4, line.size())) + "\n";
    }
    REQUIRE(!text.empty());
    const auto result = parse_runbook(text, "README.md");
    INFO(all(result));
    REQUIRE(result.book);
    CHECK(result.book->steps.size() == 3);
}

TEST_CASE("an unknown key is named with its place, its line and a suggestion") {
    const auto result =
        parse_runbook(head + "  - name: x\n    id: y\n    cmd: ver\n    reads: true\n    regsiter: z\n", "f.yaml");
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].at.line == 8);
    CHECK(result.errors[0].at.column == 5);
    CHECK(result.errors[0].suggestion == "register");
    CHECK(to_string(result.errors[0]).starts_with("f.yaml:8:5: "));
    CHECK(result.errors[0].line_text == "    regsiter: z");
}

TEST_CASE("equal keys, aliases, tags and wrong types are errors") {
    CHECK(says(parse_runbook("name: a\nname: b\ntitle: c\nsteps: []\n", "f"),
               "f:2:1: the key \"name\" stands here twice"));
    CHECK(says(parse_runbook("name: &x a\ntitle: *x\nsteps: []\n", "f"), "anchors"));
    CHECK(says(parse_runbook("name: &x a\ntitle: *x\nsteps: []\n", "f"), "aliases"));
    CHECK(says(parse_runbook("name: !!binary a\ntitle: b\nsteps: []\n", "f"), "tags"));
    CHECK(says(parse_runbook(head + "  - {name: x, id: y, cmd: ver, reads: maybe}\n", "f"), "true or false"));
    CHECK(says(parse_runbook(head + "  - {name: x, id: y, cmd: [ver], reads: true}\n", "f"), "must be a text"));
    CHECK(says(parse_runbook("- a\n", "f"), "must be a map"));
    CHECK(says(parse_runbook("", "f"), "empty"));
    CHECK(says(parse_runbook("a: [\n", "f"), "f:"));
}

TEST_CASE("all mistakes are reported, in the order of the file") {
    const auto result = parse_runbook(
        "name: a\ntitel: b\nsteps:\n  - name: x\n    id: y\n    when: 1 +\n    cmd: 'del {{ x'\n    risk: tiny\n", "f");
    CHECK(result.errors.size() >= 5);
    for (std::size_t i = 1; i < result.errors.size(); ++i)
        CHECK(result.errors[i - 1].at.line <= result.errors[i].at.line);
    CHECK(says(result, "did you mean \"title\""));
    CHECK(says(result, "not a Lua expression"));
    CHECK(says(result, "a {{ has no }}"));
    CHECK(says(result, "none, low, medium, high"));
}

TEST_CASE("depth and size are limited") {
    std::string deep = "name: ";
    for (int i = 0; i < 200; ++i) deep += "[";
    CHECK(says(parse_runbook(deep, "f"), "nested too deeply"));
    CHECK(says(parse_runbook(std::string((1u << 20) + 1, 'a'), "f"), "too large"));
}

TEST_CASE("a step that falsely claims to read is refused when it is parsed") {
    const auto result = parse_runbook(head + "  - {name: x, id: y, cmd: 'del C:\\x', reads: true}\n", "f");
    CHECK(says(result, "this does not only read"));
}

TEST_CASE("a change needs its reason, its risk and its way back") {
    const auto result = parse_runbook(head + "  - {name: x, id: y, cmd: 'del C:\\x', changes: a file}\n", "f");
    CHECK(says(result, "needs \"why\""));
    CHECK(says(result, "needs \"risk\""));
    CHECK(says(result, "needs \"undo\""));
    CHECK(says(
        parse_runbook(head + "  - {name: x, id: y, why: z, risk: low, service: {name: RpcSs, state: stopped}}\n", "f"),
        "must never be stopped"));
}

TEST_CASE("names are unique and refer to something") {
    const auto result = parse_runbook(head +
                                          "  - {name: a, id: one, cmd: ver, reads: true, register: r}\n"
                                          "  - {name: b, id: one, cmd: ver, reads: true, register: r}\n"
                                          "  - {name: c, id: two, decision: {variable: nobody}}\n",
                                      "f");
    CHECK(says(result, "another step has the id"));
    CHECK(says(result, "registered twice"));
    CHECK(says(result, "no variable \"nobody\""));
}

TEST_CASE("a runbook that is not there gets a suggestion") {
    const auto result = find_runbook("rdp-internal-eror");
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].suggestion == "rdp-internal-error");
}

TEST_CASE("text that is not UTF-8 is an error, also when an escape made it so") {
    for (const char* title : {"\"NT AUTHORITY\\NetworkService\"", "a\xff"}) {
        const auto result = parse_runbook(
            std::string("name: t\ntitle: ") + title + "\nsteps:\n  - {name: a, id: a, value: '1', look: l}\n",
            "t.yaml");
        REQUIRE(!result.errors.empty());
        CHECK(result.errors[0].at.line == 2);
    }
}

TEST_SUITE_END();
