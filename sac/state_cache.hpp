// Sets of positions as numbered states, and where a byte leads from each, found when it is needed: the common case of
// looking for many patterns then costs two look-ups a byte. Memory is bounded: a full cache begins anew.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sac/pattern_set.hpp"

namespace emsctl::sac {

class state_cache {
  public:
    using position = automaton::position;
    using row = std::uint32_t;  // a state, as the place of its row of the table
    static constexpr row unknown = 0xffffffff;
    static constexpr row speaks = 0x80000000;  // a match may end here

    struct ending {
        std::uint32_t number;  // of a pattern
        unsigned sides;        // behind which it ends, a bit for each
    };
    struct state {
        std::vector<position> set;  // ascending
        side last = side::other;    // kind of the byte before, where that matters
        std::vector<ending> endings;
    };
    static constexpr unsigned any_side = 0xf;

    state_cache(const pattern_set& set, std::size_t most_bytes);

    // What a byte of `of_class` leads to: unknown, or a row, perhaps with `speaks`.
    const row* table() const { return table_.data(); }
    const state& of(row r) const { return states_[r / width_]; }

    row find(std::vector<position> set, side last);  // may begin the cache anew: no other row is valid then
    row step(row from, unsigned char byte);          // the same
    bool is_full() const { return used_ > most_bytes_; }
    std::uint64_t times_cleared() const { return times_cleared_; }
    std::size_t size() const { return states_.size(); }
    void clear();

    // What follows the set, without the patterns that are switched off.
    std::vector<position> after(const std::vector<position>& set, side last, unsigned char byte);
    std::vector<position> begun(std::size_t number, side last, unsigned char byte) const;
    void switch_off(std::size_t number) { is_off_[number] = true; }
    bool is_off(std::size_t number) const { return is_off_[number]; }

    // How many different sets of its positions a pattern has in the states.
    std::vector<std::size_t> variety() const;

  private:
    const pattern_set& set_;
    std::size_t width_, most_bytes_, used_ = 0;
    std::uint64_t times_cleared_ = 0;
    std::vector<bool> is_off_;
    std::vector<state> states_;
    std::vector<row> table_;
    std::unordered_multimap<std::size_t, std::uint32_t> by_hash_;
    std::vector<char> is_there_;
};

}  // namespace emsctl::sac
