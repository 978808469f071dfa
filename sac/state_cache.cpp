#include "sac/state_cache.hpp"

#include <algorithm>
#include <unordered_set>

namespace emsctl::sac {
namespace {

std::size_t mixed(std::size_t hash, std::size_t value) {
    return (hash ^ (value + 0x9e3779b97f4a7c15ull + (hash << 6) + (hash >> 2))) * 0x100000001b3ull;
}

constexpr std::size_t bytes_of_state = 160;  // beside its set and its row

}  // namespace

state_cache::state_cache(const pattern_set& set, std::size_t most_bytes)
    : set_(set), width_(set.classes()), most_bytes_(most_bytes), is_off_(set.size()), is_there_(set.positions()) {}

void state_cache::clear() {
    states_.clear();
    table_.clear();
    by_hash_.clear();
    used_ = 0;
    ++times_cleared_;
}

state_cache::row state_cache::find(std::vector<position> set, side last) {
    if (!set_.has_conditions()) last = side::other;
    std::size_t hash = static_cast<std::size_t>(last);
    for (const auto p : set) hash = mixed(hash, p);
    for (auto [one, end] = by_hash_.equal_range(hash); one != end; ++one) {
        const auto& known = states_[one->second];
        if (known.last == last && known.set == set) return static_cast<row>(one->second * width_);
    }
    if (is_full()) clear();
    state made;
    made.last = last;
    const auto shift = static_cast<unsigned>(last) * 4;
    for (const auto p : set) {
        const auto number = set_.owner(p);
        const auto& machine = set_[number].machine;
        unsigned sides = machine.ends[p - set_[number].base];
        // A match without conditions ends behind any byte, so any row of its bits will do.
        sides = (sides >> shift) & any_side;
        if (sides == 0) continue;
        if (!made.endings.empty() && made.endings.back().number == number)
            made.endings.back().sides |= sides;
        else
            made.endings.push_back({number, sides});
    }
    made.set = std::move(set);
    used_ += bytes_of_state + made.set.size() * sizeof(position) + width_ * sizeof(row);
    by_hash_.emplace(hash, static_cast<std::uint32_t>(states_.size()));
    states_.push_back(std::move(made));
    table_.resize(table_.size() + width_, unknown);
    return static_cast<row>((states_.size() - 1) * width_);
}

std::vector<state_cache::position> state_cache::after(const std::vector<position>& set, side last, unsigned char byte) {
    const auto where = gap(last, side_of(byte));
    std::vector<position> next;
    const auto add = [&](position p, const automaton& machine, position local) {
        if (is_there_[p] || !machine.takes[local][byte]) return;
        is_there_[p] = 1;
        next.push_back(p);
    };
    for (const auto p : set) {
        const auto& one = set_[set_.owner(p)];
        for (const auto& step : one.machine.follow[p - one.base])
            if (step.where & where) add(one.base + step.to, one.machine, step.to);
    }
    for (const auto& step : set_.first(set_.class_of()[byte])) {
        const auto number = set_.owner(step.to);
        if ((step.where & where) && !is_off_[number]) add(step.to, set_[number].machine, step.to - set_[number].base);
    }
    for (const auto p : next) is_there_[p] = 0;
    std::sort(next.begin(), next.end());
    return next;
}

std::vector<state_cache::position> state_cache::begun(std::size_t number, side last, unsigned char byte) const {
    std::vector<position> all;
    for (const auto& step : set_.first(set_.class_of()[byte]))
        if (set_.owner(step.to) == number && (step.where & gap(last, side_of(byte)))) all.push_back(step.to);
    return all;
}

state_cache::row state_cache::step(row from, unsigned char byte) {
    const auto& here = of(from);
    const auto last = side_of(byte);
    const bool resolves = std::any_of(here.endings.begin(), here.endings.end(), [&](const ending& one) {
        return one.sides != any_side && (one.sides >> static_cast<unsigned>(last) & 1u);
    });
    auto set = after(here.set, here.last, byte);
    const auto before = times_cleared_;
    const auto to = find(std::move(set), last);
    const auto& there = of(to).endings;
    const bool ends = std::any_of(there.begin(), there.end(), [](const ending& one) { return one.sides == any_side; });
    const row marked = to | (resolves || ends ? speaks : 0);
    if (times_cleared_ == before) table_[from + set_.class_of()[byte]] = marked;
    return marked;
}

std::vector<std::size_t> state_cache::variety() const {
    std::vector<std::unordered_set<std::size_t>> seen(set_.size());
    for (const auto& one : states_)
        for (std::size_t at = 0; at < one.set.size();) {
            const auto number = set_.owner(one.set[at]);
            std::size_t hash = 0;
            for (; at < one.set.size() && set_.owner(one.set[at]) == number; ++at) hash = mixed(hash, one.set[at]);
            seen[number].insert(hash);
        }
    std::vector<std::size_t> counts;
    for (const auto& one : seen) counts.push_back(one.size());
    return counts;
}

}  // namespace emsctl::sac
