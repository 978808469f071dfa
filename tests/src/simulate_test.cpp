// The simulated guest as a program of its own, and emsctl on the other side of a real line, in real time.
#include <doctest/doctest.h>

#include <csignal>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

const std::map<std::string, std::string> account = {{"EMS_PASSWORD", canary}};

// A guest on a line without a speed limit; its address.
struct served_guest {
    served_guest(const scratch_folder& where, const std::string& listen, const std::string& scenario)
        : program(EMSCTL_PROGRAM,
                  {"simulate", "--scenario", scenario, "--listen", listen, "--baud", "0", "--log", where / "guest.log",
                   "--state-out", where / "state.json"},
                  where, account) {
        const auto line = program.first_line();
        address = line.substr(line.rfind(' ') + 1);
    }
    ended_program stop() {
        program.signal(SIGTERM);
        return program.wait();
    }

    running_program program;
    std::string address;
};

}  // namespace

TEST_SUITE("src/simulate") {
    TEST_CASE("a repair over a pseudo-terminal as a serial port, then its undo from the journal alone") {
        const scratch_folder where;
        served_guest guest(where, "pty", "rdp-port-conflict");
        REQUIRE(guest.address.rfind("serial:/dev/pts/", 0) == 0);
        auto arguments = repair("rdp-internal-error", guest.address, "ContosoRelay", where / "journal");
        const auto repaired = run_emsctl(where, arguments);
        CAPTURE(repaired.err);
        CHECK(repaired.status == 0);
        CHECK(look(where, guest.address, "rdp-internal-error").at("exit_status") == 0);

        const auto undone = run_emsctl(where, {"undo", where / "journal"});
        CAPTURE(undone.out);
        CHECK(undone.status == 0);
        const auto service = run_emsctl(where, with_account({"exec", guest.address, "--", "sc query ContosoRelay"}));
        CHECK(service.out.find(": 4  RUNNING") != std::string::npos);
        CHECK(guest.stop().status == 0);
        CHECK(file_text(where / "guest.log").find("k run") != std::string::npos);
        CHECK(nlohmann::json::parse(file_text(where / "state.json")).is_object());
    }

    TEST_CASE("a guest behind a unix socket and behind TCP answers a probe") {
        for (const bool unix_socket : {true, false}) {
            const scratch_folder where;
            served_guest guest(where, unix_socket ? "unix:" + (where / "com1") : "tcp:127.0.0.1:0", "healthy");
            const auto probed = run_emsctl(where, {"probe", guest.address, "--output", "json"});
            CAPTURE(probed.err);
            CHECK(probed.status == 0);
            CHECK(nlohmann::json::parse(probed.out).at("channels").size() == 1);
            CHECK(guest.stop().status == 0);
        }
    }

    TEST_CASE("an interrupted command ends with status unknown and leaves the console to the next one") {
        const scratch_folder where;
        served_guest guest(where, "pty", "healthy");
        running_program waiting(
            EMSCTL_PROGRAM,
            with_account({"exec", guest.address, "--shell", "powershell", "--", "'go'; Start-Sleep 600"}), where,
            account);
        // The guest's own log says when the command has begun.
        while (file_text(where / "guest.log").find("cmd: k run") == std::string::npos) {
            const auto probe = run_emsctl(where, {"--version"});
            REQUIRE(probe.status == 0);
        }
        waiting.signal(SIGINT);
        const auto ended = waiting.wait();
        CHECK(ended.status == 255);
        CHECK(ended.err.find("interrupted") != std::string::npos);
        const auto next = run_emsctl(where, with_account({"exec", guest.address, "--", "echo still here"}));
        CHECK(next.out == "still here\n");
        CHECK(guest.stop().status == 0);
    }

    TEST_CASE("what can be simulated is listed, and each doubtful number of a profile explained") {
        const scratch_folder where;
        const auto list = run_emsctl(where, {"simulate", "--list"});
        CHECK(list.out.find("rdp-internal-error") != std::string::npos);
        CHECK(list.out.find("windows-11") != std::string::npos);
        CHECK(run_emsctl(where, {"simulate", "--profile", "2019", "--explain"}).out.find("equal_key_window") !=
              std::string::npos);
    }
}
