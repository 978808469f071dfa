#include "sac/automaton.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>

namespace emsctl::sac {
namespace {

using position = automaton::position;
using step = automaton::step;

struct too_large {};

struct fragment {
    gaps empty = any_gap;  // where it may take nothing
    std::vector<step> first, last;
};

class builder {
  public:
    automaton made;

    fragment of(const regex_tree& tree) {
        using kind = regex_tree::kind;
        switch (tree.what) {
            case kind::nothing:
                return {};
            case kind::assertion:
                return {tree.where, {}, {}};
            case kind::characters:
                return characters(tree.characters);
            case kind::sequence: {
                fragment all;
                for (const auto& part : tree.parts) all = one_by_one(std::move(all), of(part));
                return all;
            }
            case kind::choice: {
                fragment all;
                all.empty = no_gap;
                for (const auto& part : tree.parts) all = either(std::move(all), of(part));
                return all;
            }
            case kind::repetition:
                return repeated(tree);
        }
        return {};
    }

    position add(byte_set takes) {
        if (made.takes.size() >= most_positions) throw too_large{};
        made.takes.push_back(takes);
        made.follow.emplace_back();
        return static_cast<position>(made.takes.size() - 1);
    }

    void connect(const std::vector<step>& from, const std::vector<step>& to) {
        for (const auto& a : from)
            for (const auto& b : to)
                if (const auto where = static_cast<gaps>(a.where & b.where)) {
                    if (++steps_ > most_steps) throw too_large{};
                    made.follow[a.to].push_back({b.to, where});
                }
    }

  private:
    fragment characters(const code_ranges& ranges) {
        fragment all;
        all.empty = no_gap;
        const auto enter = [&](position p) { all.first.push_back({p, any_gap}); };
        const auto leave = [&](position p) { all.last.push_back({p, any_gap}); };
        if (const auto ascii = ascii_of(ranges); ascii.any()) {
            const auto p = add(ascii);
            enter(p);
            leave(p);
        }
        // Sequences that end alike share their ends.
        std::map<byte_sequence, position> tails;
        for (const auto& sequence : sequences_above_ascii(ranges)) {
            position behind = 0;
            for (std::size_t at = sequence.size(); at-- > 0;) {
                const byte_sequence tail(sequence.begin() + static_cast<std::ptrdiff_t>(at), sequence.end());
                auto found = tails.find(tail);
                if (found == tails.end()) {
                    byte_set bytes;
                    for (unsigned b = sequence[at].first; b <= sequence[at].second; ++b) bytes.set(b);
                    const auto p = add(bytes);
                    if (tail.size() == 1) leave(p);
                    if (tail.size() > 1) connect({{p, any_gap}}, {{behind, any_gap}});
                    if (at == 0) enter(p);
                    found = tails.emplace(tail, p).first;
                }
                behind = found->second;
            }
        }
        return all;
    }

    static void append(std::vector<step>& to, const std::vector<step>& more, gaps where) {
        for (const auto& one : more)
            if (const auto both = static_cast<gaps>(one.where & where)) to.push_back({one.to, both});
    }

    fragment one_by_one(fragment a, fragment b) {
        connect(a.last, b.first);
        append(a.first, b.first, a.empty);
        append(b.last, a.last, b.empty);
        return {static_cast<gaps>(a.empty & b.empty), std::move(a.first), std::move(b.last)};
    }

    static fragment either(fragment a, const fragment& b) {
        append(a.first, b.first, any_gap);
        append(a.last, b.last, any_gap);
        a.empty = static_cast<gaps>(a.empty | b.empty);
        return a;
    }

