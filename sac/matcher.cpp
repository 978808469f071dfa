#include "sac/matcher.hpp"

#include <algorithm>

namespace emsctl::sac {
namespace {

std::string quoted(std::string_view text) {
    std::string shown = "\"";
    for (const char c : text) {
        if (c == '\n')
            shown += "\\n";
        else if (c == '\r')
            shown += "\\r";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            shown += '?';
        else
            shown += c;
    }
    return shown + "\"";
}

}  // namespace

matcher::matcher(match_limits limits) : limits_(limits) {}

void matcher::feed(std::string_view bytes) {
    bytes_.append(bytes);
    forget();
}

void matcher::finish() {
    is_end_ = true;
}

void matcher::watch(std::shared_ptr<const pattern_set> standing) {
    standing_.reset();
    if (!standing) return;
    standing_ = std::make_unique<scanner>(std::move(standing), scanner::manner::always, limits_.states);
    standing_->restart(bytes_.end(), bytes_);
}

std::optional<match> matcher::occurred() {
    if (!standing_) return std::nullopt;
    const auto place = standing_->scan(bytes_, is_end_);
    if (!place) return std::nullopt;
    return made(*standing_, *place);
}

void matcher::await(std::shared_ptr<const pattern_set> patterns) {
    if (patterns != awaited_) wait_ = std::make_unique<scanner>(patterns, scanner::manner::once, limits_.states);
    awaited_ = std::move(patterns);
    wait_->restart(next_, bytes_);
    is_waiting_ = true;
}

std::optional<match> matcher::arrived() {
    if (!is_waiting_) return std::nullopt;
    const auto place = wait_->scan(bytes_, is_end_);
    if (!place) return std::nullopt;
    auto found = made(*wait_, *place);
    next_ = place->end;
    is_waiting_ = false;
    return found;
}

void matcher::skip() {
    next_ = bytes_.end();
    is_waiting_ = false;
    forget();
}

void matcher::forget() {
    auto from = bytes_.end();
    if (is_waiting_) {
        from = wait_->needs_from();
    } else {
        const auto oldest = bytes_.end() - std::min<std::uint64_t>(bytes_.end(), limits_.kept);
        if (oldest > next_) {
            forgotten_ += oldest - next_;
            next_ = oldest;
        }
        from = next_ - std::min<std::uint64_t>(next_, 1);
    }
    if (standing_) from = std::min(from, standing_->needs_from());
    bytes_.forget_before(from);
}

match matcher::made(const scanner& from, const found_place& place) const {
    match found{place.number, place.begin, place.end, std::string(bytes_.between(place.begin, place.end)), {}};
    const auto& one = from.patterns()[place.number];
    // Before it the byte that ^ and \b look at. Behind it nothing: a match that is certain is the same whatever comes,
    // and its groups must not depend on what has come already.
    const auto before = place.begin - std::min<std::uint64_t>(place.begin, 1);
    const bool looks_behind = place.needs_next && place.end < bytes_.end();
    const auto around = bytes_.between(before, place.end + (looks_behind ? 1 : 0));
    found.captures = one.finder.captures(around, static_cast<std::size_t>(place.begin - before),
                                         static_cast<std::size_t>(place.end - before));
    return found;
}

std::vector<near_miss> matcher::misses() const {
    std::vector<near_miss> all;
    if (!wait_) return all;
    for (std::size_t i = 0; i < awaited_->size(); ++i) {
        const auto& one = (*awaited_)[i];
        const auto& closest = wait_->closest()[i];
        near_miss miss{closest.missing, one.machine.shortest, closest.offset, closest.before, wait_->was_too_long()[i]};
        // The same distance may have been reached again, in what is still at hand.
        pattern_runner again(*awaited_, i);
        for (auto at = std::max(next_, bytes_.begin()); at < wait_->offset() && miss.missing < miss.shortest; ++at) {
            again.step(side_before(bytes_, at), bytes_.at(at), at);
            const auto is_as_close = [&](automaton::position p) { return one.machine.missing[p] <= miss.missing; };
            if (std::none_of(again.active().begin(), again.active().end(), is_as_close)) continue;
            miss.offset = at + 1;
            const auto from = std::max(bytes_.begin(), miss.offset - std::min<std::uint64_t>(miss.offset, 60));
            miss.before = bytes_.between(from, miss.offset);
        }
        all.push_back(std::move(miss));
    }
    return all;
}

std::string told(const pattern& what, const near_miss& miss) {
    std::string text = (what.is_regex ? "/" + what.text + "/" : quoted(what.text)) + ": ";
    if (miss.was_too_long)
        return text + "it would have matched, were it not for its bound of " + std::to_string(what.longest) + " bytes";
    if (miss.missing >= miss.shortest) return text + "nothing of it came";
    if (!what.is_regex)
        return text + "only its first " + std::to_string(miss.shortest - miss.missing) + " of " +
               std::to_string(miss.shortest) +
               " bytes came: " + quoted(what.text.substr(0, miss.shortest - miss.missing));
    const auto line = miss.before.substr(miss.before.rfind('\n') + 1);
    if (miss.missing == 0) return text + "all of it came, but not what it wants to stand behind " + quoted(line);
    return text + "at least " + std::to_string(miss.missing) + " more bytes were needed behind " + quoted(line);
}

}  // namespace emsctl::sac
