// Roads that end at a logged-on shell instead of SAC: the engine cannot tell them apart.
#include <doctest/doctest.h>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

TEST_SUITE("src/shell_door") {
    TEST_CASE("a command runs in a shell that somebody else logged on to") {
        const scratch_folder where;
        const auto ended = run_emsctl(
            where, {"exec", "sim:healthy?door=shell", "--no-record", "--", "echo to out& echo to err 1>&2& exit 41"});
        CHECK(ended.status == 41);
        CHECK(ended.out == "to out\n");
        CHECK(ended.err.find("to err") != std::string::npos);
        CHECK(ended.err.find("not left as it was found") == std::string::npos);
    }

    TEST_CASE("no password of the guest is asked for, and a runbook finds there what it finds through SAC") {
        const scratch_folder where;
        const auto through_sac = look(where, "sim:rdp-internal-error", "rdp-internal-error");
        const auto ended = run_emsctl(where, {"run", "rdp-internal-error", "sim:rdp-internal-error?door=shell",
                                              "--output", "json", "--no-record"});
        CHECK(ended.status == 1);
        const auto through_shell = nlohmann::json::parse(ended.out);
        for (const auto* part : {"decisions", "findings", "changes"})
            CHECK(through_shell.at(part) == through_sac.at(part));
    }

    TEST_CASE("a recorded session there is replayed as one") {
        const scratch_folder where;
        const std::string file = where / "shell.cast";
        CHECK(run_emsctl(where, {"exec", "sim:healthy?door=shell", "--record", file, "--", "ver"}).status == 0);
        const auto again = run_emsctl(where, {"exec", "replay:" + file, "--", "ver"});
        CHECK(again.status == 0);
        CHECK(again.out.find("10.0.22621.2283") != std::string::npos);
    }

    TEST_CASE("what talks to SAC itself is refused there, and so is a release whose painting is not known") {
        const scratch_folder where;
        const auto probe = run_emsctl(where, {"probe", "sim:healthy?door=shell", "--no-record"});
        CHECK(probe.status == 2);
        CHECK(probe.err.find("not to a SAC prompt") != std::string::npos);
        const auto old = run_emsctl(where, {"exec", "sim:healthy?door=shell&profile=2016", "--no-record", "--", "ver"});
        CHECK(old.status == 255);
        CHECK(old.err.find("not known") != std::string::npos);
    }

    TEST_CASE("the simulated shell ends with its line when it stands behind standard input and output") {
        const scratch_folder where;
        program_on_terminal guest(EMSCTL_PROGRAM, {"simulate", "--door", "shell", "--listen", "stdio"}, where, {});
        CHECK(guest.shows("System32>"));
        guest.type("ver\r");
        CHECK(guest.shows("Microsoft Windows [Version 10.0.22621.2283]"));
        guest.type("exit\r");
        CHECK(guest.wait().status == 0);
        CHECK(guest.is_as_before());
    }
}
