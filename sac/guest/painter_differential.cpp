#include "sac/guest/painters.hpp"
#include "sac/guest/sac_screen.hpp"

namespace emsctl::guest {

void differential_painter::begin() {
    out_ += "\x1b[2J\x1b[1;1H";
    far_.fill(U' ');
    row_ = column_ = 0;
    is_placed_ = true;
}

void differential_painter::repaint() {
    begin();
    commit();
}

void differential_painter::move(int row, int column) {
    if (is_placed_ && row == row_ && column == column_) return;
    if (is_placed_ && column == 0 && row == row_)
        out_ += '\r';
    else if (is_placed_ && column == 0 && row == row_ + 1)
        out_ += "\r\n";
    else
        out_ += cursor_to(row, column);
    row_ = row;
    column_ = column;
    is_placed_ = true;
}

void differential_painter::paint_row(int row) {
    const int text_end = static_cast<int>(console_.row_text(row).size());
    for (int column = 0; column < screen_console::columns; ++column) {
        const char32_t wanted = console_.at(row, column);
        if (far(row, column) == wanted) continue;
        move(row, column);
        if (column >= text_end) {
            out_ += "\x1b[K";
            for (int i = column; i < screen_console::columns; ++i) far(row, i) = U' ';
            return;
        }
        out_ += to_utf8(wanted);
        far(row, column) = wanted;
        // In the last column terminals differ on where the cursor is: the next text is placed anew.
        if (++column_ == screen_console::columns) is_placed_ = false;
    }
}

void differential_painter::commit() {
    is_dirty_ = false;
    for (int row = 0; row < screen_console::rows; ++row) paint_row(row);
    move(console_.row(), console_.column());
}

}  // namespace emsctl::guest
