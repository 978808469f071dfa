#include "sac/echo_watch.hpp"

#include <doctest/doctest.h>

using namespace emsctl::sac;
using verdict = echo_watch::verdict;

TEST_SUITE("sac/echo_watch") {
    TEST_CASE("typed text that appears at the cursor was shown, key by key or late and together") {
        echo_watch watch;
        watch.output("C:\\>");
        CHECK(watch.decide() == verdict::nothing);
        watch.typed("d");
        CHECK(watch.decide() == verdict::undecided);
        watch.output("d");
        CHECK(watch.decide() == verdict::shown);
        CHECK(watch.decide() == verdict::nothing);
        watch.typed("i");
        watch.typed("r\r");
        CHECK(watch.decide() == verdict::undecided);
        watch.output("ir\r\n listing");
        CHECK(watch.decide() == verdict::shown);
    }

    TEST_CASE("text that is not shown before the next line was hidden, stars or not") {
        for (const std::string echo : {"", "******"}) {
            echo_watch watch;
            watch.output("Password: ");
            watch.typed("se");
            watch.output(echo.substr(0, 2));
            CHECK(watch.decide() == verdict::undecided);
            watch.typed("cret\r");
            watch.output(echo.substr(echo.empty() ? 0 : 2));
            CHECK(watch.decide() == verdict::undecided);
            watch.output("\r\nWelcome se");
            CHECK(watch.decide() == verdict::hidden);
        }
    }

    TEST_CASE("a line editor that paints its line anew has shown it") {
        echo_watch watch;
        watch.output("PS C:\\> ");
        for (const std::string line : {"G", "Ge", "Get"}) {
            watch.typed(line.substr(line.size() - 1));
            watch.output("\x1b[1;9H\x1b[93m" + line + "\x1b[m");
            CHECK(watch.decide() == verdict::shown);
        }
    }

    TEST_CASE("what was taken back, and keys that are no text, wait for nothing") {
        echo_watch watch;
        watch.typed("a");
        watch.typed("\b");
        CHECK(watch.decide() == verdict::nothing);
        watch.typed("\x1b[A");
        watch.typed("\r\x03\t");
        CHECK(watch.decide() == verdict::nothing);
    }

    TEST_CASE("letters of a hidden text that pass by elsewhere do not count as its echo") {
        echo_watch watch;
        watch.output("Password: ");
        watch.typed("abc");
        watch.output("\x1b[5;1Habc is on another line\x1b[1;11H");
        CHECK(watch.decide() == verdict::undecided);
        watch.typed("\r");
        watch.output("\r\n");
        CHECK(watch.decide() == verdict::hidden);
    }
}
