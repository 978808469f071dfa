#include "sac/vt_parser.hpp"

#include <doctest/doctest.h>

// Most of the parser's behaviour stands in scripts/10_parser.test; here is what needs loops.
using namespace emsctl::sac;

namespace {

struct counting_sink final : vt_sink {
    std::u32string printed;
    std::string titles;
    int sequences = 0;
    control_sequence last;

    void print(char32_t c) override { printed.push_back(c); }
    void control(char) override {}
    void sequence(const control_sequence& s) override {
        ++sequences;
        last = s;
    }
    void escape(char, char) override {}
    void title(std::string_view t) override { titles += t; }
};

}  // namespace

TEST_SUITE("sac/vt_parser") {
    TEST_CASE("every code point comes through as itself") {
        for (char32_t c = 0x20; c <= 0x10FFFF; c += c < 0x800 ? 1 : 97) {
            if (c == 0x7F || (c >= 0xD800 && c <= 0xDFFF)) continue;
            std::string bytes;
            append_utf8(bytes, c);
            counting_sink sink;
            vt_parser parser;
            for (const char b : bytes) parser.feed({&b, 1}, sink);
            REQUIRE(sink.printed == std::u32string(1, c));
        }
    }
    TEST_CASE("NUL may stand anywhere") {
        const std::string bytes = "a\x1b[12;3Hb\xe2\x82\xac\x1b]0;t\a";
        std::string holed;
        for (const char b : bytes) holed += std::string("\0\0", 2) + b;
        counting_sink sink;
        vt_parser parser;
        parser.feed(holed, sink);
        CHECK(sink.printed == U"ab\u20ac");
        CHECK(sink.titles == "t");
        CHECK(sink.last.at(0, 0) == 12);
        CHECK(sink.last.at(1, 0) == 3);
    }
    TEST_CASE("an absent or zero parameter takes the default") {
        counting_sink sink;
        vt_parser parser;
        parser.feed("\x1b[0;H", sink);
        CHECK(sink.last.at(0, 1) == 1);
        CHECK(sink.last.at(1, 7) == 7);
        CHECK(sink.last.at(20, 5) == 5);
    }
    TEST_CASE("endless strings and parameters need no memory and end at the next escape") {
        counting_sink sink;
        vt_parser parser;
        parser.feed("\x1b]0;", sink);
        for (int i = 0; i < 1000; ++i) parser.feed(std::string(1000, 'x'), sink);
        parser.feed("\x1b[", sink);
        CHECK(sink.titles.size() <= 4096);
        for (int i = 0; i < 1000; ++i) parser.feed("9999;", sink);
        parser.feed("Hok", sink);
        CHECK(sink.sequences == 0);
        CHECK(sink.printed == U"ok");
    }
}
