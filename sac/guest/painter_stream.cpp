#include <algorithm>

#include "sac/guest/painters.hpp"

namespace emsctl::guest {
namespace {

constexpr int shortest_jump = 4;

}  // namespace

void stream_painter::forget() {
    far_.fill(U' ');
    blanks_ = 0;
    cursor_.reset();
}

void stream_painter::begin() {
    out_ += "\x1b[2J\x1b[H";
    forget();
}

void stream_painter::cleared() {
    if (!is_muted_) begin();
}

void stream_painter::put(int row, int column, char32_t character) {
    if (is_muted_) return;
    const bool goes_on = blanks_ > 0 && row == blanks_row_ && column == blanks_column_ + blanks_;
    if (character == U' ' && column < screen_console::columns - 1) {
        if (!goes_on) {
            flush_blanks(false);
            blanks_row_ = row;
            blanks_column_ = column;
        }
        ++blanks_;
        return;
    }
    flush_blanks(goes_on);
    cursor_.put(row, column, character, out_);
    far_[static_cast<std::size_t>(row * screen_console::columns + column)] = character;
}

void stream_painter::flush_blanks(bool may_jump) {
    if (blanks_ == 0) return;
    const auto first = far_.begin() + blanks_row_ * screen_console::columns + blanks_column_;
    const bool is_blank = std::all_of(first, first + blanks_, [](char32_t c) { return c == U' '; });
    if (may_jump && is_blank && blanks_ >= shortest_jump && chance_.happens(jump_)) {
        cursor_.move(blanks_row_, blanks_column_, out_);
        out_ += "\x1b[" + std::to_string(blanks_) + "C";
        cursor_.skipped(blanks_);
    } else {
        for (int i = 0; i < blanks_; ++i) cursor_.put(blanks_row_, blanks_column_ + i, U' ', out_);
        std::fill(first, first + blanks_, U' ');
    }
    blanks_ = 0;
}

void stream_painter::scrolling(bool by_wrap) {
    if (is_muted_) return;
    flush_blanks(false);
    cursor_.scroll(by_wrap, out_);
    std::copy(far_.begin() + screen_console::columns, far_.end(), far_.begin());
    std::fill(far_.end() - screen_console::columns, far_.end(), U' ');
}

void stream_painter::commit() {
    is_dirty_ = false;
    flush_blanks(false);
    cursor_.move(console_.row(), console_.column(), out_);
}

void stream_painter::repaint() {
    is_dirty_ = false;
    begin();
    for (int row = 0; row < screen_console::rows; ++row) {
        const std::u32string text = console_.row_text(row);
        for (std::size_t i = 0; i < text.size(); ++i) {
            const int column = static_cast<int>(i);
            cursor_.put(row, column, text[i], out_);
            far_[static_cast<std::size_t>(row * screen_console::columns + column)] = text[i];
        }
    }
    // The last cell would leave the terminal about to scroll: an absolute position takes that back.
    out_ += cursor_to(console_.row(), console_.column());
    cursor_.reset(console_.row(), console_.column());
}

}  // namespace emsctl::guest
