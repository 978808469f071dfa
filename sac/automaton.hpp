// A pattern as positions: each takes one byte, and says which positions may take the next one. Conditions of a step are
// about the gap between the two bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sac/code_ranges.hpp"
#include "sac/regex_tree.hpp"

namespace emsctl::sac {

struct automaton {
    using position = std::uint32_t;
    struct step {
        position to;
        gaps where;
    };

    std::vector<byte_set> takes;            // by position
    std::vector<std::vector<step>> follow;  // by position
    std::vector<std::vector<step>> before;  // the same steps backwards
    std::vector<step> first;
    std::vector<gaps> begins, ends;      // by position: where a match may begin before it, end behind it
    std::vector<std::uint32_t> missing;  // by position: bytes that a match needs after it, at least
    std::size_t shortest = 0;            // bytes of a match
    std::optional<std::size_t> longest;  // none: there is no limit
};

constexpr std::size_t most_positions = 20'000;
constexpr std::size_t most_steps = 400'000;

// None when it would be larger than these.
std::optional<automaton> automaton_of_regex(const regex_tree& tree);
automaton automaton_of_text(std::string_view text);

}  // namespace emsctl::sac
