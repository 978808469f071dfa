#include "sac/screen.hpp"

#include <algorithm>

namespace emsctl::sac {

screen::screen(int rows, int columns)
    : rows_(rows), columns_(columns), cells_(static_cast<std::size_t>(rows * columns)), bottom_(rows - 1) {}

cell screen::blank() const {
    cell c = pen_;
    c.character = U' ';
    c.flags = 0;
    return c;
}

// Asked for with every piece of output: letters of one byte, which nearly all are, are set in place.
std::string screen::row_text(int row, int from, int to) const {
    to = std::min(to, columns_);
    if (from >= to) return {};
    const cell* cells = &at(row, 0);
    std::string text(static_cast<std::size_t>(to - from), ' ');
    char* out = text.data();
    for (int column = from; column < to; ++column) {
        const auto character = cells[column].character;
        if (character >= 0x80) {
            text.resize(static_cast<std::size_t>(column - from));
            for (; column < to; ++column) append_utf8(text, cells[column].character);
            break;
        }
        *out++ = static_cast<char>(character);
    }
    return text;
}

std::string screen::row_text(int row) const {
    const cell* cells = &at(row, 0);
    int end = columns_;
    while (end > 0 && cells[end - 1].character == U' ') --end;
    return row_text(row, 0, end);
}

std::vector<std::string> screen::lines() const {
    std::vector<std::string> all;
    for (int row = 0; row < rows_; ++row) all.push_back(row_text(row));
    return all;
}

std::string screen::dump() const {
    auto all = lines();
    while (!all.empty() && all.back().empty()) all.pop_back();
    std::string text;
    for (const auto& line : all) text += (text.empty() && &line == &all.front() ? "" : "\n") + line;
    return text;
}

void screen::print(char32_t character) {
    if (wrap_pending_) {
        wrap_pending_ = false;
        column_ = 0;
        line_feed();
    }
    cell& c = cells_[index(row_, column_)];
    c = pen_;
    c.character = character;
    if (column_ + 1 < columns_) {
        ++column_;
    } else {
        wrap_pending_ = wraps_;
    }
}

void screen::control(char byte) {
    switch (byte) {
        case '\r':
            column_ = 0;
            wrap_pending_ = false;
            break;
        case '\n':
        case '\v':
        case '\f':
            wrap_pending_ = false;
            line_feed();
            break;
        case '\b':
            if (wrap_pending_) {
                wrap_pending_ = false;
            } else if (column_ > 0) {
                --column_;
            }
            break;
        case '\t':
            wrap_pending_ = false;
            column_ = std::min(columns_ - 1, (column_ / 8 + 1) * 8);
            break;
        default:
            break;  // BEL and the rest leave no mark
    }
}

void screen::move_to(int row, int column) {
    row_ = std::clamp(row, 0, rows_ - 1);
    column_ = std::clamp(column, 0, columns_ - 1);
    wrap_pending_ = false;
}

void screen::line_feed() {
    if (row_ == bottom_) {
        scroll(top_, 1);
    } else if (row_ + 1 < rows_) {
        ++row_;
    }
}

void screen::reverse_line_feed() {
    if (row_ == top_) {
        scroll(top_, -1);
    } else if (row_ > 0) {
        --row_;
    }
}

void screen::scroll(int top, int count) {
    const int height = bottom_ - top + 1;
    const int distance = std::clamp(count, -height, height);
    const auto row_begin = [&](int row) { return cells_.begin() + row * columns_; };
    if (distance > 0) {
        std::move(row_begin(top + distance), row_begin(bottom_ + 1), row_begin(top));
        std::fill(row_begin(bottom_ + 1 - distance), row_begin(bottom_ + 1), blank());
    } else if (distance < 0) {
        std::move_backward(row_begin(top), row_begin(bottom_ + 1 + distance), row_begin(bottom_ + 1));
        std::fill(row_begin(top), row_begin(top - distance), blank());
    }
}

void screen::fill(int row, int from, int to) {
    std::fill(cells_.begin() + static_cast<std::ptrdiff_t>(index(row, from)),
              cells_.begin() + static_cast<std::ptrdiff_t>(index(row, 0)) + to, blank());
}

void screen::erase_line(int mode) {
    if (mode == 0) fill(row_, column_, columns_);
    if (mode == 1) fill(row_, 0, column_ + 1);
    if (mode == 2) fill(row_, 0, columns_);
}

void screen::erase_display(int mode) {
    if (mode == 0) {
        erase_line(0);
        for (int row = row_ + 1; row < rows_; ++row) fill(row, 0, columns_);
    } else if (mode == 1) {
        erase_line(1);
        for (int row = 0; row < row_; ++row) fill(row, 0, columns_);
    } else if (mode == 2 || mode == 3) {
        for (int row = 0; row < rows_; ++row) fill(row, 0, columns_);
    }
}

void screen::insert_characters(int count) {
    const auto row = cells_.begin() + row_ * columns_;
    const int distance = std::min(count, columns_ - column_);
    std::move_backward(row + column_, row + columns_ - distance, row + columns_);
    fill(row_, column_, column_ + distance);
}

void screen::delete_characters(int count) {
    const auto row = cells_.begin() + row_ * columns_;
    const int distance = std::min(count, columns_ - column_);
    std::move(row + column_ + distance, row + columns_, row + column_);
    fill(row_, columns_ - distance, columns_);
}

void screen::attributes(const control_sequence& s) {
    for (std::size_t i = 0; i < std::max<std::size_t>(s.count, 1); ++i) {
        const int n = i < s.count && s.params[i] > 0 ? s.params[i] : 0;
        if (n == 0) pen_ = cell{};
        if (n == 1) pen_.flags |= 1;
        if (n == 5) pen_.flags |= 2;
        if (n == 7) pen_.flags |= 4;
        if (n == 22) pen_.flags &= static_cast<std::uint8_t>(~1);
        if (n == 25) pen_.flags &= static_cast<std::uint8_t>(~2);
        if (n == 27) pen_.flags &= static_cast<std::uint8_t>(~4);
        if (n >= 30 && n <= 37) pen_.foreground = static_cast<std::uint8_t>(n - 30);
        if (n == 39) pen_.foreground = cell{}.foreground;
        if (n >= 40 && n <= 47) pen_.background = static_cast<std::uint8_t>(n - 40);
        if (n == 49) pen_.background = cell{}.background;
        if (n == 38 || n == 48) break;  // 256-colour forms: the rest of the parameters belong to it
    }
}

void screen::modes(const control_sequence& s, bool on) {
    if (s.prefix != '?') return;
    for (std::size_t i = 0; i < s.count; ++i)
        if (s.params[i] == 7) wraps_ = on;
}

void screen::sequence(const control_sequence& s) {
    if (s.final == 'h' || s.final == 'l') return modes(s, s.final == 'h');
    if (s.prefix != 0 || s.intermediate != 0) return;
    const int n = s.at(0, 1);
    switch (s.final) {
        case 'A':
            move_to(std::max(row_ - n, row_ >= top_ ? top_ : 0), column_);
            break;
        case 'B':
            move_to(std::min(row_ + n, row_ <= bottom_ ? bottom_ : rows_ - 1), column_);
            break;
        case 'C':
            move_to(row_, column_ + n);
            break;
        case 'D':
            move_to(row_, column_ - n);
            break;
        case 'E':
            move_to(row_ + n, 0);
            break;
        case 'F':
            move_to(row_ - n, 0);
            break;
        case 'G':
            move_to(row_, n - 1);
            break;
        case 'H':
        case 'f':
            move_to(n - 1, s.at(1, 1) - 1);
            break;
        case 'd':
            move_to(n - 1, column_);
            break;
        case 'J':
            erase_display(s.at(0, 0));
            break;
        case 'K':
            erase_line(s.at(0, 0));
            break;
        case 'L':
            if (row_ >= top_ && row_ <= bottom_) scroll(row_, -n);
            break;
        case 'M':
            if (row_ >= top_ && row_ <= bottom_) scroll(row_, n);
            break;
        case 'S':
            scroll(top_, n);
            break;
        case 'T':
            scroll(top_, -n);
            break;
        case '@':
            insert_characters(n);
            break;
        case 'P':
            delete_characters(n);
            break;
        case 'X':
            fill(row_, column_, std::min(columns_, column_ + n));
            break;
        case 'm':
            attributes(s);
            break;
        case 'r': {
            const int top = n - 1;
            const int bottom = std::min(s.at(1, rows_), rows_) - 1;
            if (top < bottom) {
                top_ = top;
                bottom_ = bottom;
                move_to(0, 0);
            }
            break;
        }
        case 's':
            saved_row_ = row_;
            saved_column_ = column_;
            break;
        case 'u':
            move_to(saved_row_, saved_column_);
            break;
        default:
            break;
    }
}

void screen::escape(char intermediate, char final) {
    if (intermediate != 0) return;
    switch (final) {
        case '7':
            saved_row_ = row_;
            saved_column_ = column_;
            break;
        case '8':
            move_to(saved_row_, saved_column_);
            break;
        case 'D':
            line_feed();
            break;
        case 'E':
            column_ = 0;
            line_feed();
            break;
        case 'M':
            reverse_line_feed();
            break;
        case 'c':
            *this = screen(rows_, columns_);
            break;
        default:
            break;
    }
}

}  // namespace emsctl::sac
