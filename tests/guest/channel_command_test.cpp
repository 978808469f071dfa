#include "sac/guest/channel_command.hpp"

#include <doctest/doctest.h>

#include "tests/guest/support/sac_bench.hpp"
#include "tests/guest/support/tiny_terminal.hpp"

using namespace emsctl::guest;
using namespace std::chrono_literals;
using namespace std::string_literals;
using support::sac_bench;
using support::tiny_terminal;

namespace {

std::string picture(const std::string& bytes) {
    tiny_terminal far;
    far.feed(bytes);
    std::string all;
    for (const std::string& line : far.lines()) all += line + "\n";
    return all;
}

}  // namespace

TEST_SUITE("guest/channel_command") {
    TEST_CASE("login and shell start on Windows 11 are as captured") {
        sac_bench bench;
        bench.driver.register_service(true);
        bench.type_and_wait("cmd\r");
        bench.type_and_wait("ch -sn cmd0001\r");
        std::string login = bench.type_and_wait("\b");
        login += bench.type("skills\r\r");
        login += bench.type("secret\r");
        CHECK(login ==
              "\033[2J\033[0;0H\r\nPlease enter login credentials.\r\n\0Username: \0skills\r\n"
              "Domain  : \0\r\nPassword: \0******\r\n\r\nAttempting to authenticate...\r\n\0"s);

        std::string blank_rows;
        for (int i = 0; i < 19; ++i) blank_rows += "\033[K\r\n";
        CHECK(bench.wait(10s) ==
              "\033[18t\033[18t\033[?25l\033[2J\033[m\033[HMicrosoft Windows [Version 10.0.22621.2283]\r\n"
              "(c) Microsoft Corporation. All rights reserved.\033[4;1HC:\\Windows\\System32>"
              "\033]0;Administrator: C:\\Windows\\system32\\cmd.exe\a\033[?25h"
              "\033[?25l\033[HMicrosoft Windows [Version 10.0.22621.2283]\033[K\r\n"
              "(c) Microsoft Corporation. All rights reserved.\033[K\r\n\033[K\r\nC:\\Windows\\System32>\033[K\r\n" +
                  blank_rows + "\033[K\033[4;21H\033[?25h");

        SUBCASE("around one command") {
            CHECK(bench.type_and_wait("tool.exe  --x\r") ==
                  "tool.exe  --x\r\n\033]0;Administrator: C:\\Windows\\system32\\cmd.exe - tool.exe  --x\a"
                  "\033[?25ltool.exe  --x\033[7;1HC:\\Windows\\System32>"
                  "\033]0;Administrator: C:\\Windows\\system32\\cmd.exe\a\033[?25h");
        }
        SUBCASE("Enter on an empty line") {
            CHECK(bench.type_and_wait("\r") == "\r\nC:\\Windows\\System32>");
        }
        SUBCASE("the echo of a line comes before what answers at once") {
            CHECK(bench.type_and_wait("cls\r").rfind("cls\r\n\033[?25l\033[HC:\\Windows\\System32>\033[K\r\n", 0) == 0);
        }
        SUBCASE("^C ends what runs") {
            bench.type("wait 60000\r");
            bench.wait(2s);
            CHECK(bench.type_and_wait("\x03").find("C:\\Windows\\System32>") != std::string::npos);
        }
        SUBCASE("what is typed ahead waits for the prompt") {
            bench.type("wait 1000\r");
            bench.type("later\r");
            const std::string out = bench.wait(5s);
            CHECK(out.find("C:\\Windows\\System32>later\r\n") != std::string::npos);
        }
        SUBCASE("looked at again, it is repainted, with what ran meanwhile") {
            bench.type("wait 1000\r");
            bench.type_and_wait("\033\t0\b");
            bench.type("\033\t");
            const std::string out = bench.type_and_wait("\b");
            CHECK(out.rfind("\033[?25l\033[H", 0) == 0);
            CHECK(picture(out).find("C:\\Windows\\System32>wait 1000\n\nC:\\Windows\\System32>\n") !=
                  std::string::npos);
        }
        SUBCASE("locked, it asks for credentials again and goes on where it was") {
            bench.type_and_wait("\033\t0\b");
            CHECK(bench.type("lock\r").find("Locked access to all Command Prompt channels.") != std::string::npos);
            bench.type_and_wait("ch -si 1\r");
            CHECK(bench.type("\b").find("Please enter login credentials.") != std::string::npos);
            const std::string out = bench.type_and_wait("skills\r\rsecret\r");
            CHECK(picture(out.substr(out.rfind("\033[H"))).find("Version 10.0.22621.2283") != std::string::npos);
        }
    }

    TEST_CASE("a wrong password ends the session in the SAC switch screen") {
        sac_bench bench;
        bench.driver.register_service(true);
        bench.type_and_wait("cmd\r");
        bench.type_and_wait("ch -si 1\r ");
        const std::string out = bench.type_and_wait("skills\r\rwrong\r");
        CHECK(out.find("Unable to authenticate") != std::string::npos);
        CHECK(out.find("<name>SAC</name>") != std::string::npos);
        CHECK(out.find("Attempting") < out.find("Unable"));
    }

    TEST_CASE("backspace works in the login") {
        sac_bench bench;
        bench.driver.register_service(true);
        bench.type_and_wait("cmd\r");
        bench.type_and_wait("ch -si 1\r ");
        CHECK(bench.type("skx\b\r\rab\x7f\r").find("skx\b \b\r\nDomain  : \0\r\nPassword: \0**\b \b\r\n"s) == 0);
    }

    TEST_CASE("an image without accounts goes straight to the shell") {
        sac_bench bench("winpe");
        bench.driver.register_service(true);
        bench.type_and_wait("cmd\r");
        CHECK(bench.type_and_wait("ch -si 1\r ").find("System32>") != std::string::npos);
    }

    TEST_CASE("Server 2019 merges equal neighbours typed within its window, Windows 11 does not") {
        for (const std::string name : {"2019", "windows-11"}) {
            CAPTURE(name);
            sac_bench bench(name);
            bench.open_shell();
            const std::string seen = name == "2019" ? "adres\n" : "address\n";
            const std::string out = bench.type_and_wait("address\r");
            tiny_terminal far;
            far.feed(out);
            CHECK(picture(out).find(seen) != std::string::npos);
        }
    }

    TEST_CASE("Server 2019 takes equal keys that are far enough apart") {
        sac_bench bench("2019");
        bench.open_shell();
        std::string out = bench.type("ad");
        out += bench.wait(1500ms);
        out += bench.type("d");
        out += bench.type_and_wait("er\r");
        CHECK(picture(out).find("adder\n") != std::string::npos);
    }

    TEST_CASE("keys typed right after the first prompt are eaten, only Enter is not") {
        sac_bench bench("2019");
        bench.values.startup_race = 2s;
        bench.values.equal_key_window = {};
        bench.driver.register_service(true);
        bench.type_and_wait("cmd\r");
        bench.type_and_wait("ch -si 1\r ");
        bench.type("skills\r\rsecret\r");
        bench.wait(bench.values.authentication + bench.values.shell_start + 300ms);
        CHECK(picture(bench.type_and_wait("echo\r")).find("echo") == std::string::npos);
        CHECK(picture(bench.type_and_wait("echo\r")).find("echo") != std::string::npos);
    }

    TEST_CASE("Escape clears the line, arrows and Delete edit it, function keys do nothing") {
        sac_bench bench;
        bench.open_shell();
        std::string out = bench.type("rubbish\033\033");  // a lone ESC is held until the next key
        out += bench.type("a");                           // which here is another ESC, and then "a"
        out += bench.type("cd\033[D\033[Db\0334\033k!\033h\033-");
        out += bench.type_and_wait("\r");
        CHECK(picture(out).find("bcd!\n") != std::string::npos);
    }
}
