#include "sac/guest/machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sac/guest/seeded.hpp"
#include "sac/guest/windows.hpp"
#include "tests/guest/support/tiny_terminal.hpp"
#include "tests/guest/support/toy_shell.hpp"

using namespace emsctl::guest;
using namespace std::chrono_literals;
using support::tiny_terminal;

namespace {

// The far end: types, lets time pass to each event, remembers what came.
struct far_end {
    explicit far_end(machine_options options = {}, std::string_view profile = "windows-11")
        : guest("healthy", profile, with_toy_shell(std::move(options))) {}

    static machine_options with_toy_shell(machine_options options) {
        if (!options.shell) options.shell = support::toy_shell;
        return options;
    }

    std::string wait(instant length) {
        std::string out;
        const instant end = now + length;
        for (auto when = guest.next_event(); when && *when <= end; when = guest.next_event()) {
            now = std::max(now, *when);
            out += guest.transmit(now);
        }
        now = end;
        out += guest.transmit(now);
        terminal.feed(out);
        return out;
    }
    std::string type(std::string_view bytes, instant length = 10s) {
        guest.receive(bytes, now);
        return wait(length);
    }
    void open_shell() {
        type("cmd\r");
        type("ch -si 1\r");
        type("\b");
        type("Administrator\r\rPassw0rd!\r");
    }
    bool shows(const std::string& text) const {
        for (const std::string& line : terminal.lines())
            if (line.find(text) != std::string::npos) return true;
        return false;
    }

    machine guest;
    instant now{};
    tiny_terminal terminal;
};

}  // namespace

