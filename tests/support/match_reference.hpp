// Where matches are, found the slow way: RE2 is asked about every piece of a text. What sac/matcher.hpp promises, said
// once more without states, pieces or memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sac/pattern.hpp"

namespace emsctl::test {

struct reference_match {
    std::size_t number;
    std::uint64_t begin, end;
    bool operator==(const reference_match&) const = default;
};

// The first of a wait that begins at `from`, again and again behind each match, until there is none.
std::vector<reference_match> waits_by_force(const std::vector<sac::pattern>& patterns, const std::string& text,
                                            bool is_finished);
// Every occurrence of standing patterns.
std::vector<reference_match> occurrences_by_force(const std::vector<sac::pattern>& patterns, const std::string& text,
                                                  bool is_finished);

}  // namespace emsctl::test
