// The authors' verbs through the built program.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "scripts/runbook.hpp"
#include "tests/src/run_emsctl.hpp"
#include "tests/support/peer.hpp"

using namespace emsctl::test;

namespace {

const std::string sources = EMSCTL_SOURCE_DIR;

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

nlohmann::json json_of(const ended_program& ended) {
    CAPTURE(ended.err);
    return nlohmann::json::parse(ended.out);
}

}  // namespace

TEST_SUITE("src/runbook") {
    TEST_CASE("the shipped runbooks are listed with title and risk") {
        const scratch_folder where;
        const auto shipped = emsctl::scripts::shipped_runbooks();
        const auto list = json_of(run_emsctl(where, {"runbook", "list", "--output", "json"}));
        CHECK(list.size() == shipped.size());
        const auto text = run_emsctl(where, {"runbook", "list"});
        CHECK(text.status == 0);
        CHECK(has(text.out, "rdp-internal-error"));
        CHECK(has(text.out, "risk medium"));
        std::string names;
        for (const auto& name : shipped) names += name + "\n";
        CHECK(run_emsctl(where, {"runbook", "list", "--names"}).out == names);
    }

    TEST_CASE("a runbook is shown with its variables, steps, changes and ways back, shipped or from a file") {
        const scratch_folder where;
        for (const auto& name :
             {std::string("rdp-internal-error"), sources + "/scripts/runbooks/rdp-internal-error.yaml"}) {
            const auto text = run_emsctl(where, {"runbook", "show", name});
            CHECK(text.status == 0);
            CHECK(has(text.out, "certificate_days (int from 0 to 90, default 3)"));
            CHECK(has(text.out, "What it may change"));
            CHECK(has(text.out, "undo compensating"));
            CHECK(has(text.out, "https://learn.microsoft.com/"));
            CHECK(has(text.out, "decision  stop_other_service"));
        }
        const auto book = json_of(run_emsctl(where, {"runbook", "show", "rdp-internal-error", "--output", "json"}));
        CHECK(book.at("risk") == "medium");
        CHECK(book.at("variables").size() == 7);
        std::map<std::string, int> undo;
        for (const auto& step : book.at("steps"))
            if (step.at("changes")) ++undo[step.at("undo")];
        CHECK(undo == std::map<std::string, int>{{"exact", 12}, {"compensating", 1}, {"none", 4}});
        const auto none = run_emsctl(where, {"runbook", "show", "rdp-internal-eror"});
        CHECK(none.status == 2);
        CHECK(has(none.err, "did you mean \"rdp-internal-error\"?"));
    }

    TEST_CASE("lint says errors and warnings with their places, and its status says the worst") {
        const scratch_folder where;
        std::ofstream(where / "good.yaml") << "name: good\ntitle: t\nsteps:\n  - {name: n, id: i, cmd: ver, reads: "
                                              "true, look: x}\n";
        std::ofstream(where / "fair.yaml") << "name: fair\ntitle: t\nvars:\n  spare: {default: x}\nsteps:\n  - {name: "
                                              "n, id: i, cmd: ver, reads: true, look: x}\n";
        std::ofstream(where / "bad.yaml") << "name: bad\ntitle: t\nsteps:\n  - {name: n, id: i, cmd: ver, reads: true, "
                                             "parse: netsat}\n";
        const auto lint = [&](std::vector<std::string> files) {
            files.insert(files.begin(), {"runbook", "lint"});
            return run_emsctl(where, files);
        };
        CHECK(lint({where / "good.yaml"}).status == 0);
        CHECK(lint({where / "good.yaml"}).out.empty());
        CHECK(lint({where / "fair.yaml", where / "good.yaml"}).status == 1);
        CHECK(has(lint({where / "fair.yaml"}).out, "fair.yaml:4:3: warning: the variable \"spare\" is used nowhere"));
        const auto bad = lint({where / "bad.yaml", where / "fair.yaml"});
        CHECK(bad.status == 2);
        CHECK(has(bad.out, "bad.yaml:4:52: error: "));
        CHECK(has(bad.out, "did you mean \"netstat\"?"));
        CHECK(has(bad.out, "warning: "));
        CHECK(lint({where / "absent.yaml"}).status == 2);
        CHECK(lint({where.path().string()}).status == 2);
        CHECK(lint({"rdp-internal-error"}).status == 0);
        const auto report = json_of(lint({where / "bad.yaml", where / "good.yaml", "--output", "json"}));
        CHECK(report.at("exit_status") == 2);
        CHECK(report.at("files")[0].at("messages")[0].at("suggestion") == "netstat");
        CHECK(report.at("files")[0].at("messages")[0].at("line") == 4);
        CHECK(report.at("files")[1].at("messages").empty());
    }

    TEST_CASE("a new runbook lints clean, fits the schema and runs against the simulated guest") {
        const scratch_folder where;
        const auto made = run_emsctl(where, {"runbook", "new", "first-steps", "--folder", where.path().string()});
        CHECK(made.status == 0);
        const auto file = where / "first-steps.yaml";
        CHECK(has(made.out, file));
        const auto linted = run_emsctl(where, {"runbook", "lint", file});
        CHECK(linted.status == 0);
        CHECK(linted.out.empty());
        const auto report = look(where, "sim:healthy", file);
        CHECK(report.at("runbook").at("name") == "first-steps");
        CHECK(report.at("result") == "healthy");
        const auto before = file_text(file);
        const auto again = run_emsctl(where, {"runbook", "new", "first-steps", "--folder", where.path().string()});
        CHECK(again.status == 2);
        CHECK(has(again.err, "not overwritten"));
        CHECK(file_text(file) == before);
    }

    TEST_CASE("a new runbook wants a name of words with dashes, of its own, and a folder that is there") {
        const scratch_folder where;
        const auto refuses = [&](std::vector<std::string> arguments, const std::string& words) {
            arguments.insert(arguments.begin(), {"runbook", "new"});
            const auto ended = run_emsctl(where, arguments);
            CHECK(ended.status == 2);
            CHECK(has(ended.err, words));
        };
        const auto folder = where.path().string();
        refuses({"../evil", "--folder", folder}, "words-with-dashes");
        refuses({"Upper", "--folder", folder}, "words-with-dashes");
        refuses({"", "--folder", folder}, "words-with-dashes");
        refuses({"rdp-internal-error", "--folder", folder}, "already");
        refuses({"fine", "--folder", folder + "/nowhere"}, "cannot be written");
        std::filesystem::create_symlink("/nonexistent/target", where / "link.yaml");
        refuses({"link", "--folder", folder}, "not overwritten");
        CHECK(run_emsctl(where, {"runbook"}).status == 2);
    }

    TEST_CASE("the schema takes every shipped runbook and agrees with the parser about thousands of changed ones") {
        if (!peers_are_there({"/usr/bin/python3"})) return;
        const scratch_folder where;
        const auto modules = run_program("/usr/bin/python3", {"-c", "import jsonschema, yaml"}, where, {});
        const char* required = std::getenv("EMSCTL_REQUIRE_PEERS");
        if (modules.status != 0 && !(required && std::string(required) == "1")) {
            MESSAGE("skipped: python3-jsonschema or python3-yaml is not installed");
            return;
        }
        std::vector<std::string> arguments = {sources + "/tests/support/check_schema.py", EMSCTL_PROGRAM,
                                              sources + "/scripts"};
        for (const auto& entry : std::filesystem::directory_iterator(sources + "/scripts/runbooks"))
            arguments.push_back(entry.path().string());
        const auto checked = run_program("/usr/bin/python3", arguments, where, {});
        CAPTURE(checked.out);
        CAPTURE(checked.err);
        CHECK(checked.status == 0);
        CHECK(has(checked.out, "disagreed: 0"));
    }

    TEST_CASE("cases of runbooks hold, and one that does not is told with its reasons") {
        const scratch_folder where;
        std::vector<std::string> arguments = {"runbook", "test", "--junit", where / "junit.xml"};
        for (const auto& entry : std::filesystem::directory_iterator(sources + "/tests/cases"))
            arguments.push_back(entry.path().string());
        const auto fine = run_emsctl(where, arguments);
        CAPTURE(fine.out);
        CAPTURE(fine.err);
        CHECK(fine.status == 0);
        CHECK(has(fine.out, " 0 not as expected"));
        std::ifstream file(where / "junit.xml");
        const std::string junit((std::istreambuf_iterator<char>(file)), {});
        CHECK(has(junit, "<testcase name=\"the expired certificate is renewed\"/>"));
        std::ofstream(where / "wrong.yaml") << "runbook: rdp-disabled\ncases:\n  - name: too much\n    scenario: "
                                               "healthy\n    expect: {result: repaired, "
                                               "finds: [a ghost], changes: [set], asks: nobody}\n";
        const auto bad = run_emsctl(where, {"runbook", "test", where / "wrong.yaml"});
        CHECK(bad.status == 1);
        for (const char* words : {"FAIL  too much", "expected repaired, and it ended healthy", "a ghost",
                                  "expected changes by set, and there were none", "nobody was asked for nobody"})
            CHECK(has(bad.out, words));
    }

    TEST_CASE("a file of cases with mistakes is refused with their places") {
        const scratch_folder where;
        std::ofstream(where / "wrong.yaml") << "runbook: rdp-disabled\ncases:\n  - name: a\n    expect: {result: "
                                               "repared}\n  - {name: b, scenario: healthy, "
                                               "undo: true, expekt: 1}\n";
        const auto bad = run_emsctl(where, {"runbook", "test", where / "wrong.yaml"});
        CHECK(bad.status == 2);
        for (const char* words : {"wrong.yaml:3:", "either \"scenario\" or \"recording\"", "did you mean \"repaired\"?",
                                  "did you mean \"expect\"?", "is for a case with a scenario"})
            CHECK(has(bad.err, words));
        CHECK(run_emsctl(where, {"runbook", "test", where / "nowhere.yaml"}).status == 2);
    }

    TEST_CASE("the tutorial's commands print what it says") {
        if (!peers_are_there({"/usr/bin/python3"})) return;
        const scratch_folder where;
        const auto checked = run_program(
            "/usr/bin/python3",
            {sources + "/tests/support/check_tutorial.py", EMSCTL_PROGRAM, sources + "/docs/runbook-tutorial.md"},
            where, {});
        CAPTURE(checked.out);
        CAPTURE(checked.err);
        CHECK(checked.status == 0);
    }
}
