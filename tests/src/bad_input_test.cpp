// What a tired person gets wrong: one clear message, the documented status, and nothing changed.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

void refuses(std::vector<std::string> arguments, int status, const std::string& words) {
    const scratch_folder where;
    const auto ended = run_emsctl(where, with_account(std::move(arguments)));
    CAPTURE(ended.out);
    CAPTURE(ended.err);
    CHECK(ended.status == status);
    CHECK(ended.err.find(words) != std::string::npos);
}

}  // namespace

TEST_SUITE("src/bad_input") {
    TEST_CASE("an unknown kind of address is refused with the kinds there are") {
        refuses({"run", "rdp-internal-error", "seriall:/dev/ttyS0"}, 2, "did you mean serial:");
    }
    TEST_CASE("a bare device name gets its kind suggested") {
        refuses({"run", "rdp-internal-error", "/dev/ttyS0"}, 2, "did you mean serial:/dev/ttyS0");
    }
    TEST_CASE("an unknown parameter of an address is refused with the nearest one") {
        refuses({"run", "rdp-internal-error", "sim:healthy?profil=2019"}, 2, "did you mean profile");
    }
    TEST_CASE("a device that is not there is no console, at once or after the wait") {
        refuses({"run", "rdp-internal-error", "serial:/dev/ttyNONE0"}, 5, "/dev/ttyNONE0");
        refuses({"run", "rdp-internal-error", "serial:/dev/ttyNONE0", "--wait", "1"}, 5, "waited 1000 ms");
    }
    TEST_CASE("a file that is no terminal is no serial port") {
        const scratch_folder where;
        std::ofstream(where / "file") << "x";
        const auto ended = run_emsctl(where, with_account({"exec", "serial:" + (where / "file"), "ver"}));
        CHECK(ended.status == 255);
        CHECK(ended.err.find("tty") != std::string::npos);
    }
    TEST_CASE("a line that is open and silent is explained") {
        refuses({"run", "rdp-internal-error", "exec:sleep 30"}, 5, "nothing answered a backspace");
    }
    TEST_CASE("a far end that answers without being a SAC is shown") {
        refuses({"run", "rdp-internal-error", "exec:cat"}, 5, "not SAC's switch screen");
    }
    TEST_CASE("a wrong password is a refused login") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, with_account({"run", "rdp-internal-error", "sim:healthy"}), "mistaken");
        CHECK(ended.status == 6);
        CHECK(ended.err.find("check the name, the domain and the password") != std::string::npos);
    }
    TEST_CASE("an unknown scenario or profile is refused with those there are") {
        refuses({"run", "rdp-internal-error", "sim:helthy"}, 2, "healthy");
        refuses({"run", "rdp-internal-error", "sim:healthy?profile=2020"}, 2, "2019");
    }
    TEST_CASE("a runbook's name with a typo gets a suggestion") {
        refuses({"run", "rdp-internal-eror", "sim:healthy"}, 2, "did you mean \"rdp-internal-error\"");
    }
    TEST_CASE("a runbook with a typo is refused with file, line, column and the word that was meant") {
        const scratch_folder where;
        std::ofstream(where / "typo.yaml")
            << "name: x\ntitle: X\nsteps:\n  - name: A\n    id: a\n    cmd: ver\n    raeds: true\n";
        const auto ended = run_emsctl(where, with_account({"run", where / "typo.yaml", "sim:healthy"}));
        CHECK(ended.status == 2);
        CHECK(ended.err.find("typo.yaml:7:5") != std::string::npos);
        CHECK(ended.err.find("reads") != std::string::npos);
    }
    TEST_CASE("an unknown variable is refused before anything is opened") {
        refuses({"run", "rdp-internal-error", "sim:healthy", "--var", "nonsense=1"}, 2, "no variable \"nonsense\"");
    }
    TEST_CASE("a password source that is not there says so") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, {"exec", "sim:healthy", "--password-env", "NOT_SET_ANYWHERE", "ver"});
        CHECK(ended.status == 255);
        CHECK(ended.err.find("NOT_SET_ANYWHERE") != std::string::npos);
    }
    TEST_CASE("without a terminal nobody is asked for a password") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, {"run", "rdp-internal-error", "sim:healthy"});
        CHECK(ended.status == 2);
        CHECK(ended.err.find("--password-env") != std::string::npos);
    }
    TEST_CASE("a journal that cannot be written stops the repair before anything changes") {
        const scratch_folder where;
        auto arguments = repair("rdp-internal-error", "sim:tls12-off", "", "/dev/full");
        const auto full = run_emsctl(where, arguments);
        CAPTURE(full.err);
        CHECK(full.status != 0);
        CHECK(full.err.find("/dev/full") != std::string::npos);
        arguments = repair("rdp-internal-error", "sim:tls12-off", "", where / "none/journal");
        const auto missing = run_emsctl(where, arguments);
        CHECK(missing.status != 0);
        CHECK(missing.err.find("none/journal") != std::string::npos);
    }
    TEST_CASE("a recording that exists already is not overwritten") {
        const scratch_folder where;
        std::ofstream(where / "there.cast") << "precious";
        const auto ended =
            run_emsctl(where, with_account({"exec", "sim:healthy", "--record", where / "there.cast", "ver"}));
        CHECK(ended.status == 255);
        CHECK(file_text(where / "there.cast") == "precious");
    }
    TEST_CASE("no verb, an unknown verb and a missing argument are usage errors") {
        const scratch_folder where;
        CHECK(run_emsctl(where, {}).status == 2);
        CHECK(run_emsctl(where, {"repair"}).status == 2);
        CHECK(run_emsctl(where, {"run"}).status == 2);
    }
    TEST_CASE("help fits a screen") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, {"--help"});
        CHECK(ended.status == 0);
        CHECK(std::count(ended.out.begin(), ended.out.end(), '\n') <= 35);
    }
}
