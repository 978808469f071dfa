// Random patterns over random texts: the matcher finds what brute force finds, however the text is cut and however
// little memory there is.
#include <doctest/doctest.h>

#include <random>

#include "sac/matcher.hpp"
#include "tests/support/match_reference.hpp"

using namespace emsctl::sac;
using emsctl::test::reference_match;

namespace {

using random_bits = std::mt19937_64;
using patterns_ready = std::shared_ptr<const pattern_set>;

std::size_t below(random_bits& r, std::size_t count) {
    return static_cast<std::size_t>(r() % count);
}

std::string any_of(random_bits& r, std::initializer_list<const char*> words) {
    return *(words.begin() + below(r, words.size()));
}

std::string random_regex(random_bits& r, int depth) {
    if (depth == 0 || below(r, 3) == 0)
        return any_of(r, {"a",     "b",      "ab",      ".",       "[ab]",    "[^a]", "\\w",     "\\s", "é",
                          "[é-ü]", "^",      "$",       "\\b",     "\\B",     "\\A",  "\\z",     "\n",  "(?i:K)",
                          "\\pL",  "(?s:.)", "(?-m:^)", "(?-m:$)", "\\x{e9}", " ",    "\\Qa.\\E"});
    const auto one = random_regex(r, depth - 1);
    switch (below(r, 6)) {
        case 0:
            return "(" + one + ")" + any_of(r, {"*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{3,5}"});
        case 1:
            return "(?:" + one + "|" + random_regex(r, depth - 1) + ")";
        case 2:
            return "(" + one + "|)" + random_regex(r, depth - 1);
        default:
            return one + random_regex(r, depth - 1);
    }
}

std::vector<pattern> random_patterns(random_bits& r) {
    std::vector<pattern> all;
    const auto count = 1 + below(r, 3);
    while (all.size() < count) {
        pattern one;
        one.is_regex = below(r, 4) != 0;
        one.text = one.is_regex ? random_regex(r, 3) : any_of(r, {"a", "ab", "aa", "b\n", "é", "abab"});
        if (below(r, 2) == 0) one.longest = 1 + below(r, 8);
        if (!fault_of(one)) all.push_back(std::move(one));
    }
    return all;
}

std::string random_text(random_bits& r) {
    std::string text;
    for (auto left = below(r, 30); left-- > 0;)
        text += any_of(r, {"a", "b", "a", "b", "\n", " ", "é", "k", "\xe2\x84\xaa", "\xc3", "\xbf", "!", "_", "."});
    return text;
}

std::vector<reference_match> waits(const patterns_ready& set, std::string_view text, bool is_finished,
                                   std::size_t piece, match_limits limits) {
    matcher m(limits);
    std::vector<reference_match> all;
    m.await(set);
    const auto pull = [&] {
        while (const auto found = m.arrived()) {
            all.push_back({found->number, found->begin, found->end});
            CHECK(found->text == text.substr(found->begin, found->end - found->begin));
            m.await(set);
        }
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        m.feed(text.substr(at, piece));
        pull();
    }
    if (is_finished) m.finish();
    pull();
    return all;
}

std::vector<reference_match> occurrences(const patterns_ready& set, std::string_view text, bool is_finished,
                                         std::size_t piece, match_limits limits) {
    matcher m(limits);
    std::vector<reference_match> all;
    m.watch(set);
    const auto pull = [&] {
        while (const auto found = m.occurred()) all.push_back({found->number, found->begin, found->end});
    };
    for (std::size_t at = 0; at < text.size(); at += piece) {
        m.feed(text.substr(at, piece));
        pull();
    }
    if (is_finished) m.finish();
    pull();
    return all;
}

}  // namespace

namespace doctest {
template <>
struct StringMaker<std::vector<reference_match>> {
    static String convert(const std::vector<reference_match>& all) {
        std::string text;
        for (const auto& one : all)
            text += std::to_string(one.number) + ":" + std::to_string(one.begin) + "-" + std::to_string(one.end) + " ";
        return text.c_str();
    }
};
}  // namespace doctest

TEST_SUITE("sac/matcher_property") {
    TEST_CASE("random patterns match where brute force says, for every cut and with hardly any memory") {
        for (std::uint64_t seed = 0; seed < 250; ++seed) {
            random_bits r(seed);
            const auto patterns = random_patterns(r);
            const auto text = random_text(r);
            const bool is_finished = below(r, 2) == 0;
            std::string shown;
            for (const auto& one : patterns)
                shown += (one.is_regex ? "/" : "\"") + one.text + " (" + std::to_string(one.longest) + ") ";
            CAPTURE(seed);
            CAPTURE(shown);
            CAPTURE(text);
            const match_limits little{1024, 1};
            const auto set = std::make_shared<const pattern_set>(patterns);
            const auto wanted = emsctl::test::waits_by_force(patterns, text, is_finished);
            const auto all = emsctl::test::occurrences_by_force(patterns, text, is_finished);
            for (const std::size_t piece : {text.size() + 1, std::size_t{1}, 1 + below(r, 5)}) {
                CAPTURE(piece);
                CHECK(waits(set, text, is_finished, piece, {}) == wanted);
                CHECK(waits(set, text, is_finished, piece, little) == wanted);
                CHECK(occurrences(set, text, is_finished, piece, {}) == all);
                CHECK(occurrences(set, text, is_finished, piece, little) == all);
            }
        }
    }
}
