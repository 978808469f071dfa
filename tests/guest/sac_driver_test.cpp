#include "sac/guest/sac_driver.hpp"

#include <doctest/doctest.h>

#include "tests/guest/support/sac_bench.hpp"

using emsctl::guest::support::sac_bench;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

std::string switch_screen(const std::string& name, const std::string& description, const std::string& shown,
                          const std::string& guid, const std::string& application) {
    return "\033[2J\033[1;1H\033[40;37m\033[0m<?xml version=\"1.0\"?>\r\n<channel-switch>\r\n<name>" + name +
           "</name>\r\n<description>" + description + "</description>\r\n<type>VT-UTF8</type>\r\n<guid>" + guid +
           "</guid>\r\n<application-type>" + application +
           "</application-type>\r\n</channel-switch>\r\n\033[2J\033[1;1H\033[40;37m\033[0mName:                  " +
           name + "\r\nDescription:           " + shown +
           "\r\nType:                  VT-UTF8\r\nChannel GUID:          " + guid +
           "\r\nApplication Type GUID: " + application +
           "\r\n\r\nPress <esc><tab> for next channel.\r\nPress <esc><tab>0 to return to the SAC channel.\r\n"
           "Use any other key to view this channel.\r\n\r\n";
}

std::string sac_screen_of(const sac_bench& bench) {
    return switch_screen("SAC", "Special Administration Console", "Special Adminis", bench.driver.slot(0)->guid,
                         "63d02270-8aa4-11d5-bccf-806d6172696f");
}

std::string command_screen_of(const sac_bench& bench, std::size_t slot) {
    return switch_screen(bench.driver.slot(slot)->name, "Command Prompt", "Command", bench.driver.slot(slot)->guid,
                         "63d02271-8aa4-11d5-bccf-00b0d014a2d0");
}

}  // namespace

