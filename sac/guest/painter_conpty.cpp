#include "sac/guest/painters.hpp"
#include "sac/guest/sac_screen.hpp"

namespace emsctl::guest {
namespace {

constexpr const char* hide = "\x1b[?25l";
constexpr const char* show = "\x1b[?25h";

}  // namespace

void conpty_painter::begin() {
    out_ += "\x1b[18t\x1b[18t";
    is_first_ = true;
    cursor_.reset();
}

void conpty_painter::put(int row, int column, char32_t character) {
    if (is_muted_ || needs_repaint_) return;
    if (cursor_.put(row, column, character, frame_)) hides_cursor_ = true;
}

void conpty_painter::scrolling(bool by_wrap) {
    if (is_muted_) return;
    if (needs_repaint_) paint_all();  // cleared and filled again within one frame: nothing of it may be lost
    if (cursor_.scroll(by_wrap, frame_)) hides_cursor_ = true;
}

void conpty_painter::paint_all() {
    frame_ += "\x1b[H";
    for (int row = 0; row < screen_console::rows; ++row) {
        const std::u32string text = console_.row_text(row);
        for (char32_t c : text) frame_ += to_utf8(c);
        if (text.size() < static_cast<std::size_t>(screen_console::columns)) frame_ += "\x1b[K";
        if (row < screen_console::rows - 1) frame_ += "\r\n";
    }
    frame_ += cursor_to(console_.row(), console_.column());
    cursor_.reset(console_.row(), console_.column());
    hides_cursor_ = true;
    needs_repaint_ = false;
}

void conpty_painter::end_frame() {
    if (is_first_) {
        out_ += std::string(hide) + "\x1b[2J\x1b[m\x1b[H";
        hides_cursor_ = true;
    } else if (hides_cursor_) {
        out_ += hide;
    }
    out_ += std::exchange(frame_, {});
    if (console_.title() != title_) {
        title_ = console_.title();
        out_ += "\x1b]0;" + title_ + "\a";
    }
    if (std::exchange(hides_cursor_, false)) out_ += show;
}

void conpty_painter::commit() {
    is_dirty_ = false;
    if (needs_repaint_)
        paint_all();
    else if (cursor_.move(console_.row(), console_.column(), frame_))
        hides_cursor_ = true;
    end_frame();
    if (std::exchange(is_first_, false)) {
        paint_all();
        end_frame();
    }
}

void conpty_painter::repaint() {
    is_dirty_ = false;
    frame_.clear();
    paint_all();
    end_frame();
}

void conpty_painter::finish() {
    // The shell's title goes back to the image it was started from, without the word for an elevated one.
    constexpr std::string_view elevated = "Administrator: ";
    std::string title = title_;
    if (title.rfind(elevated, 0) == 0) title.erase(0, elevated.size());
    if (const auto end = title.find(" - "); end != std::string::npos) title.erase(end);
    if (!title.empty()) out_ += "\x1b]0;" + title + "\a";
}

}  // namespace emsctl::guest
