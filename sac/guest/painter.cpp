#include "sac/guest/painter.hpp"

#include "sac/guest/painters.hpp"
#include "sac/guest/sac_screen.hpp"

namespace emsctl::guest {

std::string cursor_to(int row, int column) {
    return "\x1b[" + std::to_string(row + 1) + ";" + std::to_string(column + 1) + "H";
}

void remote_cursor::reset(int row, int column) {
    row_ = row;
    column_ = column;
    is_waiting_ = false;
}

void remote_cursor::wrap_now(std::string& out) {
    if (is_waiting_) out += "\r\n";
    is_waiting_ = false;
}

bool remote_cursor::move(int row, int column, std::string& out) {
    wrap_now(out);
    if (row == row_ && column == column_) return false;
    bool is_absolute = false;
    if (row == row_ && column == 0) {
        out += '\r';
    } else if (row == row_ && column == column_ - 1) {
        out += '\b';
    } else if (column == 0 && row == row_ + 1) {
        out += "\r\n";
    } else if (column == 0 && row > row_ && how_ == style::line_ends) {
        for (int i = row_; i < row; ++i) out += "\r\n";
    } else {
        out += cursor_to(row, column);
        is_absolute = true;
    }
    row_ = row;
    column_ = column;
    return is_absolute;
}

bool remote_cursor::put(int row, int column, char32_t character, std::string& out) {
    bool is_absolute = false;
    if (is_waiting_ && row == row_ && column == column_)
        is_waiting_ = false;  // the terminal wraps by itself
    else
        is_absolute = move(row, column, out);
    out += to_utf8(character);
    if (++column_ == screen_console::columns) {
        is_waiting_ = true;
        column_ = 0;
        if (row_ < screen_console::rows - 1) ++row_;
    }
    return is_absolute;
}

bool remote_cursor::scroll(bool by_wrap, std::string& out) {
    // The last cell was just written: the wrap that is still to come scrolls the terminal.
    if (by_wrap && is_waiting_ && row_ == screen_console::rows - 1) return false;
    wrap_now(out);
    bool is_absolute = false;
    if (row_ != screen_console::rows - 1) is_absolute = move(screen_console::rows - 1, 0, out);
    out += "\r\n";
    column_ = 0;
    return is_absolute;
}

std::unique_ptr<painter> make_painter(const profile& what, const screen_console& console, std::uint64_t seed) {
    switch (what.painter) {
        case painter_kind::conpty:
            return std::make_unique<conpty_painter>(console);
        case painter_kind::stream:
            return std::make_unique<stream_painter>(console, what.cursor_right, seed);
        case painter_kind::differential:
            break;
    }
    return std::make_unique<differential_painter>(console);
}

}  // namespace emsctl::guest
