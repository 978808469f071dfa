#include "sac/far_end.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace emsctl::sac {
namespace {

// C:\Windows\system32> with anything between the drive and the last character; the root and the case vary by guest.
bool is_path_prompt(std::string_view text) {
    return text.size() >= 4 && std::isalpha(static_cast<unsigned char>(text[0])) && text.substr(1, 2) == ":\\" &&
           text.find('>') != std::string_view::npos;
}

constexpr int longest_typed_rows = 6;

}  // namespace

std::string_view name_of(place p) {
    static constexpr std::array names = {
        "nothing received yet", "firmware",        "boot manager",     "loading",
        "SAC prompt",           "SAC pager",       "switch screen",    "login: user name",
        "login: domain",        "login: password", "cmd shell",        "PowerShell prompt",
        "STOP error",           "!SAC prompt",     "unrecognised text"};
    return names[static_cast<std::size_t>(p)];
}

far_end::far_end(console_texts texts)
    : texts_(std::move(texts)), tags_([this](tag_event event) { on_event(std::move(event)); }) {}

void far_end::feed(std::string_view bytes) {
    any_ = any_ || !bytes.empty();
    parser_.feed(bytes, sink_);
}

void far_end::fan_out::print(char32_t c) {
    owner.screen_.print(c);
    owner.tags_.print(c);
}
void far_end::fan_out::control(char b) {
    owner.screen_.control(b);
    owner.tags_.control(b);
}
void far_end::fan_out::sequence(const control_sequence& s) {
    if (s.final == 'J') owner.cleared_ = true;
    owner.tags_.sequence(s);
    owner.screen_.sequence(s);
}
void far_end::fan_out::escape(char i, char f) {
    owner.screen_.escape(i, f);
}
void far_end::fan_out::title(std::string_view t) {
    owner.screen_.title(t);
}

void far_end::on_event(tag_event event) {
    switch (event.what) {
        case tag_event::kind::channel_switch:
            channel_ = {std::string(event.field("name")), std::string(event.field("guid")),
                        std::string(event.field("application-type"))};
            ++switches_;
            stopped_ = false;
            break;
        case tag_event::kind::machine_info:
            // A STOP blob carries a machine-info too, but <BP> is open then and it never arrives here.
            ++boots_;
            machine_ = std::move(event);
            channel_ = {};
            stopped_ = false;
            break;
        case tag_event::kind::bugcheck:
            stopped_ = true;
            break;
    }
}

// The switch screen names the channel by both GUIDs, whatever the language; a redraw clears them away.
bool far_end::shows_switch_screen() const {
    if (channel_.instance.empty()) return false;
    bool instance = false;
    bool application = false;
    for (int row = 0; row < screen_.rows(); ++row) {
        const auto text = screen_.row_text(row);
        instance = instance || text.ends_with(channel_.instance);
        application = application || text.ends_with(channel_.application);
    }
    return instance && application;
}

std::string far_end::before_cursor() const {
    return screen_.row_text(screen_.cursor_row(), 0, screen_.cursor_column());
}

std::string far_end::line_from(std::string_view prefix) const {
    const int last = screen_.cursor_row();
    std::string line = before_cursor();
    for (int row = last; row >= 0 && last - row < longest_typed_rows; --row) {
        if (row < last) line = screen_.row_text(row, 0, screen_.columns()) + line;
        if (screen_.row_text(row, 0, screen_.columns()).starts_with(prefix)) return line;
    }
    return {};
}

place far_end::now() const {
    if (!any_) return place::nothing;
    const std::string line = before_cursor();
    if (line.starts_with("!SAC>")) return place::kernel_sac;
    if (stopped_) return place::bugcheck;
    if (shows_switch_screen()) return place::switch_screen;
    if (line.starts_with("SAC>")) return place::sac_prompt;
    if (line.starts_with(texts_.pager)) return place::sac_pager;
    if (line.starts_with(texts_.username)) return place::login_user;
    if (line.starts_with(texts_.domain)) return place::login_domain;
    if (line.starts_with(texts_.password)) return place::login_password;
    if (line.starts_with("PS ") && line.find('>') != std::string::npos) return place::powershell;
    if (is_path_prompt(line)) return place::cmd_shell;
    const std::string all = screen_.dump();
    if (cleared_ && all.find_first_not_of(" \n") == std::string::npos) return place::loading;
    if (all.find(texts_.boot_manager) != std::string::npos) return place::boot_manager;
    const bool firmware = std::any_of(texts_.firmware.begin(), texts_.firmware.end(),
                                      [&](const auto& text) { return all.find(text) != std::string::npos; });
    return firmware ? place::firmware : place::other;
}

}  // namespace emsctl::sac
