#include "sac/guest/screen_console.hpp"

#include <algorithm>

#include "sac/guest/sac_screen.hpp"

namespace emsctl::guest {

void screen_console::write(std::string_view utf8) {
    for (char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if (missing_ > 0 && (byte & 0xc0) == 0x80) {
            partial_ = (partial_ << 6) | (byte & 0x3fu);
            if (--missing_ == 0) put(partial_ <= 0xffff ? static_cast<char32_t>(partial_) : U'\ufffd');
        } else if (byte >= 0xc0) {
            missing_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
            partial_ = byte & (0x3fu >> missing_);
        } else if (byte >= 0x80) {
            put(U'\ufffd');
        } else {
            missing_ = 0;
            switch (c) {
                case '\r':
                    column_ = 0;
                    break;
                case '\n':
                    line_feed(false);
                    break;
                case '\b':
                    if (column_ > 0) --column_;
                    break;
                case '\t':
                    do put(U' ');
                    while (column_ % 8 != 0);
                    break;
                case '\a':
                    break;
                default:
                    put(byte);
            }
        }
    }
    notify();
}

void screen_console::put(char32_t character) {
    cells_[static_cast<std::size_t>(row_ * columns + column_)] = character;
    if (watcher_) watcher_->put(row_, column_, character);
    if (++column_ < columns) return;
    column_ = 0;  // a Windows console wraps at once, not with the next character
    line_feed(true);
}

void screen_console::line_feed(bool by_wrap) {
    if (row_ < rows - 1) {
        ++row_;
        return;
    }
    if (watcher_) watcher_->scrolling(by_wrap);
    std::copy(cells_.begin() + columns, cells_.end(), cells_.begin());
    std::fill(cells_.end() - columns, cells_.end(), U' ');
    --line_row_;
}

void screen_console::clear() {
    cells_.fill(U' ');
    row_ = column_ = 0;
    if (watcher_) watcher_->cleared();
    notify();
}

void screen_console::set_title(std::string_view title) {
    title_ = title;
    notify();
}

std::u32string screen_console::row_text(int row) const {
    const auto begin = cells_.begin() + row * columns;
    std::u32string text(begin, begin + columns);
    text.erase(text.find_last_not_of(U' ') + 1);
    return text;
}

void screen_console::place(int row, int column) {
    row_ = std::clamp(row, 0, rows - 1);
    column_ = column;
}

void screen_console::key(const console_key& what, instant now) {
    now_ = now;
    if (what.what == console_key::kind::interrupt && pending() != awaited::line) {
        if (pending() == awaited::nothing) return;
        interrupt();
        settle(now);
        return;
    }
    keys_.push_back(what);
    take_keys();
}

void screen_console::advance(instant now) {
    while (pause_end_ && *pause_end_ <= now) {
        now_ = *pause_end_;
        pause_end_.reset();
        complete();
        settle(now_);
    }
    now_ = now;
}

void screen_console::settle(instant now) {
    now_ = now;
    pause_end_.reset();
    if (pending() == awaited::time) pause_end_ = now + pending_length();
    take_keys();
}

std::optional<instant> screen_console::next_event() const {
    return pause_end_;
}

void screen_console::take_keys() {
    if (is_taking_) return;  // a program ran on from below and wants more: the loop goes round
    is_taking_ = true;
    while (take_key()) {
    }
    is_taking_ = false;
}

bool screen_console::take_key() {
    if (pending() == awaited::line && !is_editing_) {
        is_editing_ = true;
        line_.clear();
        at_ = 0;
        line_row_ = row_;
        line_column_ = column_;
    }
    if (keys_.empty() || (pending() != awaited::line && pending() != awaited::key)) return false;
    const console_key next = keys_.front();
    keys_.pop_front();
    if (pending() == awaited::line) {
        edit(next);
        return true;
    }
    const bool is_enter = next.what == console_key::kind::enter;
    if (next.what != console_key::kind::text && !is_enter) return true;
    complete(is_enter ? "\r" : to_utf8(next.character));
    settle(now_);
    return true;
}

void screen_console::edit(const console_key& what) {
    using kind = console_key::kind;
    switch (what.what) {
        case kind::text: {
            line_.insert(at_, 1, what.character);
            const std::size_t from = at_++;
            replace_tail(from, line_.size());
            break;
        }
        case kind::backspace:
            if (at_ == 0) return;
            line_.erase(--at_, 1);
            replace_tail(at_, line_.size() + 1);
            break;
        case kind::erase:
            if (at_ == line_.size()) return;
            line_.erase(at_, 1);
            replace_tail(at_, line_.size() + 1);
            break;
        case kind::escape: {
            const std::size_t old_size = line_.size();
            line_.clear();
            at_ = 0;
            if (old_size > 0) replace_tail(0, old_size);
            break;
        }
        case kind::left:
            if (at_ > 0) --at_;
            place_in_line(at_);
            break;
        case kind::right:
            if (at_ < line_.size()) ++at_;
            place_in_line(at_);
            break;
        case kind::home:
            place_in_line(at_ = 0);
            break;
        case kind::end:
            place_in_line(at_ = line_.size());
            break;
        case kind::other:
            return;
        case kind::interrupt:
            // The line stays on the screen; the shell shows the ^C.
            place_in_line(line_.size());
            is_editing_ = false;
            interrupt();
            settle(now_);
            return;
        case kind::enter: {
            place_in_line(line_.size());
            write("\r\n");
            if (watcher_) watcher_->entered();
            std::string text;
            for (char32_t c : line_) text += to_utf8(c);
            is_editing_ = false;
            complete(std::move(text));
            settle(now_);
            return;
        }
    }
    notify();
}

// Control characters stand in the line as themselves and on the screen as ^X, so positions are those of the picture.
void screen_console::echo(char32_t c) {
    if (c < 0x20) {
        put(U'^');
        put(c + 0x40);
    } else {
        put(c);
    }
}

void screen_console::replace_tail(std::size_t from, std::size_t old_size) {
    place_in_line(from);
    for (std::size_t i = from; i < line_.size(); ++i) echo(line_[i]);
    for (std::size_t i = line_.size(); i < old_size; ++i) put(U' ');
    place_in_line(at_);
}

void screen_console::place_in_line(std::size_t index) {
    int offset = line_column_;
    for (std::size_t i = 0; i < index; ++i) offset += line_[i] < 0x20 ? 2 : 1;
    place(line_row_ + offset / columns, offset % columns);
}

}  // namespace emsctl::guest
