#include "sac/dialogue.hpp"

#include <doctest/doctest.h>

using namespace emsctl::sac;
using rows = std::vector<std::string>;

namespace {

expected_text awaiting(std::string text, bool is_regex, std::string fail) {
    expected_text one;
    one.what.text = std::move(text);
    one.what.is_regex = is_regex;
    one.fail = std::move(fail);
    return one;
}

}  // namespace

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

    TEST_CASE("what ends first decides, of two that end together the one that is listed first") {
        const std::vector<expected_text> texts{awaiting("error", false, "it failed"), awaiting("ok", false, ""),
                                               awaiting("ok, but", false, "half")};
        const auto which = [&](const rows& lines) {
            expectation awaited(texts);
            return awaited.is_met_by(lines) ? static_cast<int>(awaited.found()->number) : -1;
        };
        CHECK(which({"nothing"}) == -1);
        CHECK(which({"x", "all ok"}) == 1);
        CHECK(which({"ok, but slow"}) == 1);
        CHECK(which({"ok then error"}) == 1);
        CHECK(which({"error", "ok"}) == 0);
        CHECK(which({"er", "ror"}) == -1);
        CHECK(which({}) == -1);
    }

    TEST_CASE("a regular expression may span lines, and the line at the cursor may go on") {
        expectation awaited({awaiting("PID (?P<pid>\\d+)$", true, "")});
        CHECK_FALSE(awaited.is_met_by({"PID 12"}));
        CHECK(awaited.explanation() ==
              "  /PID (?P<pid>\\d+)$/: all of it came, but not what it wants to stand behind \"PID 12\"");
        REQUIRE(awaited.is_met_by({"PID 123", ""}));
        CHECK(*awaited.found()->captures[0].text == "123");
        expectation lines({awaiting("one\\ntwo", true, "")});
        CHECK(lines.is_met_by({"one", "two"}));
    }
}
