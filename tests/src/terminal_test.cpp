// What needs a person's terminal: attach, the password prompt, and questions of a repair.
#include <doctest/doctest.h>

#include <csignal>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

// A guest on a pseudo-terminal without a speed limit.
struct guest_on_pty {
    explicit guest_on_pty(const scratch_folder& where)
        : program(EMSCTL_PROGRAM, {"simulate", "--listen", "pty", "--baud", "0"}, where, {}) {
        const auto line = program.first_line();
        address = line.substr(line.rfind(' ') + 1);
    }
    running_program program;
    std::string address;
};

const std::string escape_key = "\x1d";

std::string only_recording(const scratch_folder& where) {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(where.path() / "state/emsctl/recordings"))
        text += file_text(entry.path());
    return text;
}

}  // namespace

TEST_SUITE("src/terminal") {
    TEST_CASE("attach: keys go to the guest, what it says comes back, and the escape key helps, breaks and leaves") {
        const scratch_folder where;
        const guest_on_pty guest(where);
        program_on_terminal person(EMSCTL_PROGRAM, {"attach", guest.address}, where, {});
        REQUIRE(person.shows("? for help"));
        person.type("\r");
        CHECK(person.shows("SAC>"));
        person.type("ch\r");
        CHECK(person.shows("0 (AV)"));
        person.type(escape_key + "?");
        CHECK(person.shows("send BREAK"));
        person.type(escape_key + "b");
        CHECK(person.shows("[BREAK sent]"));
        CHECK_FALSE(person.is_as_before());
        person.type(escape_key + ".");
        const auto ended = person.wait();
        CHECK(ended.status == 0);
        CHECK(person.is_as_before());
        CHECK(only_recording(where).find("(AV)") != std::string::npos);
    }

    TEST_CASE("attach gives the terminal back whatever ends it") {
        for (const int signal : {SIGTERM, SIGHUP, SIGABRT}) {
            CAPTURE(signal);
            const scratch_folder where;
            const guest_on_pty guest(where);
            program_on_terminal person(EMSCTL_PROGRAM, {"attach", guest.address}, where, {});
            REQUIRE(person.shows("? for help"));
            person.type("\r");
            CHECK(person.shows("SAC>"));
            person.signal(signal);
            CHECK(person.wait().status != 0);
            CHECK(person.is_as_before());
        }
    }

    TEST_CASE("attach --read-only sends nothing, not even a BREAK") {
        const scratch_folder where;
        const guest_on_pty guest(where);
        program_on_terminal person(EMSCTL_PROGRAM, {"attach", guest.address, "--read-only"}, where, {});
        REQUIRE(person.shows("? for help"));
        person.type("\rch\r" + escape_key + "b");
        CHECK(person.shows("may only be read"));
        person.type(escape_key + ".");
        const auto ended = person.wait();
        CHECK(ended.status == 0);
        CHECK(ended.out.find("SAC>") == std::string::npos);
        CHECK(only_recording(where).find("\"i\"") == std::string::npos);
    }

    TEST_CASE("attach without a terminal says that it needs one") {
        const scratch_folder where;
        const guest_on_pty guest(where);
        const auto ended = run_emsctl(where, {"attach", guest.address});
        CHECK(ended.status == 2);
        CHECK(ended.err.find("terminal") != std::string::npos);
    }

    TEST_CASE("the password is asked for on the terminal and not shown") {
        const scratch_folder where;
        program_on_terminal person(EMSCTL_PROGRAM, {"exec", "sim:healthy", "--", "hostname"}, where, {});
        REQUIRE(person.shows("Password for Administrator: "));
        person.type(canary + "\n");
        const auto ended = person.wait();
        CHECK(ended.status == 0);
        CHECK(ended.out.find("WEB-RDS01") != std::string::npos);
        CHECK(ended.out.find(canary) == std::string::npos);
        CHECK(person.is_as_before());
    }

    TEST_CASE("a person is asked before a risky change, and may decline") {
        for (const bool agrees : {true, false}) {
            CAPTURE(agrees);
            const scratch_folder where;
            const auto arguments =
                with_account({"run", "rdp-internal-error", "sim:rdp-port-conflict", "--apply", "--no-record"});
            program_on_terminal person(EMSCTL_PROGRAM, arguments, where, {{"EMS_PASSWORD", canary}});
            REQUIRE(person.shows("Type its name if it may be stopped."));
            person.type(agrees ? "ContosoRelay\n" : "no\n");
            REQUIRE(person.shows("Start it on demand only?"));
            person.type(agrees ? "yes\n" : "no\n");
            const auto ended = person.wait();
            CAPTURE(ended.out);
            CHECK(ended.status == (agrees ? 0 : 1));
        }
    }

    TEST_CASE("Ctrl-C at a question ends the run with nothing changed") {
        const scratch_folder where;
        const auto arguments =
            with_account({"run", "rdp-internal-error", "sim:rdp-port-conflict", "--apply", "--no-record"});
        program_on_terminal person(EMSCTL_PROGRAM, arguments, where, {{"EMS_PASSWORD", canary}});
        REQUIRE(person.shows("Type its name if it may be stopped."));
        person.type("\x03");
        const auto ended = person.wait();
        CAPTURE(ended.out);
        CHECK((ended.status == 1 || ended.status == 7));
        CHECK(ended.out.find("changing:") == std::string::npos);
    }
}