TEST_SUITE("guest/sac_driver") {
    TEST_CASE("the driver introduces the machine, clears, and prints its banner") {
        sac_bench bench;
        CHECK(bench.driver.take_output() ==
              "<?xml version=\"1.0\"?>\r\n<machine-info>\r\n<name>WIN-ABC</name>\r\n"
              "<guid>00000000-0000-0000-0000-000000000000</guid>\r\n"
              "<processor-architecture>AMD64</processor-architecture>\r\n<os-version>10.0</os-version>\r\n"
              "<os-build-number>20348</os-build-number>\r\n<os-product>Windows Server</os-product>\r\n"
              "<os-service-pack>None</os-service-pack>\r\n</machine-info>\r\n\033[2J"
              "\r\n\r\nComputer is booting, SAC started and initialized.\r\n\r\n"
              "Use the \"ch -?\" command for information about using channels.\r\n"
              "Use the \"?\" command for general help.\r\n\r\n\r\nSAC>");
    }

    TEST_CASE("ch answers as captured") {
        sac_bench bench;
        bench.type("");
        CHECK(bench.type("ch\r") ==
              "ch\r\nChannel List\r\n\r\n(Use \"ch -?\" for information on using channels)\r\n\r\n"
              "# Status  Channel Name\r\n0 (AV)    SAC\r\nSAC>");
    }

    TEST_CASE("cmd answers as captured, and later tells of the channel") {
        sac_bench bench;
        bench.driver.register_service(true);
        bench.type("");
        CHECK(bench.type_and_wait("cmd\r") ==
              "cmd\r\nThe Command Prompt session was successfully launched.\r\nSAC>\r\n"
              "EVENT:   A new channel has been created.  Use \"ch -?\" for channel help.\r\nChannel: Cmd0001\r\nSAC>");
    }

    TEST_CASE("cmd before the service has registered says so") {
        sac_bench bench;
        CHECK(bench.type("cmd\r").find("has not yet registered.") != std::string::npos);
    }

    TEST_CASE("names grow and slots are used again; a tenth channel is refused") {
        sac_bench bench;
        bench.driver.register_service(true);
        bench.type_and_wait("cmd\r");
        CHECK(bench.type_and_wait("ch -ci 1\r").find("EVENT:   A channel has been closed.\r\nChannel: Cmd0001\r\n") !=
              std::string::npos);
        bench.type_and_wait("cmd\r");
        CHECK(bench.type("ch\r").find("1 (AV)    Cmd0002\r\n") != std::string::npos);
        for (int i = 0; i < 8; ++i) bench.type_and_wait("cmd\r");
        CHECK(bench.type("cmd\r") == "cmd\r\nThe maximum number of channels has been reached.\r\nSAC>");
    }

    TEST_CASE("the switch screen of a command channel is as captured, and no prompt goes before it") {
        sac_bench bench;
        bench.driver.register_service(true);
        bench.type_and_wait("cmd\r");
        CHECK(bench.type("ch -sn Cmd0001\r") == "ch -sn Cmd0001\r\n" + command_screen_of(bench, 1));
        SUBCASE("any key shows the login, and the key is lost") {
            CHECK(bench.type("x") == "\033[2J\033[0;0H\r\nPlease enter login credentials.\r\n\0Username: \0"s);
        }
        SUBCASE("ESC and another key count as one key") {
            CHECK(bench.type("\033x") == "\033[2J\033[0;0H\r\nPlease enter login credentials.\r\n\0Username: \0"s);
        }
        SUBCASE("ESC TAB goes on to the next channel, and 0 after it to SAC") {
            CHECK(bench.type("\033\t") == sac_screen_of(bench));
            CHECK(bench.type("\033\t") == command_screen_of(bench, 1));
            CHECK(bench.type("0") == sac_screen_of(bench));
        }
        SUBCASE("events meanwhile are seen only in the redraw") {
            bench.driver.raise_event(132);
            CHECK(bench.driver.take_output() == "");
            bench.type("\033\t");
            CHECK(bench.type("\b").find("EVENT: The CMD command is now available.") != std::string::npos);
        }
        SUBCASE("ESC alone is forgotten after two seconds") {
            bench.type("\033");
            bench.wait(3s);
            CHECK(bench.type("\t").find("Username") != std::string::npos);
        }
    }

    TEST_CASE("^C is Enter without a line end") {
        sac_bench bench;
        bench.type("");
        CHECK(bench.type("\x03") == "SAC>");
        CHECK(bench.type("p\x03") == "pPaging is now OFF.\r\nSAC>");
    }

    TEST_CASE("the line editor: backspace, tab, escape, and 77 characters") {
        sac_bench bench;
        bench.type("");
        CHECK(bench.type("\b") == "");
        CHECK(bench.type("a\x7f\b") == "a\b \b");
        CHECK(bench.type("\t") == "\a");
        CHECK(bench.type("\033[A") == "[A");
        bench.type("\b\b");
        bench.type(std::string(77, 'x'));
        CHECK(bench.type("y") == "\by");
        CHECK(bench.type("\r") == "\r\nUnrecognized command.  Try the 'help' command for more details.\r\nSAC>");
    }

    TEST_CASE("a line is known by its first letters") {
        sac_bench bench;
        bench.type("");
        CHECK(bench.type("ping 10.0.0.1\r").find("Paging is now OFF.") != std::string::npos);
        CHECK(bench.type("findstr\r").find("Thread information is now ON.") != std::string::npos);
        CHECK(bench.type("type x\r").find("Hnd Thd  Pid Name") != std::string::npos);
        CHECK(bench.type("  CHX \r").find("Unrecognized") != std::string::npos);
        CHECK(bench.type("dir\r") == "dir\r\nSAC>");
        CHECK(bench.host.refused.back() == "SAC command d: the form of the kernel log is not known");
    }

    TEST_CASE("information commands print what the host knows") {
        sac_bench bench;
        bench.type("");
        CHECK(bench.type("i\r") ==
              "i\r\nSAC is retrieving IP Addresses...\r\n"
              "Net: 11, Ip=192.168.0.10  Subnet=255.255.255.0  Gateway=192.168.0.1\r\nSAC>");
        CHECK(bench.type("s\r") == "s\r\nDate: 07/24/2026  Time (GMT): 15:04:05:0123\r\nSAC>");
        CHECK(bench.type("s 02/03/2027 04:05\r") ==
              "s 02/03/2027 04:05\r\nDate: 02/03/2027  Time (GMT): 04:05\r\nSAC>");
        CHECK(bench.type("id\r").find("           Computer Name: WIN-ABC\r\n") != std::string::npos);
        CHECK(bench.type("k 812\r").find("successfully terminated") != std::string::npos);
        CHECK(bench.type("k 5\r").find("failed to terminate the process.\r\nFailed with status 0xC000000B.") !=
              std::string::npos);
        CHECK(bench.type("r 812\r").find("not previously lowered") != std::string::npos);
    }

    TEST_CASE("a restart in the first minute waits for it") {
        sac_bench bench;
        bench.type("");
        CHECK(bench.type("restart\r") == "restart\r\n\r\nSAC preparing to restart the system.\r\nSAC>");
        bench.wait(59s);
        CHECK(bench.host.done.empty());
        bench.wait(1s);
        CHECK(bench.host.done == std::vector<std::string>{"restart at 360"});
    }

    TEST_CASE("an event breaks into a half-typed line, which is still there") {
        sac_bench bench;
        bench.type("c");
        bench.driver.raise_event(132);
        CHECK(bench.driver.take_output() == "\r\nEVENT: The CMD command is now available.\r\nSAC>");
        CHECK(bench.type("h\r").find("Channel List") != std::string::npos);
    }

    TEST_CASE("long listings stop for Enter when paging is on") {
        sac_bench bench;
        bench.values.page_lines = 5;
        bench.type("");
        const std::string first = bench.type("?\r");
        CHECK(first.find("----Press <Enter> for more----\r\n") != std::string::npos);
        CHECK(first.find("SAC>") == std::string::npos);
        CHECK(bench.type("x") == "");
        CHECK(bench.type("\x03") == "SAC>");
        CHECK(bench.type("p\r").find("OFF") != std::string::npos);
        CHECK(bench.type("?\r").find("crashdump            Crash the system.") != std::string::npos);
    }

    TEST_CASE("a shell that ends brings the SAC switch screen, and the event waits in the buffer") {
        sac_bench bench;
        bench.open_shell();
        const std::string out = bench.type_and_wait("exit\r");
        const std::string expected =
            "exit\r\n\033]0;C:\\Windows\\system32\\cmd.exe\a\r\nThe Command Console session is exiting.\r\n\0"s;
        CHECK(out == expected + sac_screen_of(bench));
        CHECK(bench.type("\b").find("EVENT:   A channel has been closed.") != std::string::npos);
    }
}
