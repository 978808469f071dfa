#include "sac/pattern_runner.hpp"

#include <algorithm>

namespace emsctl::sac {

using position = automaton::position;

pattern_runner::pattern_runner(const pattern_set& set, std::size_t number) : set_(&set), number_(number) {
    const auto& machine = set[number].machine;
    for (const auto& one : machine.first) starts_ |= machine.takes[one.to];
    begin_.resize(machine.takes.size());
    next_begin_.resize(machine.takes.size());
}

void pattern_runner::clear() {
    for (const auto p : active_) begin_[p] = 0;
    active_.clear();
}

void pattern_runner::add(position p, std::uint64_t begin) {
    if (begin_[p] == 0) active_.push_back(p);
    begin_[p] = std::max(begin_[p], begin + 1);
}

void pattern_runner::step(side before, unsigned char byte, std::uint64_t offset) {
    const auto& machine = (*set_)[number_].machine;
    const auto where = gap(before, side_of(byte));
    active_.swap(next_);
    begin_.swap(next_begin_);
    for (const auto p : next_) {
        for (const auto& one : machine.follow[p])
            if ((one.where & where) && machine.takes[one.to][byte]) add(one.to, next_begin_[p] - 1);
        next_begin_[p] = 0;
    }
    next_.clear();
    enter(before, byte, offset);
}

void pattern_runner::enter(side before, unsigned char byte, std::uint64_t offset) {
    if (!starts_[byte]) return;
    const auto& machine = (*set_)[number_].machine;
    for (const auto& one : machine.first)
        if ((one.where & gap(before, side_of(byte))) && machine.takes[one.to][byte]) add(one.to, offset);
}

unsigned pattern_runner::ends(std::uint64_t end, side last, unsigned& too_long) const {
    const auto& one = (*set_)[number_];
    unsigned sides = 0, old = 0;
    for (const auto p : active_) {
        const unsigned here = (one.machine.ends[p] >> (static_cast<unsigned>(last) * 4)) & 0xfu;
        const bool counts = end - (begin_[p] - 1) <= one.what.longest;
        (counts ? sides : old) |= here;
    }
    too_long = old & ~sides;
    return sides;
}

}  // namespace emsctl::sac
