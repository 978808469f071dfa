#include "sac/screen_paint.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace emsctl::sac;

namespace {

void feed(screen& picture, std::string_view bytes) {
    vt_parser parser;
    parser.feed(bytes, picture);
}

// Cells and cursor; modes and margins are no part of a picture.
bool look_alike(const screen& a, const screen& b) {
    for (int row = 0; row < a.rows(); ++row)
        for (int column = 0; column < a.columns(); ++column)
            if (!(a.at(row, column) == b.at(row, column))) return false;
    return a.cursor_row() == b.cursor_row() && a.cursor_column() == b.cursor_column();
}

}  // namespace

TEST_SUITE("sac/screen_paint") {
    TEST_CASE("what was painted looks the same on another screen, whatever was there before") {
        const std::vector<std::string> pieces{"text",
                                              "\x1b[31;44m",
                                              "\x1b[1;5;7m",
                                              "\x1b[0m",
                                              "\x1b[39;49m",
                                              "\r\n",
                                              "\x1b[5;70H",
                                              "a line that is long enough to wrap at the edge of it",
                                              "\x1b[K",
                                              "\x1b[2J",
                                              "\xC3\xA9\xE2\x94\x80",
                                              "\x1b[24;80Hx",
                                              "\b",
                                              "\x1b[3S"};
        std::mt19937 random(7);
        for (int round = 0; round < 500; ++round) {
            screen original;
            for (int i = 0; i < 30; ++i) feed(original, pieces[random() % pieces.size()]);
            screen copy;
            feed(copy, "rubbish\x1b[7;32m that was there");
            feed(copy, paint(original));
            CHECK(look_alike(original, copy));
        }
    }

    TEST_CASE("an empty screen paints to almost nothing, and a row ends where its text does") {
        screen picture;
        CHECK(paint(picture).size() < 20);
        feed(picture, "\x1b[32mgreen\x1b[0m and plain   ");
        CHECK(paint_row(picture, 0) == "\x1b[0;32;40mgreen\x1b[0m and plain");
        CHECK(paint_row(picture, 1).empty());
    }
}
