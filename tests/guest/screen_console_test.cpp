#include "sac/guest/screen_console.hpp"

#include <doctest/doctest.h>

#include "sac/guest/task.hpp"

using namespace emsctl::guest;
using namespace std::chrono_literals;
using kind = console_key::kind;

namespace {

task<> read_two_lines(console& con, std::string& seen) {
    con.write("? ");
    seen = co_await con.read_line();
    const instant length = 1s;
    co_await con.pause(length);
    seen += "|" + co_await con.read_line();
}

void type(screen_console& con, std::u32string_view text, instant now) {
    for (char32_t c : text) con.key({c == U'\r' ? kind::enter : kind::text, c == U'\r' ? 0 : c}, now);
}

}  // namespace

TEST_SUITE("guest/screen_console") {
    TEST_CASE("a full row wraps at once, and a line end after it leaves an empty row") {
        screen_console con;
        con.write(std::string(80, 'x') + "\r\ny");
        CHECK(con.row() == 2);
        CHECK(con.row_text(1).empty());
        CHECK(con.row_text(2) == U"y");
    }

    TEST_CASE("the last row scrolls the picture") {
        screen_console con;
        for (int i = 0; i < 30; ++i) con.write(std::to_string(i) + "\r\n");
        CHECK(con.row_text(0) == U"7");
        CHECK(con.row_text(22) == U"29");
        CHECK(con.row() == 23);
    }

    TEST_CASE("what is typed while a program runs is echoed when it asks") {
        screen_console con;
        std::string seen;
        task<> program = read_two_lines(con, seen);
        program.start();
        con.settle(0s);
        type(con, U"one\rtwo\r", 0s);
        CHECK(seen == "one");
        CHECK(con.row_text(1).empty());
        CHECK(con.next_event() == instant(1s));
        con.advance(1s);
        CHECK(seen == "one|two");
        CHECK(con.row_text(0) == U"? one");
        CHECK(con.row_text(1) == U"two");
        CHECK(program.is_done());
    }

    TEST_CASE("a line longer than the screen is wide is edited across its rows") {
        screen_console con;
        std::string seen;
        task<> program = read_two_lines(con, seen);
        program.start();
        con.settle(0s);
        type(con, std::u32string(100, U'a'), 0s);
        CHECK(con.row() == 1);
        CHECK(con.column() == 22);
        for (int i = 0; i < 30; ++i) con.key({kind::backspace, 0}, 0s);
        CHECK(con.row() == 0);
        CHECK(con.row_text(1).empty());
        con.key({kind::home, 0}, 0s);
        con.key({kind::erase, 0}, 0s);
        type(con, U"bc\r", 0s);
        CHECK(seen == "bc" + std::string(69, 'a'));
    }

    TEST_CASE("long lines at the bottom scroll and keep their place") {
        screen_console con;
        for (int i = 0; i < 23; ++i) con.write("\r\n");
        std::string seen;
        task<> program = read_two_lines(con, seen);
        program.start();
        con.settle(0s);
        type(con, std::u32string(90, U'a'), 0s);
        con.key({kind::escape, 0}, 0s);
        CHECK(con.row() == 22);
        CHECK(con.column() == 2);
        CHECK(con.row_text(22) == U"?");
    }
}
