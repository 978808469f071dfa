// Whole roads through the built program: named consoles, the doctor, out-of-band signals, the lease, and the engine
// behind real servers of other makes.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "src/addresses.hpp"
#include "tests/src/run_emsctl.hpp"
#include "tests/support/peer.hpp"

using namespace emsctl::test;

namespace {

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

ended_program with_consoles(const scratch_folder& where, const std::string& yaml, std::vector<std::string> arguments) {
    std::ofstream(where / "consoles.yaml") << yaml;
    return run_program(EMSCTL_PROGRAM, std::move(arguments), where,
                       {{"EMSCTL_CONFIG", where / "consoles.yaml"}, {"SAYS", canary}});
}

const std::string two_consoles =
    "consoles:\n"
    "  web1:\n"
    "    address: sim:rdp-port-conflict\n"
    "    password_command: printenv SAYS\n"
    "    vars: {stop_other_service: ContosoRelay, other: unused}\n"
    "  dead: {address: 'tcp:127.0.0.1:1'}\n";

}  // namespace

TEST_SUITE("src/doors") {
    TEST_CASE("every kind of address that is offered can be opened, and the other way round") {
        std::vector<std::string> openable = emsctl::all_openers().kinds();
        const auto shipped = emsctl::transport::shipped_kinds();
        std::vector<std::string> offered(shipped.begin(), shipped.end());
        std::ranges::sort(openable);
        std::ranges::sort(offered);
        CHECK(offered == openable);
    }

    TEST_CASE("a console's name stands for its address, its account and its variables") {
        const scratch_folder where;
        const auto ran = with_consoles(where, two_consoles, {"exec", "web1", "--no-record", "--", "echo there"});
        CHECK(ran.status == 0);
        CHECK(ran.out == "there\n");
        const auto looked = with_consoles(where, two_consoles,
                                          {"run", "rdp-internal-error", "web1", "--no-record", "--output", "json"});
        const auto report = nlohmann::json::parse(looked.out);
        CHECK(report.at("decisions").dump().find("ContosoRelay") != std::string::npos);
        for (const auto& said : {ran, looked}) CHECK((said.out + said.err).find(canary) == std::string::npos);
    }

    TEST_CASE("consoles are listed without what is secret, and tested one by one") {
        const scratch_folder where;
        const auto listed = with_consoles(where, two_consoles, {"consoles", "list", "--output", "json"});
        CHECK(nlohmann::json::parse(listed.out)[0].at("password_from") == "command");
        CHECK(with_consoles(where, two_consoles, {"consoles", "list", "--names"}).out == "web1\ndead\n");
        const auto tested = with_consoles(where, two_consoles, {"consoles", "test"});
        CHECK(tested.status == 5);
        CHECK(has(tested.out, "whole"));
        CHECK(has(tested.out, "nobody listens there"));
    }

    TEST_CASE("a wrong file of consoles is refused with the place and the right word") {
        const scratch_folder where;
        const auto complaint = [&](const std::string& yaml) {
            const auto ended = with_consoles(where, yaml, {"consoles", "list"});
            CHECK(ended.status == 2);
            return ended.err;
        };
        CHECK(has(complaint("consoles:\n  a: {adress: x}\n"), "did you mean \"address\"?"));
        CHECK(has(complaint("consoles:\n  a: {address: x, password: y}\n"), "password_command"));
        CHECK(has(complaint("consoles:\n  a: {address: x}\n  a: {address: y}\n"), ":3:3"));
        CHECK(has(complaint("consoles:\n  a:b: {address: x}\n"), "consoles.yaml:2"));
        CHECK(has(with_consoles(where, two_consoles, {"probe", "wbe1"}).err, "did you mean web1?"));
    }

    TEST_CASE("the doctor walks a whole road to SAC and says where a broken one ends") {
        const scratch_folder where;
        const auto whole = run_emsctl(where, {"doctor", "sim:healthy", "--no-record"});
        CHECK(whole.status == 0);
        CHECK(has(whole.out, "SAC"));
        CHECK(has(whole.out, "The road is whole."));
        const auto broken = run_emsctl(where, {"doctor", "tcp:127.0.0.1:1", "--no-record", "--output", "json"});
        CHECK(broken.status == 5);
        CHECK(nlohmann::json::parse(broken.out).at("whole") == false);
    }

    TEST_CASE("what ends a machine needs its address twice; what a road has not is refused with its reason") {
        const scratch_folder where;
        CHECK(run_emsctl(where, {"oob", "sim:healthy", "reset"}).status == 2);
        CHECK(run_emsctl(where, {"oob", "sim:healthy", "reset", "--yes-really", "sim:other"}).status == 2);
        CHECK(run_emsctl(where, {"oob", "sim:healthy", "reset", "--yes-really", "sim:healthy"}).status == 0);
        const auto none = run_emsctl(where, {"oob", "exec:cat", "break", "--no-record"});
        CHECK(none.status == 2);
        CHECK(has(none.err, "carries no break"));
        CHECK(run_emsctl(where, {"oob", "sim:healthy", "sysrq", "--yes-really", "sim:healthy"}).status == 2);
    }

    TEST_CASE("a second client of ours is told who has the console, and a death gives it free") {
        const scratch_folder where;
        const std::string socket = "unix:" + (where / "vm.sock");
        running_program guest(EMSCTL_PROGRAM, {"simulate", "--listen", socket}, where, {});
        CHECK(has(guest.first_line(), "listening"));
        program_on_terminal first(EMSCTL_PROGRAM, {"attach", socket, "--no-record"}, where, {});
        CHECK(first.shows("attached to"));
        const auto second = run_emsctl(where, {"probe", socket, "--no-record"});
        CHECK(second.status == 5);
        CHECK(has(second.err, "emsctl attach"));
        first.signal(SIGKILL);
        first.wait();
        CHECK(run_emsctl(where, {"probe", socket, "--no-record"}).status == 0);
    }

    TEST_CASE("completion offers verbs, options and the names of consoles in a real bash") {
        const scratch_folder where;
        std::ofstream(where / "consoles.yaml") << two_consoles;
        const std::string folder = std::string(EMSCTL_PROGRAM).substr(0, std::string(EMSCTL_PROGRAM).rfind('/'));
        const auto complete = [&](const std::string& words, const std::string& at) {
            const std::string script = "source <(emsctl completion bash); COMP_WORDS=(" + words +
                                       "); COMP_CWORD=" + at + "; _emsctl; echo \"${COMPREPLY[@]}\"";
            return run_program("/bin/bash", {"-c", script}, where,
                               {{"PATH", folder + ":/usr/bin:/bin"}, {"EMSCTL_CONFIG", where / "consoles.yaml"}})
                .out;
        };
        CHECK(complete("emsctl do", "1") == "doctor\n");
        CHECK(complete("emsctl probe we", "2") == "web1\n");
        CHECK(complete("emsctl oob x --yes", "3") == "--yes-really\n");
        CHECK(complete("emsctl run rdp-diag", "2") == "rdp-diagnose\n");
        CHECK(complete("emsctl runbook show rdp-diag", "3") == "rdp-diagnose\n");
        CHECK(complete("emsctl runbook sch", "2") == "schema\n");
        CHECK(complete("emsctl runbook lint --out", "3") == "--output\n");
        CHECK(complete("emsctl rdp-probe we", "2") == "\n");
        CHECK(complete("emsctl rdp-probe host --tim", "3") == "--timeout\n");
    }

    TEST_CASE("completion works in a real zsh and a real fish") {
        if (!peers_are_there({"zsh", "fish"})) return;
        const scratch_folder where;
        std::ofstream(where / "consoles.yaml") << two_consoles;
        const std::string folder = std::string(EMSCTL_PROGRAM).substr(0, std::string(EMSCTL_PROGRAM).rfind('/'));
        const std::map<std::string, std::string> environment = {{"PATH", folder + ":/usr/bin:/bin"},
                                                                {"EMSCTL_CONFIG", where / "consoles.yaml"},
                                                                {"HOME", where.path().string()},
                                                                {"TERM", "dumb"}};
        const auto in_fish = [&](const std::string& words) {
            const auto ended =
                run_program("/usr/bin/fish", {"-c", "emsctl completion fish | source; complete -C '" + words + "'"},
                            where, environment);
            CHECK(ended.err == "");
            return ended.out;
        };
        CHECK(in_fish("emsctl do").starts_with("doctor\t"));
        CHECK(in_fish("emsctl probe we") == "web1\n");
        CHECK(has(in_fish("emsctl oob x --yes"), "--yes-really"));
        CHECK(has(in_fish("emsctl run rdp-int"), "rdp-internal-error"));
        CHECK(in_fish("emsctl rdp-probe we") == "");

        program_on_terminal zsh("/usr/bin/zsh", {"-f", "-i"}, where, environment);
        zsh.type("PS1='ready> '; source <(emsctl completion zsh); echo loa''ded\r");
        CHECK(zsh.shows("loaded"));
        // What was completed becomes the argument of echo.
        const auto in_zsh = [&](const std::string& words, const std::string& expected) {
            zsh.type(words + "\t\x01print -r - =\r");
            return zsh.shows("=emsctl " + expected);
        };
        CHECK(in_zsh("emsctl do", "doctor"));
        CHECK(in_zsh("emsctl probe we", "probe web1"));
        CHECK(in_zsh("emsctl oob x --yes", "oob x --yes-really"));
        CHECK(in_zsh("emsctl run rdp-int", "run rdp-internal-error"));
        zsh.type("exit\r");
        zsh.wait();
    }

    TEST_CASE("a runbook works through OpenSSH in front of a simulated SAC, and through its shell without one") {
        if (!peers_are_there({"/usr/sbin/sshd", "ssh-keygen"})) return;
        const scratch_folder where;
        const std::string folder = where.path().string();
        const std::string port = free_port();
        const std::string make_keys =
            "mkdir -p /run/sshd; cd " + folder +
            " && ssh-keygen -q -t ed25519 -N '' -f host && ssh-keygen -q -t ed25519 -N '' -f key" +
            " && cp key.pub authorized && echo \"[127.0.0.1]:" + port + " $(cut -d' ' -f1,2 host.pub)\" > known_hosts";
        REQUIRE(std::system(make_keys.c_str()) == 0);
        for (const std::string door : {"sac", "shell"}) {
            CAPTURE(door);
            const std::string guest = std::string(EMSCTL_PROGRAM) +
                                      " simulate --scenario rdp-port-conflict --listen stdio --baud 0 --door " + door;
            std::ofstream(where / "sshd.conf") << "Port " << port << "\nListenAddress 127.0.0.1\nHostKey " << folder
                                               << "/host\nPidFile none\nUsePAM no\n"
                                               << "StrictModes no\nPermitRootLogin yes\nAuthorizedKeysFile " << folder
                                               << "/authorized\nForceCommand exec " << guest << "\n";
            const peer server({"/usr/sbin/sshd", "-D", "-e", "-f", where / "sshd.conf"}, "listening on");
            const std::string address = std::string(door == "sac" ? "ssh" : "ssh-cmd") + ":127.0.0.1:" + port +
                                        "?agent=no&identity=" + folder + "/key&known_hosts=" + folder + "/known_hosts";
            const auto ran = run_emsctl(where, with_account({"exec", address, "--no-record", "--", "hostname"}));
            CHECK(ran.status == 0);
            CHECK(ran.out == "WEB-RDS01\n");
        }
    }
}
