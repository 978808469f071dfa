#include "sac/dialogue.hpp"

#include <doctest/doctest.h>

using namespace emsctl::sac;
using rows = std::vector<std::string>;

TEST_SUITE("sac/dialogue") {
    TEST_CASE("only what stands behind the line entered last counts") {
        const rows screen{"#> tool", "ready", "ask> go", "done", "ask> "};
        CHECK(lines_behind(screen, 80, "ask> go") == rows{"done", "ask> "});
        CHECK(lines_behind(screen, 80, "#> tool") == rows{"ready", "ask> go", "done", "ask> "});
        CHECK(lines_behind(screen, 80, "has scrolled away") == screen);
        CHECK(lines_behind(screen, 80, "") == screen);
        CHECK(lines_behind({"x> a", "x> a", "b"}, 80, "x> a") == rows{"b"});
    }

    TEST_CASE("a line that the screen broke is one line again") {
        CHECK(lines_behind({"0123456789", "abc", "next"}, 10, "") == rows{"0123456789abc", "next"});
        CHECK(lines_behind({"> 89012345", "67", "said"}, 10, "> 8901234567") == rows{"said"});
        CHECK(lines_behind({"0123456789"}, 10, "") == rows{"0123456789"});
    }

    TEST_CASE("the text that stands first decides, of two at one place the longer") {
        const std::vector<expected_text> texts{{"error", "it failed"}, {"ok", ""}, {"ok, but", "half"}};
        CHECK(first_expected({"nothing"}, texts) == std::nullopt);
        CHECK(first_expected({"x", "all ok"}, texts) == 1U);
        CHECK(first_expected({"ok, but slow"}, texts) == 2U);
        CHECK(first_expected({"ok then error"}, texts) == 1U);
        CHECK(first_expected({"error", "ok"}, texts) == 0U);
        CHECK(first_expected({"er", "ror"}, texts) == std::nullopt);
        CHECK(first_expected({}, texts) == std::nullopt);
    }
}
