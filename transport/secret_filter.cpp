#include "transport/secret_filter.hpp"

#include <algorithm>
#include <iterator>

#include "transport/detail/base64.hpp"

namespace emsctl::transport {
namespace {

constexpr std::size_t shortest_secret = 3;

constexpr std::size_t shortest_base64 = 6;  // letters; fewer would eat ordinary text

std::string utf16(std::string_view utf8) {
    std::u32string points;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[at++]);
        const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
        char32_t point = more == 0 ? lead : lead & (0x3F >> more);
        for (int i = 0; i < more && at < utf8.size(); ++i)
            point = (point << 6) | (static_cast<unsigned char>(utf8[at++]) & 0x3F);
        points += point;
    }
    std::string out;
    const auto unit = [&out](char32_t value) {
        out += static_cast<char>(value & 0xFF);
        out += static_cast<char>((value >> 8) & 0xFF);
    };
    for (const char32_t point : points) {
        if (point < 0x10000) {
            unit(point);
        } else {
            unit(0xD800 + ((point - 0x10000) >> 10));
            unit(0xDC00 + ((point - 0x10000) & 0x3FF));
        }
    }
    return out;
}

// The letters that `bytes` always becomes when it begins `shift` bytes into a group of three.
std::string base64_inside(std::string_view bytes, std::size_t shift) {
    const auto all = detail::to_base64(std::string(shift, '\0') + std::string(bytes));
    const auto from = (8 * shift + 5) / 6;
    const auto to = 8 * (shift + bytes.size()) / 6;
    return to > from ? all.substr(from, to - from) : "";
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20;
}

// What is left of a form when line ends and the NULs of UTF-16 are passed over.
std::string visible(std::string_view bytes) {
    std::string out;
    std::copy_if(bytes.begin(), bytes.end(), std::back_inserter(out), [](char c) { return !is_control(c); });
    return out;
}

std::vector<std::string> forms_of(std::string_view secret) {
    const auto wide = utf16(secret);
    std::vector<std::string> forms{visible(secret), visible(wide)};
    for (std::size_t shift = 0; shift < 3; ++shift)
        for (const auto& bytes : {std::string(secret), wide})
            if (auto form = base64_inside(bytes, shift); form.size() >= shortest_base64)
                forms.push_back(std::move(form));
    return forms;
}

// The letters of a stream without control characters and escape sequences (ECMA-48, 5.4; OSC as xterm ends it), and
// where each stood.
struct letters {
    std::string text;
    std::vector<std::size_t> at;

    explicit letters(std::string_view bytes) {
        enum class state { ground, escape, sequence, string } now = state::ground;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const char c = bytes[i];
            if (c == '\x1b') {
                now = state::escape;
            } else if (now == state::escape) {
                now = c == '[' ? state::sequence : c == ']' ? state::string : state::ground;
            } else if (now == state::sequence) {
                if (c >= '@' && c <= '~') now = state::ground;
            } else if (now == state::string) {
                if (c == '\a') now = state::ground;
            } else if (!is_control(c)) {
                text += c;
                at.push_back(i);
            }
        }
    }
};

}  // namespace

void secret_filter::protect(std::string_view secret) {
    if (secret.size() < shortest_secret) return;
    for (auto& form : forms_of(secret)) {
        if (form.size() < shortest_secret || std::ranges::find(secrets_, form) != secrets_.end()) continue;
        const auto first = static_cast<unsigned char>(form[0]), second = static_cast<unsigned char>(form[1]);
        may_begin_with_[first] = true;
        may_begin_with_two_[first * 256u + second] = true;
        secrets_.push_back(std::move(form));
    }
}

std::vector<recording_event> secret_filter::pass(recording_event event) {
    const auto direction = event.what;
    if (event.what == recording_event::kind::picture) {
        // Its rows stand apart by escape sequences, as a stream's do.
        const auto fates = judge(event.bytes);
        const bool shows_one = std::ranges::any_of(fates, [](fate f) { return f == fate::hole; });
        if (!shows_one) queue_.push_back({std::move(event), false});
    } else if (event.what == recording_event::kind::mark) {
        // A label is written by us; a secret in it is a mistake, and must not become a leak.
        for (const auto& secret : secrets_)
            for (auto at = event.bytes.find(secret); at != std::string::npos; at = event.bytes.find(secret))
                event.bytes.replace(at, secret.size(), "***");
        queue_.push_back({std::move(event), false});
    } else if (event.hole > 0) {
        // What stands half-typed before a typed secret may be its beginning.
        force(direction, 0);
        queue_.push_back({std::move(event), false});
    } else if (queue_.empty() && !may_hold_secret(event.bytes)) {
        return {std::move(event)};
    } else {
        queue_.push_back({std::move(event), true});
        resolve(direction);
    }
    std::size_t waiting = 0;
    for (const auto& item : queue_) waiting += item.event.bytes.size();
    if (waiting > longest_queue) {
        force(recording_event::kind::output, 0);
        force(recording_event::kind::input, 0);
    }
    return take_decided();
}

