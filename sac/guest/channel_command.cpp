#include "sac/guest/channel_command.hpp"

#include <algorithm>

namespace emsctl::guest {

using namespace std::string_literals;

channel_command::channel_command(const profile& what, session_services services, key_faults faults, std::uint64_t seed)
    : profile_(what), services_(std::move(services)), faults_(faults), chance_(seed), dialog_(what.says_attempting) {
    painter_ = make_painter(what, console_, seed);
    painter_->mute(true);
    console_.watch(painter_.get());
}

void channel_command::view(instant now) {
    is_viewed_ = true;
    last_input_ = now;
    switch (state_) {
        case state::fresh:
            if (services_.who)
                start_shell(*services_.who, now);
            else if (profile_.has_login)
                ask();
            else
                start_shell(local_system(), now);
            break;
        case state::login:
        case state::authenticating:
            out_ += dialog_.restate();
            break;
        case state::shell:
            if (is_locked_) {
                ask();
            } else {
                painter_->mute(false);
                if (profile_.repaints_on_view) painter_->repaint();
            }
            break;
        default:
            break;
    }
}

void channel_command::hide() {
    is_viewed_ = false;
    paint_due_.reset();
    painter_->mute(true);
}

void channel_command::lock() {
    is_locked_ = has_shell_;
}

void channel_command::ask() {
    out_ += dialog_.begin();
    state_ = state::login;
}

void channel_command::input(std::string_view bytes, instant now) {
    last_input_ = now;
    if (state_ == state::login) {
        out_ += dialog_.input(bytes[0]);
        if (dialog_.is_complete()) {
            state_ = state::authenticating;
            due_ = now + profile_.authentication;
        }
        if (bytes.size() > 1) input(bytes.substr(1), now);
    } else if (state_ == state::shell) {
        type(bytes, now);
    } else if (buffer_.size() + bytes.size() <= profile_.channel_buffer) {
        buffer_ += bytes;  // and what does not fit is dropped without a word
    }
}

void channel_command::answer(instant now) {
    const std::optional<account> who = services_.log_on(dialog_.domain(), dialog_.user(), dialog_.password());
    if (!who) {
        out_ += "\r\n" + profile_.failure_text + "\r\n\0"s;
        state_ = state::refused;
        due_ = now + profile_.failure_pause;
    } else if (has_shell_) {
        is_locked_ = false;
        state_ = state::shell;
        painter_->mute(!is_viewed_);
        if (is_viewed_) painter_->repaint();
    } else {
        start_shell(*who, now);
    }
}

void channel_command::start_shell(account who, instant now) {
    who_ = std::move(who);
    state_ = state::starting;
    due_ = now + profile_.shell_start;
}

void channel_command::drain(instant now) {
    const std::string typed = std::exchange(buffer_, {});
    if (!typed.empty()) type(typed, now);
}

void channel_command::type(std::string_view bytes, instant now) {
    for (const console_key& key : keys_.decode(bytes)) {
        if (has_ended() || state_ == state::leaving) return;
        if (chance_.happens(faults_.dropped)) continue;
        press(key, now);
        if (chance_.happens(faults_.doubled)) press(key, now);
        if (chance_.happens(faults_.inserted)) press({console_key::kind::text, U'~'}, now);
    }
}

// Two equal key presses that meet in the console's input become one. Seen on Windows Server 2016 and 2019.
bool channel_command::is_merged(const console_key& key, instant now) {
    const bool is_equal = last_key_ == key && now - last_key_time_ <= profile_.equal_key_window;
    last_key_ = key;
    last_key_time_ = now;
    return is_equal && profile_.equal_key_window.count() > 0 && chance_.happens(profile_.equal_key_merge);
}

void channel_command::press(const console_key& key, instant now) {
    if (is_merged(key, now)) return;
    const bool is_racing = race_end_ && now < *race_end_;
    if (is_racing && key.what != console_key::kind::enter && chance_.happens(profile_.startup_race_eats)) return;
    console_.key(key, now);
    after_shell(now);
}

void channel_command::after_shell(instant now) {
    if (state_ != state::shell) return;
    if (!race_end_ && console_.pending() == console::awaited::line) race_end_ = now + profile_.startup_race;
    if (task_.is_done()) {
        task_.result();  // an error of the simulation itself surfaces here
        state_ = state::leaving;
        due_ = now + profile_.paint_interval;
        paint_due_.reset();
        return;
    }
    if (!painter_->is_dirty() || !is_viewed_ || paint_due_) return;
    const instant interval = std::max(profile_.paint_interval, instant(1));
    if (profile_.painter == painter_kind::differential)
        paint_due_ = (now / interval + 1) * interval;  // it looks at fixed times, changed or not
    else
        paint_due_ = now + profile_.paint_interval;
}

void channel_command::leave() {
    if (is_viewed_) {
        painter_->commit();
        painter_->finish();
        out_ += painter_->take_output();
        if (!services_.who) out_ += "\r\nThe Command Console session is exiting.\r\n\0"s;
    }
    state_ = state::ended;
}

void channel_command::advance(instant now) {
    if (due_ && *due_ <= now) {
        due_.reset();
        switch (state_) {
            case state::authenticating:
                answer(now);
                break;
            case state::refused:
                state_ = state::ended;
                break;
            case state::starting:
                state_ = state::shell;
                has_shell_ = true;
                painter_->mute(!is_viewed_);
                painter_->begin();
                if (!is_viewed_) painter_->take_output();
                task_ = services_.shell(console_, who_);
                task_.start();
                console_.settle(now);
                after_shell(now);
                drain(now);
                break;
            case state::leaving:
                leave();
                break;
            default:
                break;
        }
    }
    if (has_shell_ && (state_ == state::shell || is_locked_) && !task_.is_done()) {
        console_.advance(now);
        after_shell(now);
    }
    if (paint_due_ && *paint_due_ <= now) {
        paint_due_.reset();
        if (painter_->is_dirty()) painter_->commit();
    }
    const bool is_idle = profile_.idle_limit.count() > 0 && state_ == state::shell;
    if (is_idle && now >= last_input_ + profile_.idle_limit) leave();
}

std::optional<instant> channel_command::next_event() const {
    std::optional<instant> first = due_;
    const auto consider = [&](std::optional<instant> when) {
        if (when && (!first || *when < *first)) first = when;
    };
    consider(paint_due_);
    if (has_shell_ && state_ != state::ended) consider(console_.next_event());
    if (profile_.idle_limit.count() > 0 && state_ == state::shell) consider(last_input_ + profile_.idle_limit);
    return first;
}

std::string channel_command::take_output() {
    if (state_ == state::shell && is_viewed_) out_ += painter_->take_output();
    return std::exchange(out_, {});
}

}  // namespace emsctl::guest