    fragment repeated(const regex_tree& tree) {
        const auto& part = tree.parts.front();
        if (tree.most == 0) return {};
        fragment all;
        const int copies = tree.most == regex_tree::no_limit ? std::max(tree.least, 1) : tree.most;
        // x{2,4} is xx(x(x)?)?: made from its end, so that each copy knows what may come behind it.
        for (int i = copies; i-- > 0;) {
            auto one = of(part);
            if (i == copies - 1 && tree.most == regex_tree::no_limit) connect(one.last, one.first);
            all = i == copies - 1 ? std::move(one) : one_by_one(std::move(one), std::move(all));
            if (i >= tree.least) all.empty = any_gap;
        }
        return all;
    }

    std::size_t steps_ = 0;
};

std::vector<step> merged(std::vector<step> steps) {
    std::sort(steps.begin(), steps.end(), [](const step& a, const step& b) { return a.to < b.to; });
    std::vector<step> all;
    for (const auto& one : steps)
        if (!all.empty() && all.back().to == one.to)
            all.back().where = static_cast<gaps>(all.back().where | one.where);
        else
            all.push_back(one);
    return all;
}

void measure(automaton& a) {
    constexpr auto unknown = std::numeric_limits<std::uint32_t>::max();
    a.missing.assign(a.takes.size(), unknown);
    std::deque<position> next;
    for (position p = 0; p < a.takes.size(); ++p)
        if (a.ends[p]) {
            a.missing[p] = 0;
            next.push_back(p);
        }
    for (; !next.empty(); next.pop_front())
        for (const auto& one : a.before[next.front()])
            if (a.missing[one.to] == unknown) {
                a.missing[one.to] = a.missing[next.front()] + 1;
                next.push_back(one.to);
            }
    std::uint32_t least = unknown;
    for (const auto& one : a.first) least = std::min(least, a.missing[one.to]);
    a.shortest = least == unknown ? 0 : least + 1;
    // The longest way, where no position can be taken twice: in the order in which they follow one another.
    std::vector<std::size_t> enters(a.takes.size()), length(a.takes.size(), 1);
    for (const auto& steps : a.follow)
        for (const auto& one : steps) ++enters[one.to];
    for (position p = 0; p < a.takes.size(); ++p)
        if (enters[p] == 0) next.push_back(p);
    std::size_t done = 0;
    for (; !next.empty(); next.pop_front(), ++done)
        for (const auto& one : a.follow[next.front()]) {
            length[one.to] = std::max(length[one.to], length[next.front()] + 1);
            if (--enters[one.to] == 0) next.push_back(one.to);
        }
    if (done == a.takes.size()) a.longest = length.empty() ? 0 : *std::max_element(length.begin(), length.end());
}

void finish(automaton& a, const fragment& whole) {
    a.first = merged(whole.first);
    a.begins.assign(a.takes.size(), no_gap);
    a.ends = a.begins;
    for (const auto& one : a.first) a.begins[one.to] = one.where;
    for (const auto& one : merged(whole.last)) a.ends[one.to] = one.where;
    a.before.resize(a.takes.size());
    for (position p = 0; p < a.takes.size(); ++p) {
        a.follow[p] = merged(std::move(a.follow[p]));
        for (const auto& one : a.follow[p]) a.before[one.to].push_back({p, one.where});
    }
    measure(a);
}

}  // namespace

std::optional<automaton> automaton_of_regex(const regex_tree& tree) {
    builder b;
    try {
        const auto whole = b.of(tree);
        finish(b.made, whole);
    } catch (const too_large&) {
        return std::nullopt;
    }
    return std::move(b.made);
}

automaton automaton_of_text(std::string_view text) {
    automaton a;
    fragment whole;
    for (const char c : text) {
        a.takes.emplace_back().set(static_cast<unsigned char>(c));
        a.follow.emplace_back();
        const auto p = static_cast<position>(a.takes.size() - 1);
        if (p > 0) a.follow[p - 1].push_back({p, any_gap});
        if (p == 0) whole.first.push_back({p, any_gap});
        whole.last = {{p, any_gap}};
    }
    finish(a, whole);
    return a;
}

}  // namespace emsctl::sac
