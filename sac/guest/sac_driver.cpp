#include "sac/guest/sac_driver.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "sac/guest/text.hpp"

namespace emsctl::guest {
namespace {

constexpr char escape_key = 0x1b;
constexpr std::size_t line_limit = 77;
// The kernel's clear, home, colours (background first) and attributes off, which open each half of a switch screen.
constexpr std::string_view fresh_page = "\x1b[2J\x1b[1;1H\x1b[40;37m\x1b[0m";

std::string element(std::string_view tag, std::string_view value) {
    std::ostringstream out;
    if (!value.empty()) out << '<' << tag << '>' << value << "</" << tag << ">\r\n";
    return out.str();
}

}  // namespace

sac_driver::sac_driver(sac_host& host, const profile& what, std::uint64_t seed, instant boot_time)
    : host_(host), profile_(what), guids_(seed), boot_time_(boot_time), is_paging_(what.is_paging_on) {
    channels_[0].emplace();
    channels_[0]->name = messages_[144];
    channels_[0]->guid = guids_.next(boot_time);
    channels_[0]->is_command = false;
}

std::string machine_info_xml(const machine_identity& id) {
    return "<machine-info>\r\n" + element("name", id.name) + element("guid", id.guid) +
           element("processor-architecture", id.architecture) + element("os-version", id.version) +
           element("os-build-number", id.build) + element("os-product", id.product) +
           element("os-service-pack", id.service_pack) + "</machine-info>\r\n";
}

void sac_driver::start(instant, bool is_silent) {
    if (!is_silent) out_ += "<?xml version=\"1.0\"?>\r\n" + machine_info_xml(host_.identity()) + "\x1b[2J";
    const std::string banner = std::string(messages_[2]) + std::string(messages_[1]) + std::string(messages_[2]);
    screen_.write(banner);
    screen_.write(messages_[3]);
    if (is_silent) return;
    if (profile_.banner_is_redraw)
        out_ += screen_.redraw();
    else
        out_ += banner + std::string(messages_[3]);
}

void sac_driver::register_service(bool is_available) {
    is_registered_ = is_available;
    event(messages_[is_available ? 132 : 133]);
}

void sac_driver::announce_shutdown() {
    event(messages_[5]);
}

void sac_driver::end_sessions() {
    is_registered_ = false;
    launches_.clear();
    for (std::size_t i = 1; i < slots; ++i)
        if (channels_[i]) remove(i);
}

void sac_driver::raise_event(int number) {
    event(messages_[number]);
}

void sac_driver::kill(std::size_t slot) {
    if (slot > 0 && slot < slots && channels_[slot]) remove(slot);
}

void sac_driver::fill_channels(instant now) {
    while (const auto slot = free_slot()) create_channel(*slot, now);
}

void sac_driver::write(std::string_view text) {
    screen_.write(text);
    if (current_ == 0 && view_ == view::shown) out_ += text;
}

void sac_driver::event(std::string_view text) {
    write(messages_[2]);
    write(text);
    prompt();
}

void sac_driver::input(char byte, instant now) {
    if (escape_ && now - *escape_ > profile_.escape_window) escape_.reset();
    const bool follows_escape = escape_.has_value();
    escape_.reset();
    const bool follows_tab = std::exchange(after_tab_, false);

    if (follows_escape && byte == '\t') {
        collect();
        if (view_ == view::shown && channels_[current_]->session) channels_[current_]->session->hide();
        after_tab_ = true;
        show_switch_screen(next_channel());
    } else if (byte == escape_key && !follows_escape) {
        escape_ = now;
    } else if (view_ == view::switch_screen) {
        // The key is consumed; ESC and the key after it count as one.
        if (follows_tab && byte == '0')
            show_switch_screen(0);
        else
            show(now);
    } else {
        if (follows_escape) to_channel(escape_key, now);
        if (byte == escape_key)
            escape_ = now;
        else
            to_channel(byte, now);
    }
    collect();
}

void sac_driver::to_channel(char byte, instant now) {
    if (current_ == 0) {
        if (byte != escape_key) edit(byte, now);  // swallowed: ESC [ A leaves "[A" in the line
    } else {
        channels_[current_]->session->input({&byte, 1}, now);
    }
}

void sac_driver::edit(char byte, instant now) {
    const bool follows_cr = std::exchange(last_was_cr_, byte == '\r');
    if (byte == '\n' && follows_cr && profile_.crlf_is_one_enter) return;
    if (!rest_.empty()) {
        if (byte == '\r' || byte == '\n') more();
        if (byte == 0x03) {
            rest_.clear();
            prompt();
        }
        return;
    }
    switch (byte) {
        case '\r':
        case '\n':
            write("\r\n");
            enter(now);
            return;
        case 0x03:
            enter(now);
            return;  // runs what was typed, only without a line end
        case 0x08:
        case 0x7f:
            if (line_.empty()) return;
            line_.pop_back();
            write("\b \b");
            return;
        case '\t':
            write("\a");
            return;
        default:
            break;
    }
    if (static_cast<unsigned char>(byte) < 0x20) return;
    if (line_.size() == line_limit) {
        line_.back() = byte;
        write("\b");
    } else {
        line_ += byte;
    }
    write({&byte, 1});
}

void sac_driver::enter(instant now) {
    std::string line = std::exchange(line_, {});
    const auto first = line.find_first_not_of(" \t");
    line = first == std::string::npos ? "" : line.substr(first, line.find_last_not_of(" \t") - first + 1);
    for (char& c : line)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (run(line, now) == answer::prompt) prompt();
}

void sac_driver::show_switch_screen(std::size_t index) {
    current_ = index;
    view_ = view::switch_screen;
    const channel& what = *channels_[index];
    const std::string_view application = what.is_command ? cmd_application : sac_application;
    out_ += fresh_page;
    out_ += "<?xml version=\"1.0\"?>\r\n<channel-switch>\r\n" + element("name", what.name) +
            element("description", messages_[what.is_command ? 146 : 145]) + element("type", "VT-UTF8") +
            element("guid", what.guid) + element("application-type", application) + "</channel-switch>\r\n";
    out_ += fresh_page;
    const std::string& shown = what.is_command ? profile_.cmd_description_shown : profile_.sac_description_shown;
    out_ += messages_.filled(111, what.name.c_str(), shown.c_str(), "VT-UTF8", what.guid.c_str(),
                             std::string(application).c_str());
}

void sac_driver::show(instant now) {
    view_ = view::shown;
    if (current_ == 0)
        out_ += screen_.redraw();
    else
        channels_[current_]->session->view(now);
}

std::size_t sac_driver::next_channel() const {
    for (std::size_t step = 1; step <= slots; ++step)
        if (const std::size_t index = (current_ + step) % slots; channels_[index]) return index;
    return 0;
}

std::optional<std::size_t> sac_driver::find(std::string_view name) const {
    for (std::size_t i = 0; i < slots; ++i)
        if (channels_[i] && text::equal_no_case(channels_[i]->name, name)) return i;
    return std::nullopt;
}

std::optional<std::size_t> sac_driver::free_slot() const {
    for (std::size_t i = 1; i < slots; ++i) {
        const bool is_taken = std::any_of(launches_.begin(), launches_.end(), [&](auto& l) { return l.slot == i; });
        if (!channels_[i] && !is_taken) return i;
    }
    return std::nullopt;
}

void sac_driver::create_channel(std::size_t index, instant now) {
    char name[16];
    std::snprintf(name, sizeof name, "Cmd%04u", ++channel_number_ % 10000);
    channel& made = channels_[index].emplace();
    made.name = name;
    made.guid = guids_.next(now);
    made.session = host_.open_session(index, now);
    event(messages_.filled(109, name));
}

void sac_driver::remove(std::size_t index) {
    collect();
    const std::string name = channels_[index]->name;
    channels_[index].reset();
    if (current_ == index) show_switch_screen(0);
    event(messages_.filled(110, name.c_str()));
}

void sac_driver::collect() {
    if (view_ == view::shown && channels_[current_]->session) out_ += channels_[current_]->session->take_output();
}

void sac_driver::advance(instant now) {
    for (std::size_t i = 0; i < launches_.size();) {
        if (launches_[i].due > now) {
            ++i;
            continue;
        }
        const std::size_t slot = launches_[i].slot;
        launches_.erase(launches_.begin() + static_cast<std::ptrdiff_t>(i));
        create_channel(slot, now);
    }
    for (std::size_t i = 1; i < slots; ++i) {
        if (!channels_[i]) continue;
        channels_[i]->session->advance(now);
        collect();
        const bool is_closed = channels_[i]->closing && *channels_[i]->closing <= now;
        if (is_closed || channels_[i]->session->has_ended()) remove(i);
    }
    if (power_ && power_->due <= now) {
        const bool is_restart = power_->is_restart;
        power_.reset();
        if (is_restart)
            host_.restart(now);
        else
            host_.shut_down(now);
    }
}

std::optional<instant> sac_driver::next_event() const {
    std::optional<instant> first;
    const auto consider = [&](std::optional<instant> when) {
        if (when && (!first || *when < *first)) first = when;
    };
    for (const launch& l : launches_) consider(l.due);
    for (const auto& c : channels_) {
        if (!c || !c->session) continue;
        consider(c->closing);
        consider(c->session->next_event());
    }
    if (power_) consider(power_->due);
    return first;
}

std::string sac_driver::take_output() {
    collect();
    return std::exchange(out_, {});
}

}  // namespace emsctl::guest
