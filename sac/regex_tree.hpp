// A regular expression as a tree over characters. It reads what RE2 has accepted, in the same way; greed and groups are
// forgotten, because they do not change where a match can end.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sac/code_ranges.hpp"

namespace emsctl::sac {

// Where between two bytes an assertion such as ^ or \b holds: a bit for each pair of what stands before and behind.
enum class side : unsigned { edge, newline, word, other };  // edge: the begin or the end of the stream
using gaps = std::uint16_t;
constexpr gaps any_gap = 0xffff;
constexpr gaps no_gap = 0;

constexpr gaps gap(side before, side behind) {
    return static_cast<gaps>(1u << (static_cast<unsigned>(before) * 4 + static_cast<unsigned>(behind)));
}
constexpr side side_of(unsigned char byte) {
    if (byte == '\n') return side::newline;
    const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return is_letter || (byte >= '0' && byte <= '9') || byte == '_' ? side::word : side::other;
}

struct regex_tree {
    enum class kind { nothing, characters, sequence, choice, repetition, assertion };
    static constexpr int no_limit = -1;

    kind what = kind::nothing;
    code_ranges characters;
    gaps where = any_gap;  // of an assertion
    int least = 0, most = 0;
    std::vector<regex_tree> parts;
};

regex_tree tree_of_regex(std::string_view regex);  // which RE2 accepts with (?m) before it

}  // namespace emsctl::sac
