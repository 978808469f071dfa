#include "sac/matcher.hpp"

#include <doctest/doctest.h>

using namespace emsctl::sac;

namespace {

pattern text(std::string what) {
    return {std::move(what), false};
}
pattern regex(std::string what, std::size_t longest = pattern::usual_length) {
    return {std::move(what), true, longest};
}
std::shared_ptr<const pattern_set> set_of(std::vector<pattern> patterns) {
    return std::make_shared<const pattern_set>(std::move(patterns));
}

// The first match of a wait, as "number:text"; empty: none.
std::string first(std::vector<pattern> patterns, std::string_view stream) {
    matcher m;
    m.await(set_of(std::move(patterns)));
    m.feed(stream);
    const auto found = m.arrived();
    return found ? std::to_string(found->number) + ":" + found->text : "";
}

}  // namespace

TEST_SUITE("sac/matcher") {
    TEST_CASE("the match that ends first wins, of two that end together the first pattern") {
        CHECK(first({text("long text"), text("ong")}, "a long text") == "1:ong");
        CHECK(first({text("b"), text("ab")}, "ab") == "0:b");
        CHECK(first({text("ab"), text("b")}, "ab") == "0:ab");
        CHECK(first({regex("a+b"), regex("[ab]+b")}, "xaab") == "0:aab");
        CHECK(first({text("absent")}, "abs ent") == "");
    }

    TEST_CASE("a match begins as early as it can") {
        CHECK(first({regex("\\w+>")}, "C root>") == "0:root>");
        CHECK(first({regex("x.*y")}, "axbxy") == "0:xbxy");
    }

    TEST_CASE("the next wait goes on behind the last match, also in what has come already") {
        matcher m;
        m.await(set_of({text("aa")}));
        m.feed("aaab");
        CHECK(m.arrived()->end == 2);
        CHECK_FALSE(m.arrived());
        m.await(set_of({regex("a|ab")}));
        const auto second = m.arrived();
        REQUIRE(second);
        CHECK(second->begin == 2);
        CHECK(second->end == 3);
        m.skip();
        m.await(set_of({text("b")}));
        CHECK_FALSE(m.arrived());
        m.feed("b");
        CHECK(m.arrived()->begin == 4);
    }

    TEST_CASE("standing patterns tell of each occurrence, each behind its own last one") {
        matcher m;
        m.watch(set_of({text("aa"), regex("\\bab?"), regex("a$")}));
        std::string all;
        for (const char c : std::string("aaaab a\n")) {
            m.feed({&c, 1});
            while (const auto found = m.occurred())
                all += std::to_string(found->number) + "@" + std::to_string(found->end) + " ";
        }
        CHECK(all == "1@1 0@2 0@4 1@7 2@7 ");
    }

    TEST_CASE("what looks at the byte behind it is certain when that byte is there, or the stream is over") {
        matcher m;
        m.await(set_of({regex("ready$"), regex("done\\b")}));
        m.feed("ready");
        CHECK_FALSE(m.arrived());
        m.feed(".\nready");
        CHECK_FALSE(m.arrived());
        SUBCASE("a byte") {
            m.feed("\n");
        }
        SUBCASE("the end") {
            m.finish();
        }
        const auto found = m.arrived();
        REQUIRE(found);
        CHECK(found->end == 12);
    }

    TEST_CASE("groups have numbers and names, and those that took no part have no text") {
        matcher m;
        m.await(set_of({regex("(?P<user>\\w+)@(\\w+)(:\\d+)? (?P<empty>x*)end")}));
        m.feed("to: joe@host end");
        const auto found = m.arrived();
        REQUIRE(found);
        REQUIRE(found->captures.size() == 4);
        CHECK(found->captures[0].name == "user");
        CHECK(*found->captures[0].text == "joe");
        CHECK(found->captures[1].name.empty());
        CHECK(*found->captures[1].text == "host");
        CHECK_FALSE(found->captures[2].text);
        CHECK(found->captures[3].text->empty());
    }

    TEST_CASE("what is longer than its bound is no match, and that is told") {
        const auto wait = [](std::size_t gap, std::size_t states) {
            matcher m({1024, states});
            m.await(set_of({regex("begin[^e]*end", 1000), text("never")}));
            m.feed("begin" + std::string(gap, '.'));
            m.arrived();
            m.feed("end begin...end");
            const auto found = m.arrived();
            REQUIRE(found);
            const auto misses = m.misses();
            CHECK_FALSE(misses[1].was_too_long);
            return std::pair(found->end - found->begin, misses[0].was_too_long);
        };
        for (const std::size_t states : {std::size_t{1}, match_limits{}.states}) {
            CHECK(wait(992, states) == std::pair<std::uint64_t, bool>(1000, false));
            CHECK(wait(993, states) == std::pair<std::uint64_t, bool>(11, true));
            CHECK(wait(90'000, states) == std::pair<std::uint64_t, bool>(11, true));
        }
    }

    TEST_CASE("many patterns that multiply each other's states stay within their memory and find the same") {
        std::vector<pattern> patterns{regex("a.{30}b"), regex("(a|c)[ac]{12}d")};
        for (char c = 'e'; c < 'm'; ++c) patterns.push_back(regex(std::string(1, c) + ".*" + c + "!"));
        std::string stream;
        std::uint32_t random = 1;
        for (int i = 0; i < 30'000; ++i) {
            random = random * 1664525 + 1013904223;
            stream += "acefghijkl acaca"[random >> 28];
        }
        stream += "k!";
        const auto set = set_of(patterns);
        for (const std::size_t states : {std::size_t{1}, std::size_t{100'000}, match_limits{}.states}) {
            matcher m({1024, states});
            m.await(set);
            m.feed(stream);
            const auto found = m.arrived();
            REQUIRE(found);
            CHECK(found->number == 8);
            CHECK(found->end == stream.size());
        }
    }

    TEST_CASE("what no wait has looked at is forgotten beyond its limit, and counted") {
        matcher m({100, 100'000});
        for (int i = 0; i < 1000; ++i) m.feed("0123456789");
        CHECK(m.forgotten() == 9900);
        m.await(set_of({regex("\\d+")}));
        CHECK(m.arrived()->begin == 9900);
    }

    TEST_CASE("a wait in vain tells how near each pattern came") {
        matcher m;
        const std::vector<pattern> patterns{text("Password: "), regex("error (\\d+)!"), text("zebra"), regex("^end$")};
        m.await(set_of(patterns));
        for (const char c : std::string("Pass Passwor error 12, Passwor?\nend.")) {
            m.feed({&c, 1});
            CHECK_FALSE(m.arrived());
        }
        const auto misses = m.misses();
        REQUIRE(misses.size() == 4);
        CHECK(told(patterns[0], misses[0]) == "\"Password: \": only its first 7 of 10 bytes came: \"Passwor\"");
        CHECK(misses[0].offset == 30);
        CHECK(told(patterns[1], misses[1]) ==
              "/error (\\d+)!/: at least 1 more bytes were needed behind \"Pass Passwor error 12\"");
        CHECK(told(patterns[2], misses[2]) == "\"zebra\": nothing of it came");
        CHECK(told(patterns[3], misses[3]) == "/^end$/: all of it came, but not what it wants to stand behind \"end\"");
    }

    TEST_CASE("an invalid regular expression is refused in RE2's words, with its place") {
        const auto fault = [](std::string what) {
            const auto found = fault_of(regex(std::move(what)));
            return found ? std::to_string(found->at) + ": " + found->message : "";
        };
        CHECK(fault("a(b)(c") == "4: missing ): a(b)(c");
        CHECK(fault("(a))b") == "3: unexpected ): (a))b");
        CHECK(fault("ab[cd") == "2: missing ]: [cd");
        CHECK(fault("a\\*b|*c") == "5: no argument for repetition operator: *");
        CHECK(fault("ab**") == "2: bad repetition operator: **");
        CHECK(fault("x\\y") == "1: invalid escape sequence: \\y");
        CHECK(fault("ok(?<!a)") == "2: invalid perl operator: (?<");
        CHECK(fault("a\\C") == "1: \\C is not supported");
        CHECK(fault("\\Q\\C\\E") == "");
        CHECK(fault("") == "0: an empty pattern");
        CHECK(fault("^$") == "0: a pattern that never takes a byte");
        CHECK(fault("(\\pL{200}){4}") == "0: pattern too large - compile failed");
        CHECK_THROWS_AS(pattern_set({regex("(")}), std::invalid_argument);
    }

    TEST_CASE("half a character and what is no UTF-8 are neither any character nor a class") {
        CHECK(first({regex("a.b")},
                    "a\xc3"
                    "b a\xc3\xa9"
                    "b") ==
              "0:a\xc3\xa9"
              "b");
        CHECK(first({regex("(?i)\xc3\x89t\xc3\xa9")}, "\xc3\xa9T\xc3\x89") == "0:\xc3\xa9T\xc3\x89");
        CHECK(first({text("\xff")}, "a\xff") == "0:\xff");
    }
}
