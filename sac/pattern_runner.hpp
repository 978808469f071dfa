// One pattern of a set, followed byte by byte with the latest begin of what leads to each position: for patterns that
// would need too many states, and for those of which a begin too far back has to be told from one within the bound.
#pragma once

#include <cstdint>
#include <vector>

#include "sac/pattern_set.hpp"

namespace emsctl::sac {

class pattern_runner {
  public:
    pattern_runner(const pattern_set& set, std::size_t number);

    std::size_t number() const { return number_; }
    bool is_idle() const { return active_.empty(); }
    bool may_begin_with(unsigned char byte) const { return starts_[byte]; }
    void clear();

    // The byte at `offset`, behind `before`.
    void step(side before, unsigned char byte, std::uint64_t offset);
    // Only the begin of a match at `offset`.
    void enter(side before, unsigned char byte, std::uint64_t offset);
    // A position that is reached from a begin too far back to count.
    void add_old(automaton::position p) { add(p, 0); }

    // Behind which sides a match ends at `end`, whose last byte is `last`: a bit for each. `too_long` gets those that
    // end there only for begins too far back.
    unsigned ends(std::uint64_t end, side last, unsigned& too_long) const;

    const std::vector<automaton::position>& active() const { return active_; }

  private:
    void add(automaton::position p, std::uint64_t begin);

    const pattern_set* set_;
    std::size_t number_;
    byte_set starts_;
    std::vector<automaton::position> active_, next_;
    std::vector<std::uint64_t> begin_, next_begin_;  // by position, one more than the offset; 0: not reached
};

}  // namespace emsctl::sac