TEST_SUITE("guest/machine") {
    TEST_CASE("a machine that is up says nothing until it is typed to") {
        far_end far;
        CHECK(far.wait(1h) == "");
        CHECK(far.type("\b") == "");
        CHECK(far.type("\r") == "\r\nSAC>");
        CHECK(far.type("\033\t\b").find("EVENT: The CMD command is now available.") != std::string::npos);
    }

    TEST_CASE("from SAC to a shell and back") {
        far_end far;
        CHECK(far.type("cmd\r").find("Channel: Cmd0001\r\nSAC>") != std::string::npos);
        CHECK(far.type("ch -sn Cmd0001\r").find("<name>Cmd0001</name>") != std::string::npos);
        CHECK(far.type("\b").find("Username: ") != std::string::npos);
        far.type("Administrator\r\rPassw0rd!\r");
        CHECK(far.terminal.title == support::toy_title);
        CHECK(far.shows("C:\\Windows\\System32>"));
        far.type("hello\r");
        CHECK(far.shows("hello"));
        CHECK(far.type("exit\r").find("<name>SAC</name>") != std::string::npos);
        far.type("\b");
        CHECK(far.shows("EVENT:   A channel has been closed."));
    }

    TEST_CASE("from power on: firmware, silence, machine-info, banner, the CMD event") {
        machine_options options;
        options.from_firmware = true;
        far_end far(options);
        CHECK(far.wait(0s).find("BdsDxe: loading Boot0001") == 0);
        CHECK(far.wait(3s) == "\033[2J\033[H");
        CHECK(far.wait(14s) == "");
        const std::string start = far.wait(2s);
        CHECK(start.find("<?xml version=\"1.0\"?>\r\n<machine-info>\r\n<name>") == 0);
        CHECK(start.find("\033[2J\r\n\r\nComputer is booting, SAC started") != std::string::npos);
        CHECK(far.type("cmd\r", 1s).find("has not yet registered") != std::string::npos);
        CHECK(far.wait(1min).find("EVENT: The CMD command is now available.\r\nSAC>") != std::string::npos);
        CHECK(far.guest.os().boot_count() == 1);
    }

    TEST_CASE("the boot menu counts down, and Enter ends it") {
        machine_options options;
        options.from_firmware = options.has_boot_menu = true;
        far_end far(options);
        far.wait(3500ms);
        CHECK(far.shows("Windows Boot Manager"));
        CHECK(far.shows("automatically: 10"));
        far.wait(2s);
        CHECK(far.shows("automatically: 8"));
        CHECK(far.type("\r", 1s).find("\033[2J\033[H") != std::string::npos);
    }

    TEST_CASE("restart from SAC: message 5, the shells die, firmware, and all anew") {
        far_end far;
        far.open_shell();
        far.type("\033\t0\b");
        const std::string out = far.type("restart\r", 5min);
        const auto at = [&](const std::string& text) { return out.find(text); };
        CHECK(at("restart\r\n\r\nThe SAC will become unavailable soon.  The computer is shutting down.\r\n\r\nSAC>") ==
              0);
        CHECK(at("BdsDxe: loading") != std::string::npos);
        CHECK(at("A channel has been closed.") < at("BdsDxe: loading"));
        CHECK(at("BdsDxe: loading") < at("<machine-info>"));
        CHECK(at("EVENT: The CMD command is now available.") != std::string::npos);
        CHECK(far.guest.os().boot_count() == 2);
        CHECK(far.type("cmd\r").find("Channel: Cmd0001") != std::string::npos);
    }

    TEST_CASE("a restart the Windows asked for shows SAC's switch screen where the shell was") {
        far_end far;
        far.open_shell();
        power_request asked;
        asked.due = far.guest.os().now() + 5s;
        far.guest.os().ask_power(asked);
        const std::string out = far.wait(5min);
        CHECK(out.find("<name>SAC</name>") < out.find("BdsDxe: loading"));
        CHECK(far.guest.os().boot_count() == 2);
    }

    TEST_CASE("shutdown ends in silence") {
        far_end far;
        far.type("shutdown\r", 5min);
        CHECK(!far.guest.os().is_running());
        CHECK(far.type("\r") == "");
        CHECK(!far.guest.next_event());
        far.guest.reset(far.now);
        CHECK(far.wait(1s).find("BdsDxe") == 0);
    }

    TEST_CASE("crashdump leaves the blue-screen XML and the kernel's own prompt") {
        far_end far;
        const std::string out = far.type("crashdump\r");
        CHECK(out.find("\r\n<BP>\r\n<INSTANCE CLASSNAME=\"BLUESCREEN\">\r\n") != std::string::npos);
        CHECK(out.find("\"0xE2\"") < out.find("!SAC>"));
        CHECK(far.type("who\r") == "who\r\n!SAC>");
        CHECK(far.guest.os().log.back().text == "not simulated: !SAC command who");
        CHECK(far.type("restart\r", 10s).find("BdsDxe") != std::string::npos);
    }

    TEST_CASE("two machines of one seed say the same, byte for byte") {
        std::string said[2];
        for (std::string& all : said) {
            machine_options options;
            options.seed = 42;
            options.faults.output_flipped = 0.01;
            far_end far(options, "2019");
            all += far.type("cmd\r");
            all += far.type("ch -si 1\r");
            all += far.type("\b");
            all += far.type("Administrator\r\rPassw0rd!\rhello\r");
        }
        CHECK(said[0] == said[1]);
        CHECK(said[0].size() > 1000);
    }

    TEST_CASE("output takes its time on a slow line") {
        machine_options options;
        options.baud = 9600;
        far_end far(options);
        const std::string early = far.type("\033\t\b", 500ms);
        CHECK(early.size() > 400);
        CHECK(early.size() < 500);
        CHECK(far.wait(10s).size() > 1500);
    }

    TEST_CASE("faults to order: a full channel table, a missing service, a failing cmd, an event while typing") {
        machine_options options;
        std::string wanted;
        SUBCASE("full") {
            options.faults.channels_full = true;
            wanted = "The maximum number of channels has been reached.";
        }
        SUBCASE("missing") {
            options.faults.service_missing = true;
            wanted = "has not yet registered.";
        }
        SUBCASE("failing") {
            options.faults.cmd_failure = 128;
            wanted = "failed to be created.\r\nFailed with status 0xC0000001.\r\nSAC>";
        }
        SUBCASE("disabled") {
            options.sessions_disabled = true;
            wanted = "Launching of Command Prompt channels is disabled.";
        }
        SUBCASE("event") {
            options.faults.typing_event_after = 2;
            wanted = "cm\r\nEVENT: The CMD command is now available.\r\nSAC>d\r\nThe Command Prompt session was";
        }
        far_end far(options);
        CHECK(far.type("cmd\r").find(wanted) != std::string::npos);
    }

    TEST_CASE("bytes of value zero are not typed, and a long burst all arrives") {
        far_end far;
        CHECK(far.type(std::string("\0\0", 2) + "x") == "x");
        CHECK(far.type("\b", 1s) == "\b \b");
        CHECK(far.type(std::string(5000, '\r')).size() == 5000 * 6);
    }

    TEST_CASE("a channel that dies under a command leads back to SAC") {
        far_end far;
        far.open_shell();
        far.guest.receive("wait 60000\r", far.now);
        far.wait(1s);
        far.guest.kill_channel(1, far.now);
        CHECK(far.wait(1s).find("<name>SAC</name>") != std::string::npos);
        CHECK(far.type("\b\r").find("Channel: Cmd0001") != std::string::npos);
    }

    TEST_CASE("a STOP at any point ends everything") {
        far_end far;
        far.open_shell();
        far.guest.receive("wait 60000\r", far.now);
        far.wait(1s);
        far.guest.crash(far.now);
        CHECK(far.wait(1h).find("\r\n<BP>\r\n") != std::string::npos);
        CHECK(!far.guest.os().is_running());
    }

    TEST_CASE("texts can be replaced, as another language has them") {
        machine_options options;
        options.faults.texts[105] = "Unbekannter Befehl.\r\n";
        far_end far(options);
        CHECK(far.type("nonsense\r") == "nonsense\r\nUnbekannter Befehl.\r\nSAC>");
    }

    TEST_CASE("without a wire that holds back, a burst overwrites what was not read") {
        machine_options options;
        options.faults.input_overrun = true;
        far_end far(options);
        const std::string out = far.type(std::string(1000, 'x') + std::string(1000, '\r') + "p\r");
        CHECK(out.find("Paging is now OFF.") != std::string::npos);
        CHECK(out.substr(0, 30).find("x") == 0);
        CHECK(out.find(std::string(30, 'x')) == std::string::npos);
    }

    TEST_CASE("every profile, drawn by any seed, takes a patient client to a shell and out of it") {
        for (const std::string& name : profile_names()) {
            for (std::uint64_t seed = 1; seed <= 6; ++seed) {
                CAPTURE(name);
                CAPTURE(seed);
                machine_options options;
                options.seed = seed;
                options.draws_profile = true;
                far_end far(options, name);
                far.type("cmd\r");
                far.type("ch -si 1\r");
                far.type("\b", 60s);
                if (far.shows("Username")) far.type("Administrator\r\rPassw0rd!\r", 60s);
                for (char key : std::string("hello\rexit\r")) far.type(std::string(1, key), 1100ms);
                const std::string out = far.type("\b", 10s);
                CHECK(out.find("Channel: Cmd0001") != std::string::npos);
                CHECK(out.find("A channel has been closed.") != std::string::npos);
            }
        }
    }

    TEST_CASE("whatever is typed, the machine goes on and time ends nowhere") {
        static const std::string words[] = {
            "cmd\r",  "ch -si 1\r", "ch -ci 1\r", "\033\t",   "0",
            "\b",     "\033",       "\003",       "\r",       "Administrator\r\rPassw0rd!\r",
            "lock\r", "exit\r",     "many 40\r",  "cls\r",    "wait 3000\r",
            "t\r",    "?\r",        "\033[D",     "\xc3\xa4", "p\r",
            "ch\r"};
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            CAPTURE(seed);
            seeded chance(seed);
            machine_options options;
            options.seed = seed;
            options.draws_profile = true;
            options.faults.key_dropped = options.faults.key_doubled = options.faults.key_inserted = 0.02;
            const std::vector<std::string> names = profile_names();
            far_end far(options, names[chance.below(names.size())]);
            for (int turn = 0; turn < 60; ++turn) {
                std::string bytes = words[chance.below(std::size(words))];
                if (chance.below(10) == 0) bytes += static_cast<char>(chance.below(256));
                if (chance.below(150) == 0) bytes = "\033\t0\b\rrestart\r";
                far.type(bytes, std::chrono::milliseconds(chance.below(2000)));
            }
            far.wait(20min);
            far.type("\033\t0\b\r", 10s);
            CHECK(far.terminal.lines()[static_cast<std::size_t>(far.terminal.row())].find("SAC>") != std::string::npos);
        }
    }

    TEST_CASE("a thousand lines typed ahead are worked off one by one") {
        far_end far;
        far.open_shell();
        std::string lines;
        for (int i = 0; i < 1000; ++i) lines += "\r";
        far.type("wait 100\r" + lines + "exit\r", 60s);
        CHECK(far.shows("Use any other key to view this channel."));
    }

    TEST_CASE("behind the line is the cmd.exe of the simulated Windows, on every release") {
        for (const std::string& name : profile_names()) {
            CAPTURE(name);
            machine guest("healthy", name, {});
            tiny_terminal terminal;
            instant now{};
            const auto type = [&](std::string_view bytes) {
                guest.receive(bytes, now);
                now += 60s;
                terminal.feed(guest.transmit(now));
            };
            type("cmd\r");
            type("ch -si 1\r");
            type("\b");
            if (guest.used_profile().values.has_login) type("Administrator\r\rPassw0rd!\r");
            type("\r");
            const std::string version = guest.os().version.text();
            CHECK(terminal.lines()[0] == "Microsoft Windows [Version " + version + "]");
            CHECK(version.find(std::to_string(guest.used_profile().values.build)) != std::string::npos);
            for (char key : std::string("echo y%X%z\r")) {
                guest.receive({&key, 1}, now);
                now += 1100ms;
                terminal.feed(guest.transmit(now));
            }
            type("");
            const std::vector<std::string> lines = terminal.lines();
            CHECK(std::find(lines.begin(), lines.end(), "y%X%z") != lines.end());
            CHECK(guest.os().log.back().text == "echo y%X%z");
            CHECK(guest.os().log.back().what == executed_line::kind::executed);
        }
    }
}
