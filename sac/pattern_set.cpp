#include "sac/pattern_set.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <unordered_set>

namespace emsctl::sac {
namespace {

automaton machine_of(const pattern& what) {
    if (const auto fault = fault_of(what)) throw std::invalid_argument(fault->message);
    return what.is_regex ? *automaton_of_regex(tree_of_regex(what.text)) : automaton_of_text(what.text);
}

bool has_conditions(const automaton& machine) {
    const auto is_one = [](const automaton::step& s) { return s.where != any_gap; };
    const auto ends_so = [](gaps where) { return where != no_gap && where != any_gap; };
    return std::any_of(machine.first.begin(), machine.first.end(), is_one) ||
           std::any_of(machine.ends.begin(), machine.ends.end(), ends_so) ||
           std::any_of(machine.follow.begin(), machine.follow.end(),
                       [&](const auto& steps) { return std::any_of(steps.begin(), steps.end(), is_one); });
}

}  // namespace

pattern_set::pattern_set(std::vector<pattern> patterns) {
    for (auto& one : patterns) {
        auto machine = machine_of(one);
        capture_finder finder(one);
        const bool conditions = sac::has_conditions(machine);
        has_conditions_ |= conditions;
        members_.push_back(
            {std::move(one), std::move(machine), static_cast<position>(owner_.size()), conditions, std::move(finder)});
        owner_.resize(owner_.size() + members_.back().machine.takes.size(),
                      static_cast<std::uint32_t>(members_.size() - 1));
    }
    divide_bytes();
    first_.resize(classes());
    for (std::size_t c = 0; c < classes(); ++c)
        for (const auto& one : members_)
            for (const auto& step : one.machine.first)
                if (one.machine.takes[step.to][representative_[c]])
                    first_[c].push_back({one.base + step.to, step.where});
}

void pattern_set::divide_bytes() {
    std::unordered_set<byte_set> kinds;  // of bytes that positions take, each once
    for (const auto& one : members_)
        for (const auto& takes : one.machine.takes) kinds.insert(takes);
    std::array<unsigned, 256> divided{};
    for (unsigned b = 0; b < 256; ++b)
        divided[b] = has_conditions_ ? static_cast<unsigned>(side_of(static_cast<unsigned char>(b))) : 0;
    for (const auto& kind : kinds) {
        std::map<std::pair<unsigned, bool>, unsigned> numbers;
        for (unsigned b = 0; b < 256; ++b) {
            const auto key = std::pair(divided[b], kind[b]);
            divided[b] = numbers.emplace(key, static_cast<unsigned>(numbers.size())).first->second;
        }
    }
    std::map<unsigned, std::uint8_t> numbers;
    for (unsigned b = 0; b < 256; ++b) {
        const auto [found, is_new] = numbers.emplace(divided[b], static_cast<std::uint8_t>(numbers.size()));
        if (is_new) representative_.push_back(static_cast<unsigned char>(b));
        class_of_[b] = found->second;
    }
}

std::optional<std::uint64_t> pattern_set::begin_of(std::size_t number, const byte_window& bytes, std::uint64_t from,
                                                   std::uint64_t end, side behind) const {
    const auto& machine = members_[number].machine;
    if (end <= from || end - from < machine.shortest) return std::nullopt;
    if (machine.longest == machine.shortest && !members_[number].has_conditions) return end - machine.shortest;
    std::vector<position> here, next;
    std::vector<char> is_there(machine.takes.size());
    const auto add = [&](std::vector<position>& to, position p, unsigned char byte) {
        if (is_there[p] || !machine.takes[p][byte]) return;
        is_there[p] = 1;
        to.push_back(p);
    };
    const auto last = bytes.at(end - 1);
    for (position p = 0; p < machine.takes.size(); ++p)
        if (machine.ends[p] & gap(side_of(last), behind)) add(here, p, last);
    std::optional<std::uint64_t> earliest;
    for (std::uint64_t at = end - 1; !here.empty(); --at) {
        const auto where = gap(side_before(bytes, at), side_of(bytes.at(at)));
        for (const auto p : here) {
            if (machine.begins[p] & where) earliest = at;
            is_there[p] = 0;
        }
        if (at == from) break;
        const auto byte = bytes.at(at - 1);
        next.clear();
        for (const auto p : here)
            for (const auto& step : machine.before[p])
                if (step.where & where) add(next, step.to, byte);
        here.swap(next);
    }
    return earliest;
}

}  // namespace emsctl::sac
