// Seeded random input for the whole pure chain: nothing may crash, and no cut may show.
#include <doctest/doctest.h>

#include <random>

#include "tests/support/screen_text.hpp"

using namespace emsctl;

namespace {

std::string ascii_heavy(std::mt19937_64& random) {
    std::string bytes;
    for (int i = 0; i < 3000; ++i) {
        const auto dice = random() % 20;
        bytes.push_back(static_cast<char>(dice == 0 ? random() % 256 : dice == 1 ? random() % 32 : 32 + random() % 95));
    }
    return bytes;
}

std::string escape_heavy(std::mt19937_64& random) {
    static const std::vector<std::string> pieces = {"\x1b[",
                                                    ";",
                                                    "?",
                                                    "99999999999",
                                                    "12",
                                                    "H",
                                                    "J",
                                                    "K",
                                                    "r",
                                                    "L",
                                                    "M",
                                                    "P",
                                                    "@",
                                                    "X",
                                                    "S",
                                                    "T",
                                                    "m",
                                                    "38",
                                                    "A",
                                                    "B",
                                                    "C",
                                                    "D",
                                                    "E",
                                                    "\x1b]0;",
                                                    "\a",
                                                    "\x1b\\",
                                                    "\x1bM",
                                                    "\x1b"
                                                    "D",
                                                    "\x1b"
                                                    "7",
                                                    "\x1b"
                                                    "8",
                                                    "\x1b"
                                                    "c",
                                                    "\r\n",
                                                    "\b",
                                                    "\t",
                                                    "\xe2\x82\xac",
                                                    "\xc3",
                                                    "<BP>\n",
                                                    "<?xml>\n",
                                                    "SAC>",
                                                    "<name>x</name>\n",
                                                    "<channel-switch>\n",
                                                    "</channel-switch>\n",
                                                    "#> "};
    std::string bytes;
    for (int i = 0; i < 1500; ++i) {
        bytes += pieces[random() % pieces.size()];
        if (random() % 3 == 0) bytes.push_back(static_cast<char>(random() % 256));
    }
    return bytes;
}

void check_cuts(const std::string& bytes, std::uint64_t seed) {
    CAPTURE(seed);
    sac::far_end whole;
    sac::far_end bytewise;
    sac::far_end cut;
    test::feed_whole(whole, bytes);
    test::feed_bytewise(bytewise, bytes);
    test::feed_cut(cut, bytes, seed);
    const auto seen = test::everything_seen(whole);
    CHECK((seen == test::everything_seen(bytewise)));
    CHECK((seen == test::everything_seen(cut)));
    CHECK(whole.picture() == bytewise.picture());
    CHECK(whole.line_from("#> ") == cut.line_from("#> "));
    const auto& picture = whole.picture();
    CHECK(picture.cursor_row() >= 0);
    CHECK(picture.cursor_row() < picture.rows());
    CHECK(picture.cursor_column() >= 0);
    CHECK(picture.cursor_column() <= picture.columns());
}

}  // namespace

TEST_SUITE("sac/random_input") {
    TEST_CASE("random text never crashes the far end and no cut shows") {
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            std::mt19937_64 random(seed);
            check_cuts(ascii_heavy(random), seed);
        }
    }
    TEST_CASE("random escape sequences never crash the far end and no cut shows") {
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            std::mt19937_64 random(seed);
            check_cuts(escape_heavy(random), seed);
        }
    }
}
