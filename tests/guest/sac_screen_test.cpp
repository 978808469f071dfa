#include "sac/guest/sac_screen.hpp"

#include <doctest/doctest.h>

#include <string>

using emsctl::guest::sac_screen;

TEST_SUITE("guest/sac_screen") {
    // The history of one SAC channel on Windows 11 22H2 (22621.2283); the capture's redraw of it has 1,901 bytes.
    std::string captured_history() {
        return "\r\n\r\nComputer is booting, SAC started and initialized.\r\n\r\n"
               "Use the \"ch -?\" command for information about using channels.\r\n"
               "Use the \"?\" command for general help.\r\n\r\n\r\nSAC>"
               "\r\nEVENT: The CMD command is now available.\r\nSAC>"
               "SAC>\r\nSAC>SAC>\r\nSAC>"
               "ch\r\nChannel List\r\n\r\n(Use \"ch -?\" for information on using channels)\r\n\r\n"
               "# Status  Channel Name\r\n0 (AV)    SAC\r\nSAC>"
               "cmd\r\nThe Command Prompt session was successfully launched.\r\nSAC>"
               "\r\nEVENT:   A new channel has been created.  Use \"ch -?\" for channel help.\r\nChannel: "
               "Cmd0001\r\nSAC>"
               "ch -sn Cmd0001\r\nSAC>"
               "\r\nEVENT:   A channel has been closed.\r\nChannel: Cmd0001\r\nSAC>";
    }

    TEST_CASE("the redraw of the captured history has the captured size, head and tail") {
        sac_screen screen;
        screen.write(captured_history());
        const std::string redraw = screen.redraw();
        CHECK(redraw.size() == 1901);
        const std::string head = "\033[2J\033[1;1H\033[0m\033[22m\033[25m\033[27m\033[40m\033[37m";
        const std::string tail =
            "\033[24;1H\033[40m\033[37mSAC>\033[0m\033[0m\033[24;5H\033[22m\033[25m\033[27m\033[40m\033[37m";
        CHECK(redraw.substr(0, head.size()) == head);
        CHECK(redraw.substr(redraw.size() - tail.size()) == tail);
        CHECK(redraw.find("\033[20;1HSAC>ch -sn Cmd0001\033[0m\033[0m\033[21;1H\033[40m\033[37mSAC>\033[0m\033[0m") !=
              std::string::npos);
    }

    TEST_CASE("a fresh screen redraws as 24 rows of 80 blanks") {
        CHECK(sac_screen().redraw().size() ==
              std::string("\033[2J\033[1;1H\033[0m").size() + 15 + 10 + 24 * 80 + 8 * 6 + 15 * 7 + 6 + 15 + 10);
    }

    TEST_CASE("a long line sticks to column 79 and overwrites it") {
        sac_screen screen;
        screen.write(std::string(79, 'a') + "bcd");
        CHECK(screen.at(0, 78).character == U'a');
        CHECK(screen.at(0, 79).character == U'd');
        CHECK(screen.at(1, 0).character == U' ');
        CHECK(screen.column() == 79);
    }

    TEST_CASE("a row that came by scrolling is zeroed") {
        sac_screen screen;
        for (int i = 0; i < 24; ++i) screen.write("\r\n");
        CHECK(screen.at(23, 0).character == 0);
        CHECK(screen.at(22, 0).character == U' ');
        CHECK(screen.redraw().find("\033[0m\033[0m\033[24;1H\033[22m") != std::string::npos);
    }

    TEST_CASE("a character cut between two writes is one character") {
        sac_screen screen;
        screen.write("\xc3");
        screen.write("\xa4");
        CHECK(screen.at(0, 0).character == U'\u00e4');
    }
}
