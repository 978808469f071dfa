#include "src/terminal_filter.hpp"

#include <doctest/doctest.h>

using emsctl::terminal_filter;

TEST_SUITE("src/terminal_filter") {
    TEST_CASE("text, line ends, cursor movement and colours pass") {
        const std::string text = "a\r\n\x1b[2J\x1b[1;1H\x1b[31;40mred\x1b[0m\x1b[K\x1b[?25l\x1b[?25h\x07";
        CHECK(terminal_filter().pass(text) == text);
    }

    TEST_CASE("what a terminal would answer, or would obey beyond its screen, is dropped") {
        CHECK(terminal_filter().pass("a\x1b[18tb") == "ab");
        CHECK(terminal_filter().pass("a\x1b[6nb\x1b[cb\x1b[>cb") == "abbb");
        CHECK(terminal_filter().pass("a\x1b]52;c;aGFjaw==\x07"
                                     "b") == "ab");
        CHECK(terminal_filter().pass("a\x1b]0;title\x1b\\b") == "ab");
        CHECK(terminal_filter().pass("a\x1bP$q\"p\x1b\\b") == "ab");
        CHECK(terminal_filter().pass("a\x1b[?1049hb\x1b[20hb") == "abb");
        CHECK(terminal_filter().pass("a\x1b"
                                     "cb") == "ab");
        CHECK(terminal_filter().pass(std::string("a\0b", 3)) == "ab");
    }

    TEST_CASE("cutting the bytes changes nothing") {
        const std::string text = "x\x1b]0;evil\x07y\x1b[31mz\x1b[18tw\x1bP1$r\x1b\\v";
        terminal_filter whole;
        terminal_filter cut;
        std::string pieces;
        for (const char c : text) pieces += cut.pass(std::string(1, c));
        CHECK(pieces == whole.pass(text));
    }
}