std::vector<recording_event> secret_filter::finish() {
    force(recording_event::kind::output, shortest_secret - 1);
    force(recording_event::kind::input, shortest_secret - 1);
    return take_decided();
}

// A quick look: no first two letters of a secret stand in it, nor at its end one first letter or an open sequence.
bool secret_filter::may_hold_secret(std::string_view bytes) const {
    if (secrets_.empty()) return false;
    bool after_first = false;  // the letter before may begin a secret
    unsigned first = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const auto byte = static_cast<unsigned char>(bytes[at]);
        if (byte < 0x20) {
            // A secret may go on behind a line end, and behind a sequence, which is for judge() to read.
            if (after_first && byte == 0x1b) return true;
            continue;
        }
        if (after_first && may_begin_with_two_[first * 256u + byte]) return true;
        after_first = may_begin_with_[byte];
        first = byte;
    }
    return after_first;
}

std::vector<secret_filter::fate> secret_filter::judge(const std::string& bytes) const {
    std::vector<fate> out(bytes.size(), fate::plain);
    if (secrets_.empty()) return out;
    const letters seen(bytes);
    const std::string_view all = seen.text;
    const auto place = [&out](std::size_t at) { return out.begin() + static_cast<std::ptrdiff_t>(at); };
    for (std::size_t at = 0; at < all.size();) {
        if (!may_begin_with_[static_cast<unsigned char>(all[at])]) {
            ++at;
            continue;
        }
        const auto rest = all.substr(at);
        std::size_t longest = 0;
        bool may_grow = false;
        for (const auto& secret : secrets_) {
            if (rest.starts_with(secret)) longest = std::max(longest, secret.size());
            if (rest.size() < secret.size() && secret.starts_with(rest)) may_grow = true;
        }
        if (may_grow) {
            std::fill(place(seen.at[at]), out.end(), fate::held);
            break;
        }
        if (longest > 0) std::fill(place(seen.at[at]), place(seen.at[at + longest - 1] + 1), fate::hole);
        at += std::max<std::size_t>(longest, 1);
    }
    return out;
}

void secret_filter::resolve(recording_event::kind direction) {
    std::string bytes;
    for (const auto& item : queue_)
        if (item.undecided && item.event.what == direction) bytes += item.event.bytes;
    apply(direction, judge(bytes));
}

void secret_filter::force(recording_event::kind direction, std::size_t plain_up_to) {
    std::size_t held = 0;
    for (const auto& item : queue_)
        if (item.undecided && item.event.what == direction) held += item.event.bytes.size();
    apply(direction, std::vector<fate>(held, held <= plain_up_to ? fate::plain : fate::hole));
}

void secret_filter::apply(recording_event::kind direction, const std::vector<fate>& fates) {
    std::deque<item> next;
    auto fate_of = fates.begin();
    for (auto& old : queue_) {
        if (!old.undecided || old.event.what != direction) {
            next.push_back(std::move(old));
            continue;
        }
        const std::string& bytes = old.event.bytes;
        for (std::size_t at = 0; at < bytes.size();) {
            const auto same = std::find_if(fate_of, fate_of + static_cast<std::ptrdiff_t>(bytes.size() - at),
                                           [&](fate f) { return f != *fate_of; });
            const auto size = static_cast<std::size_t>(same - fate_of);
            item part{old.event, *fate_of == fate::held};
            part.event.bytes = *fate_of == fate::hole ? "" : bytes.substr(at, size);
            part.event.hole = *fate_of == fate::hole ? size : 0;
            next.push_back(std::move(part));
            fate_of = same;
            at += size;
        }
    }
    queue_ = std::move(next);
}

std::vector<recording_event> secret_filter::take_decided() {
    std::vector<recording_event> out;
    while (!queue_.empty() && !queue_.front().undecided) {
        out.push_back(std::move(queue_.front().event));
        queue_.pop_front();
    }
    return out;
}

}  // namespace emsctl::transport
