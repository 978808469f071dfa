#include "sac/scanner.hpp"

#include <algorithm>

namespace emsctl::sac {
namespace {

constexpr std::size_t shown_before = 60;
// A cache that is full after fewer bytes than this for each of its states is no cache.
constexpr std::uint64_t bytes_worth_a_state = 10;

bool has_side(unsigned sides, side one) {
    return (sides >> static_cast<unsigned>(one)) & 1u;
}

}  // namespace

scanner::scanner(std::shared_ptr<const pattern_set> set, manner how, std::size_t most_state_bytes)
    : set_(std::move(set)), how_(how), states_(*set_, most_state_bytes), alone_at_(set_->size()) {
    for (std::size_t i = 0; i < set_->size(); ++i) reach_ = std::max(reach_, (*set_)[i].what.longest);
    restart(0, {});
}

void scanner::restart(std::uint64_t offset, const byte_window& bytes) {
    at_ = room_made_at_ = offset;
    for (auto& one : alone_) {
        one.runner.clear();
        one.pending = 0;
    }
    is_any_awake_ = false;
    // Cleared, so that what comes close is noted anew.
    states_.clear();
    row_ = states_.find({}, side_before(bytes, offset));
    origin_.assign(set_->size(), offset);
    too_long_.assign(set_->size(), false);
    found_.clear();
    closest_.clear();
    for (std::size_t i = 0; i < set_->size(); ++i) closest_.push_back({(*set_)[i].machine.shortest, offset, {}});
    is_over_ = false;
}

std::uint64_t scanner::needs_from() const {
    auto from = at_ - std::min<std::uint64_t>(at_, reach_);
    if (how_ == manner::once && !origin_.empty()) from = std::max(from, origin_.front());
    return from - std::min<std::uint64_t>(from, 1);
}

std::optional<found_place> scanner::scan(const byte_window& bytes, bool is_end) {
    while (found_.empty() && !is_over_ && at_ < bytes.end()) run(bytes);
    if (found_.empty() && !is_over_ && is_end) end(bytes);
    if (found_.empty()) return std::nullopt;
    const auto first = found_.front();
    found_.pop_front();
    if (how_ == manner::once) is_over_ = true;
    return first;
}

// The bytes that say nothing new, then one that may.
void scanner::run(const byte_window& bytes) {
    if (!is_any_awake_) {
        const auto text = bytes.from(at_);
        const auto* const table = states_.table();
        const auto& class_of = set_->class_of();
        const bool has_lone = !alone_.empty();
        auto row = row_;
        std::size_t count = 0;
        for (; count < text.size(); ++count) {
            const auto byte = static_cast<unsigned char>(text[count]);
            const auto next = table[row + class_of[byte]];
            if (next >= state_cache::speaks || (has_lone && wakes_[byte])) break;
            row = next;
        }
        row_ = row;
        at_ += count;
    }
    if (at_ < bytes.end()) step(bytes);
}

void scanner::step(const byte_window& bytes) {
    const auto byte = bytes.at(at_);
    const auto here = side_before(bytes, at_);
    auto next = states_.table()[row_ + set_->class_of()[byte]];
    const bool is_new = next == state_cache::unknown;
    if (is_new && states_.is_full()) make_room(bytes);
    pending_ = states_.of(row_).endings;
    if (is_new) next = states_.step(row_, byte);
    row_ = next & ~state_cache::speaks;
    ++at_;
    if (!alone_.empty()) step_alone(bytes, byte, here);
    if (is_new)
        for (const auto p : states_.of(row_).set) {
            const auto number = set_->owner(p);
            note(bytes, number, p - (*set_)[number].base);
        }
    if ((next & state_cache::speaks) || is_any_awake_) settle(bytes, byte, here);
}

void scanner::step_alone(const byte_window& bytes, unsigned char byte, side here) {
    const auto offset = at_ - 1;
    is_any_awake_ = false;
    for (auto& one : alone_) {
        one.pending = 0;
        if (one.runner.is_idle() && !one.runner.may_begin_with(byte)) continue;
        unsigned old = 0;
        if ((*set_)[one.runner.number()].has_conditions) {
            one.pending = one.runner.ends(offset, here, old);
            const bool is_settled = (one.pending | old) == state_cache::any_side;
            if (!is_settled && has_side(old, side_of(byte))) too_long_[one.runner.number()] = true;
        }
        one.runner.step(here, byte, offset);
        is_any_awake_ |= !one.runner.is_idle() || one.pending != 0;
        for (const auto p : one.runner.active())
            if ((*set_)[one.runner.number()].machine.missing[p] < closest_[one.runner.number()].missing)
                note(bytes, one.runner.number(), p);
    }
}

// What has ended before the last byte, as that byte shows, and what ends with it.
void scanner::settle(const byte_window& bytes, unsigned char byte, side here) {
    const auto behind = side_of(byte);
    std::vector<std::size_t> ended;
    for (const auto& one : pending_)
        if (one.sides != state_cache::any_side && has_side(one.sides, behind)) ended.push_back(one.number);
    for (const auto& one : alone_)
        if (one.pending != state_cache::any_side && has_side(one.pending, behind)) ended.push_back(one.runner.number());
    std::sort(ended.begin(), ended.end());
    for (const auto number : ended) {
        if (!accept(bytes, number, at_ - 1, behind)) continue;
        if (has_match()) return;
        take_back(number, at_ - 1);
        // What begins with the byte itself is behind that match.
        if (states_.is_off(number)) {
            alone_[alone_at_[number]].runner.enter(here, byte, at_ - 1);
        } else {
            auto set = states_.of(row_).set;
            const auto begun = states_.begun(number, here, byte);
            set.insert(set.end(), begun.begin(), begun.end());
            std::sort(set.begin(), set.end());
            row_ = states_.find(std::move(set), behind);
        }
    }
    ended.clear();
    for (const auto& one : states_.of(row_).endings)
        if (one.sides == state_cache::any_side) ended.push_back(one.number);
    for (const auto& one : alone_) {
        unsigned old = 0;
        const auto sides = one.runner.ends(at_, behind, old);
        if (sides == state_cache::any_side)
            ended.push_back(one.runner.number());
        else if ((sides | old) == state_cache::any_side)
            too_long_[one.runner.number()] = true;
    }
    std::sort(ended.begin(), ended.end());
    for (const auto number : ended) {
        if (!accept(bytes, number, at_, std::nullopt)) continue;
        if (has_match()) return;
        take_back(number, at_);
    }
}

void scanner::end(const byte_window& bytes) {
    is_over_ = true;
    std::vector<std::size_t> ended;
    const auto last = side_before(bytes, at_);
    for (const auto& one : states_.of(row_).endings)
        if (one.sides != state_cache::any_side && has_side(one.sides, side::edge)) ended.push_back(one.number);
    for (const auto& one : alone_) {
        unsigned old = 0;
        const auto sides = one.runner.ends(at_, last, old);
        if (sides != state_cache::any_side && has_side(sides, side::edge)) ended.push_back(one.runner.number());
        if ((sides | old) != state_cache::any_side && has_side(old, side::edge)) too_long_[one.runner.number()] = true;
    }
    std::sort(ended.begin(), ended.end());
    for (const auto number : ended)
        if (accept(bytes, number, at_, side::edge) && has_match()) return;
}

// Whether it ends there with a begin that counts. The states know no begins: where one of them may be too far back, the
// pattern is followed alone from then on.
bool scanner::accept(const byte_window& bytes, std::size_t number, std::uint64_t end, std::optional<side> behind) {
    const auto& one = (*set_)[number];
    const auto bound = end - std::min<std::uint64_t>(end, one.what.longest);
    const auto from = std::max(origin_[number], bound);
    const auto begin = set_->begin_of(number, bytes, from, end, behind.value_or(side::edge));
    const bool may_be_cut = bound > origin_[number] && !one.is_bounded() && !states_.is_off(number);
    const bool holds = begin && (behind || !may_be_cut || !one.has_conditions || is_certain(bytes, number, from, end));
    if (!holds) {
        too_long_[number] = true;
        if (!states_.is_off(number)) follow_alone(bytes, number);
        return false;
    }
    found_.push_back({number, *begin, end, behind.has_value()});
    return true;
}

bool scanner::is_certain(const byte_window& bytes, std::size_t number, std::uint64_t from, std::uint64_t end) const {
    for (const auto behind : {side::edge, side::newline, side::word, side::other})
        if (!set_->begin_of(number, bytes, from, end, behind)) return false;
    return true;
}

std::vector<scanner::position> scanner::set_without(std::size_t number) const {
    auto set = states_.of(row_).set;
    std::erase_if(set, [&](position p) { return set_->owner(p) == number; });
    return set;
}

// The pattern goes on behind its match.
void scanner::take_back(std::size_t number, std::uint64_t end) {
    origin_[number] = end;
    if (states_.is_off(number)) {
        alone_[alone_at_[number]].runner.clear();
        alone_[alone_at_[number]].pending = 0;
    } else {
        const auto last = states_.of(row_).last;
        row_ = states_.find(set_without(number), last);
    }
}

void scanner::follow_alone(const byte_window& bytes, std::size_t number) {
    const auto& one = (*set_)[number];
    pattern_runner runner(*set_, number);
    const auto bound = at_ - std::min<std::uint64_t>(at_, one.what.longest);
    for (auto offset = std::max(origin_[number], bound); offset < at_; ++offset)
        runner.step(side_before(bytes, offset), bytes.at(offset), offset);
    std::vector<char> is_young(one.machine.takes.size());
    for (const auto p : runner.active()) is_young[p] = 1;
    const auto& here = states_.of(row_);
    for (const auto p : here.set)
        if (set_->owner(p) == number && !is_young[p - one.base]) runner.add_old(p - one.base);
    auto rest = set_without(number);
    const auto last = here.last;
    states_.switch_off(number);
    states_.clear();
    row_ = states_.find(std::move(rest), last);
    is_any_awake_ |= !runner.is_idle();
    for (const auto& step : one.machine.first) wakes_ |= one.machine.takes[step.to];
    alone_at_[number] = alone_.size();
    alone_.push_back({std::move(runner)});
}

// Which patterns need so many states is seen in those that there are.
void scanner::make_room(const byte_window& bytes) {
    const auto states = states_.size();
    if (at_ - room_made_at_ < bytes_worth_a_state * states) {
        const auto variety = states_.variety();
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < set_->size(); ++i)
            if (!states_.is_off(i)) order.push_back(i);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return variety[a] > variety[b]; });
        const auto much = std::max<std::size_t>(64, states / 16);
        const auto is_tame = [&](std::size_t i) { return variety[i] <= much; };
        const auto tame = std::find_if(order.begin(), order.end(), is_tame);
        // None of them alone, but all of them together: some have to go.
        const auto go =
            tame != order.begin() ? tame : order.begin() + static_cast<std::ptrdiff_t>((order.size() + 3) / 4);
        for (auto one = order.begin(); one != go; ++one) follow_alone(bytes, *one);
    }
    if (states_.is_full()) {
        auto set = states_.of(row_).set;
        const auto last = states_.of(row_).last;
        states_.clear();
        row_ = states_.find(std::move(set), last);
    }
    room_made_at_ = at_;
}

void scanner::note(const byte_window& bytes, std::size_t number, position local) {
    auto& closest = closest_[number];
    const auto missing = (*set_)[number].machine.missing[local];
    if (missing >= closest.missing) return;
    closest.missing = missing;
    closest.offset = std::min(at_, bytes.end());
    const auto from = closest.offset - std::min<std::uint64_t>(closest.offset, shown_before);
    closest.before = bytes.between(std::max(from, bytes.begin()), closest.offset);
}

}  // namespace emsctl::sac
