// What a run does on the operator's own computer: a runbook's local steps, and the hooks before and after.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

const std::string machine = "sim:healthy?profile=windows-11";

// Puts a flag beside the journal and takes it away again.
std::string flag_runbook(const scratch_folder& where) {
    const std::string flag = where / "flag";
    std::ofstream(where / "flags.yaml") << R"(name: flags
title: A flag for others
steps:
  - name: Name service
    id: names
    local: [getent, hosts, 127.0.0.1]
    reads: true
    register: names
    look: "this computer is {{ result.parsed }}"
  - name: Flag
    id: flag
    when: run.phase ~= "proof"
    why: Others are to see that somebody is at work.
    risk: low
    local: [/bin/sh, -c, 'printenv EMS_PASSWORD; echo "$0" > "$1"', "{{ 'two words' }}", ')" +
                                               flag + R"(']
    changes: "flag: none -> there"
    undo: {class: compensating, local: [/bin/rm, ')" +
                                               flag + R"('], residue: nothing}
    proof: {cmd: ver, that: proof.rc == 0}
)";
    return where / "flags.yaml";
}

}  // namespace

TEST_SUITE("src/this_computer") {
    TEST_CASE("a runbook starts programs here only when that is allowed, and an undo does as well") {
        const scratch_folder where;
        const auto book = flag_runbook(where);
        const std::string journal = where / "journal", flag = where / "flag";
        auto run = with_account({"run", book, machine, "--apply", "--journal", journal, "--no-record"});
        const auto refused = run_emsctl(where, run);
        CHECK(refused.status == 2);
        CHECK(refused.err.find("/bin/rm, /bin/sh, getent") != std::string::npos);
        CHECK(!std::filesystem::exists(journal));
        run.push_back("--allow-local");
        const auto done = run_emsctl(where, run);
        CAPTURE(done.out);
        CHECK(done.status == 0);
        CHECK(file_text(flag) == "two words\n");
        CHECK(done.out.find("this computer is 127.0.0.1") != std::string::npos);
        CHECK(file_text(journal).find(canary) == std::string::npos);
        auto undo = with_account({"undo", journal, machine, "--no-record"});
        CHECK(run_emsctl(where, undo).status == 2);
        CHECK(std::filesystem::exists(flag));
        undo.push_back("--allow-local");
        CHECK(run_emsctl(where, undo).status == 0);
        CHECK(!std::filesystem::exists(flag));
    }

    TEST_CASE("a program here that fails, is missing or hangs is a failed step, not a failed console") {
        const scratch_folder where;
        for (const auto& [words, told] : std::vector<std::pair<std::string, std::string>>{
                 {"[getent, hosts, no.such.host.invalid]", "exit 2"}, {"[/nowhere/ping, x]", "exit 127"}}) {
            std::ofstream(where / "one.yaml")
                << "name: one\ntitle: One\nsteps:\n  - name: Look\n    id: look\n    local: " << words
                << "\n    reads: true\n    look: x\n";
            const auto ended =
                run_emsctl(where, with_account({"run", where / "one.yaml", machine, "--allow-local", "--no-record"}));
            CAPTURE(ended.out);
            CHECK(ended.status == 1);
            CHECK(ended.out.find(told) != std::string::npos);
        }
        std::ofstream(where / "slow.yaml")
            << "name: slow\ntitle: Slow\nsteps:\n  - name: Look\n    id: look\n"
               "    local: [ping, -i, '60', 127.0.0.1]\n    reads: true\n    limit: 1\n    look: x\n";
        std::ofstream(where / "ping") << "#!/bin/sh\nexec sleep 60\n";
        std::filesystem::permissions(where / "ping", std::filesystem::perms::owner_all);
        auto text = file_text(where / "slow.yaml");
        text.replace(text.find("[ping"), 5, "[" + std::string(where / "ping"));
        std::ofstream(where / "slow.yaml") << text;
        const auto ended =
            run_emsctl(where, with_account({"run", where / "slow.yaml", machine, "--allow-local", "--no-record"}));
        CHECK(ended.status == 1);
        CHECK(ended.out.find("exit 124") != std::string::npos);
    }

    TEST_CASE("the hook before can keep a run from beginning, the one after gets its account") {
        const scratch_folder where;
        const std::string got = where / "got", about = where / "about";
        std::ofstream(where / "keep") << "#!/bin/sh\ncat > \"$1\"\nprintenv EMS_PASSWORD\nexit 0\n";
        std::filesystem::permissions(where / "keep", std::filesystem::perms::owner_all);
        const std::string keep = where / "keep";
        const auto run = with_account({"run", "rdp-disabled", machine, "--no-record", "--output", "json"});
        auto with_hooks = run;
        with_hooks.insert(with_hooks.end(), {"--before", keep + " " + about, "--after", keep + " " + got});
        const auto ended = run_emsctl(where, with_hooks);
        CHECK(ended.status == 0);
        CHECK(nlohmann::json::parse(file_text(about)).at("runbook") == "rdp-disabled");
        const auto account = nlohmann::json::parse(file_text(got));
        CHECK(account.at("exit_status") == 0);
        CHECK(account.at("report") == nlohmann::json::parse(ended.out));
        for (const auto& text : {file_text(got), file_text(about), ended.out, ended.err})
            CHECK(text.find(canary) == std::string::npos);

        auto kept = run;
        kept.insert(kept.end(), {"--before", "/bin/false", "--after", keep + " " + (where / "never")});
        const auto stopped = run_emsctl(where, kept);
        CHECK(stopped.status == 1);
        CHECK(stopped.err.find("nothing was done") != std::string::npos);
        CHECK(!std::filesystem::exists(where / "never"));

        auto dead = with_account({"run", "rdp-disabled", "unix:" + std::string(where / "nobody"), "--no-record"});
        dead.insert(dead.end(), {"--after", keep + " " + got});
        const auto unreachable = run_emsctl(where, dead);
        CHECK(unreachable.status == 5);
        const auto told = nlohmann::json::parse(file_text(got));
        CHECK(told.at("exit_status") == 5);
        CHECK(told.at("report").is_null());
        CHECK(told.at("problem") != "");
    }
}
