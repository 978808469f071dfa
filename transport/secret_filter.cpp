#include "transport/secret_filter.hpp"

#include <algorithm>
#include <iterator>

namespace emsctl::transport {
namespace {

constexpr std::size_t shortest_secret = 3;

// The byte forms in which a secret may cross the line. Further ones (UTF-16LE in base64, as PowerShell's
// -EncodedCommand carries text, at its three alignments) belong here.
std::vector<std::string> forms_of(std::string_view secret) {
    return {std::string(secret)};
}

}  // namespace

void secret_filter::protect(std::string_view secret) {
    if (secret.size() < shortest_secret) return;
    for (auto& form : forms_of(secret))
        if (std::ranges::find(secrets_, form) == secrets_.end()) secrets_.push_back(std::move(form));
}

std::vector<recording_event> secret_filter::pass(recording_event event) {
    const auto direction = event.what;
    if (event.what == recording_event::kind::mark) {
        // A label is written by us; a secret in it is a mistake, and must not become a leak.
        for (const auto& secret : secrets_)
            for (auto at = event.bytes.find(secret); at != std::string::npos; at = event.bytes.find(secret))
                event.bytes.replace(at, secret.size(), "***");
        queue_.push_back({std::move(event), false});
    } else if (event.hole > 0) {
        // What stands half-typed before a typed secret may be its beginning.
        force(direction, 0);
        queue_.push_back({std::move(event), false});
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

std::vector<secret_filter::fate> secret_filter::judge(const std::string& bytes) const {
    std::vector<fate> out(bytes.size(), fate::plain);
    const std::string_view all = bytes;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto rest = all.substr(at);
        std::size_t longest = 0;
        bool may_grow = false;
        for (const auto& secret : secrets_) {
            if (rest.starts_with(secret)) longest = std::max(longest, secret.size());
            if (rest.size() < secret.size() && secret.starts_with(rest)) may_grow = true;
        }
        if (may_grow) {
            std::fill(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), fate::held);
            break;
        }
        std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), longest, fate::hole);
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
