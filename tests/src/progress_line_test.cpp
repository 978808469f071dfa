// The living line of a run on a real terminal, against a guest behind a socket.
#include <doctest/doctest.h>

#include <csignal>

#include "src/progress_line.hpp"
#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

TEST_SUITE("src/progress line") {
    TEST_CASE("text is cut to the width it has, by characters") {
        CHECK(emsctl::cut_to("short", 10) == "short");
        CHECK(emsctl::cut_to("exactly", 7) == "exactly");
        CHECK(emsctl::cut_to("too long a text", 8) == "too l...");
        CHECK(emsctl::cut_to("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 4) == "\xC3\xA9...");
        CHECK(emsctl::cut_to("abc", 2) == "..");
    }

    TEST_CASE("a live console shows the step that works and what the console shows; NO_COLOR is obeyed") {
        const scratch_folder where;
        const auto socket = where / "line";
        running_program guest(EMSCTL_PROGRAM,
                              {"simulate", "--scenario", "healthy", "--listen", "unix:" + socket, "--baud", "0"}, where,
                              {});
        guest.first_line();
        program_on_terminal run(
            EMSCTL_PROGRAM,
            with_account({"run", "rdp-internal-error", "unix:" + socket, "--wait", "10s", "--no-record"}), where,
            {{"EMS_PASSWORD", canary}, {"NO_COLOR", "1"}});
        CHECK(run.shows("-- look"));
        CHECK(run.shows("\r\x1b[K"));
        CHECK(run.shows("ok  "));
        CHECK(run.shows("The session has administrator rights"));
        const auto ended = run.wait();
        CHECK(ended.status == 0);
        CHECK(ended.out.find("\x1b[2m") == std::string::npos);
        CHECK(ended.out.find("\x1b[31m") == std::string::npos);
        CHECK(ended.out.find("  | ") != std::string::npos);
        guest.signal(SIGTERM);
        guest.wait();
    }
}
