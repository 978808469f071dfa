#include "sac/screen.hpp"

#include <doctest/doctest.h>

#include "tests/support/screen_text.hpp"

// The 80th column stands in scripts/20_eightieth_column.test.
using namespace emsctl;
using sac::screen;

namespace {

screen after(std::string_view bytes, int rows = 24, int columns = 80) {
    screen s(rows, columns);
    sac::vt_parser parser;
    parser.feed(bytes, s);
    return s;
}

std::string seen(std::string_view bytes, int rows = 4, int columns = 6) {
    return test::screen_text(after(bytes, rows, columns));
}

}  // namespace

TEST_SUITE("sac/screen") {
    TEST_CASE("a full repaint of the same picture changes nothing a person sees") {
        const auto bytes = test::golden::conpty_shell();
        const auto repaint = bytes.find("\x1b[?25l\x1b[H");
        CHECK(test::screen_text(after(bytes)) == test::screen_text(after(std::string_view(bytes).substr(0, repaint))));
    }
    TEST_CASE("two ways to the same picture are the same screen") {
        CHECK(after("abc") == after("xbc\ra\x1b[2C"));
        CHECK(after("abc") != after("abd"));
    }
    TEST_CASE("SAC's repaint gives rows of 80, the short ones too") {
        const auto s = after(test::golden::sac_repaint());
        CHECK(s.row_text(22) == "SAC>ch -sn Cmd0001");
        CHECK(s.row_text(23) == "SAC>");
        CHECK(s.cursor_row() == 23);
        CHECK(s.cursor_column() == 4);
    }
    TEST_CASE("lines scroll within their region only") {
        CHECK(seen("1\r\n2\r\n3\r\n4") == "1\n2\n3\n4\n@3,1");
        CHECK(seen("1\r\n2\r\n3\r\n4\n") == "2\n3\n4\n@3,1");
        CHECK(seen("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\n") == "1\n3\n\n4\n@2,0");
        CHECK(seen("1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[2;1H\x1bM") == "1\n\n2\n4\n@1,0");
        CHECK(seen("1\r\n2\r\n3\r\n4\x1b[2;1H\x1b[L") == "1\n\n2\n3\n@1,0");
        CHECK(seen("1\r\n2\r\n3\r\n4\x1b[2;1H\x1b[M") == "1\n3\n4\n@1,0");
    }
    TEST_CASE("erasing and shifting within a line") {
        CHECK(seen("abcdef\x1b[1;3H\x1b[K") == "ab\n@0,2");
        CHECK(seen("abcdef\x1b[1;3H\x1b[1K") == "   def\n@0,2");
        CHECK(seen("abcdef\x1b[1;3H\x1b[2@") == "ab  cd\n@0,2");
        CHECK(seen("abcdef\x1b[1;3H\x1b[2P") == "abef\n@0,2");
        CHECK(seen("abcdef\x1b[1;3H\x1b[2X") == "ab  ef\n@0,2");
    }
    TEST_CASE("movements stop at the edges, however far they go") {
        CHECK(seen("\x1b[999;999H") == "\n@3,5");
        CHECK(seen("\x1b[0;0H") == "\n@0,0");
        CHECK(seen("\x1b[99999999999C\x1b[99999999999B") == "\n@3,5");
        for (const char final : std::string_view("ABCDEFGHJKLMPSTX@dfr"))
            for (const auto* count : {"", "0", "1", "9999", "99999999999999999999"}) {
                const auto s = after("abc\x1b[" + std::string(count) + final + "x", 4, 6);
                CHECK(s.cursor_column() <= 6);
            }
    }
    TEST_CASE("colours and attributes are cells' own") {
        const auto s = after("\x1b[1;31;44ma\x1b[22;39mb\x1b[0mc\x1b[38;5;7md");
        CHECK(s.at(0, 0) == sac::cell{U'a', 1, 4, 1});
        CHECK(s.at(0, 1) == sac::cell{U'b', 7, 4, 0});
        CHECK(s.at(0, 2) == sac::cell{U'c', 7, 0, 0});
        CHECK(s.at(0, 3) == sac::cell{U'd', 7, 0, 0});
    }
    TEST_CASE("a reset forgets everything but the size") {
        CHECK(after("junk\x1b]0;t\a\x1b[2;3r\x1b[31m\x1b"
                    "c",
                    4, 6) == screen(4, 6));
    }
}
