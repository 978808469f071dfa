#include "sac/guest/sac_screen.hpp"

#include <algorithm>
#include <vector>

namespace emsctl::guest {
namespace {

std::string escape(int number, char final) {
    return "\x1b[" + std::to_string(number) + final;
}

std::string position(int row, int column) {
    return "\x1b[" + std::to_string(row + 1) + ";" + std::to_string(column + 1) + "H";
}

// Bold, blink, inverse: each switched on or off in words of its own.
std::string attribute_bytes(std::uint8_t attributes) {
    return escape(attributes & 2 ? 1 : 22, 'm') + escape(attributes & 1 ? 5 : 25, 'm') +
           escape(attributes & 4 ? 7 : 27, 'm');
}

std::string colour_bytes(std::uint8_t background, std::uint8_t foreground) {
    return escape(background, 'm') + escape(foreground, 'm');
}

std::vector<int> numbers(std::string_view text) {
    std::vector<int> values(1, 0);
    for (char c : text) {
        if (c == ';')
            values.push_back(0);
        else
            values.back() = std::min(values.back() * 10 + (c - '0'), 9999);
    }
    return values;
}

}  // namespace

std::string to_utf8(char32_t c) {
    const auto byte = [](char32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (c < 0x80) return {byte(c)};
    if (c < 0x800) return {byte(0xc0 | (c >> 6)), byte(0x80 | (c & 0x3f))};
    return {byte(0xe0 | ((c >> 12) & 0xf)), byte(0x80 | ((c >> 6) & 0x3f)), byte(0x80 | (c & 0x3f))};
}

void sac_screen::write(std::string_view utf8) {
    for (char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if (missing_ > 0 && (byte & 0xc0) == 0x80) {
            partial_ = (partial_ << 6) | (byte & 0x3fu);
            if (--missing_ == 0) put(partial_);
        } else if (byte < 0x80) {
            missing_ = 0;
            control(byte);
        } else if (byte >= 0xc0) {
            missing_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
            partial_ = byte & (0x3fu >> missing_);
        }
    }
}

void sac_screen::control(char32_t c) {
    if (state_ == state::escape) {
        // An unknown sequence: the ESC and the character after it are skipped.
        state_ = c == U'[' ? state::sequence : state::text;
        parameters_.clear();
        return;
    }
    if (state_ == state::sequence) {
        if ((c >= U'0' && c <= U'9') || c == U';') {
            parameters_ += static_cast<char>(c);
        } else if (c == U' ') {
            // "ESC[r;c; H" and "ESC[t;b; r" carry a blank before their last letter.
        } else {
            state_ = state::text;
            sequence(c);
        }
        return;
    }
    switch (c) {
        case 0x1b:
            state_ = state::escape;
            return;
        case '\r':
            column_ = 0;
            return;
        case '\n':
            next_row();
            return;
        case '\t':
            do put(U' ');
            while (column_ % 4 != 0 && column_ < columns - 1);
            return;
        case 0x08:
        case 0x7f:
            column_ = std::max(0, column_ - 1);
            return;
        default:
            if (c >= 0x20) put(c);
    }
}

void sac_screen::put(char32_t c) {
    cell& target = cell_at(row_, column_);
    target = pen_;
    target.character = c;
    column_ = std::min(column_ + 1, columns - 1);  // a longer line keeps overwriting its last column
}

void sac_screen::next_row() {
    column_ = 0;
    if (row_ < rows - 1) {
        ++row_;
        return;
    }
    std::copy(cells_.begin() + columns, cells_.end(), cells_.begin());
    // The new row is zeroed, not blanked: its cells have no character and the colours 0/0 until written to.
    std::fill(cells_.end() - columns, cells_.end(), cell{0, 0, 0, 0});
}

void sac_screen::erase(int from_row, int from_column, int to_row, int to_column) {
    cell blank = pen_;
    blank.character = U' ';
    std::fill(cells_.begin() + from_row * columns + from_column, cells_.begin() + to_row * columns + to_column + 1,
              blank);
}

void sac_screen::sequence(char32_t final) {
    const std::vector<int> values = numbers(parameters_);
    const int n = values[0];
    const int step = std::max(n, 1);
    switch (final) {
        case U'A':
            row_ = std::max(0, row_ - step);
            break;
        case U'B':
            row_ = std::min(rows - 1, row_ + step);
            break;
        case U'C':
            column_ = std::min(columns - 1, column_ + step);
            break;
        case U'D':
            column_ = std::max(0, column_ - step);
            break;
        case U'H':
        case U'f':
            row_ = std::clamp(n - 1, 0, rows - 1);
            column_ = std::clamp((values.size() > 1 ? values[1] : 1) - 1, 0, columns - 1);
            break;
        case U'K':
            erase(row_, n == 0 ? column_ : 0, row_, n == 1 ? column_ : columns - 1);
            break;
        case U'J':
            erase(n == 0 ? row_ : 0, n == 0 ? column_ : 0, n == 1 ? row_ : rows - 1, n == 1 ? column_ : columns - 1);
            break;
        case U'm':
            for (int value : values) {
                const auto set = [&](std::uint8_t bit, bool on) {
                    pen_.attributes = static_cast<std::uint8_t>(on ? pen_.attributes | bit : pen_.attributes & ~bit);
                };
                if (value == 0) pen_ = cell{};
                if (value == 1 || value == 22) set(2, value == 1);
                if (value == 5 || value == 25) set(1, value == 5);
                if (value == 7 || value == 27) set(4, value == 7);
                if (value >= 30 && value <= 37) pen_.foreground = static_cast<std::uint8_t>(value);
                if (value >= 40 && value <= 47) pen_.background = static_cast<std::uint8_t>(value);
            }
            break;
        default:
            break;  // scroll regions: no channel of ours uses them
    }
}

std::string sac_screen::redraw() const {
    std::string out = "\x1b[2J\x1b[1;1H\x1b[0m" + attribute_bytes(0) + colour_bytes(40, 37);
    cell last;
    for (int row = 0; row < rows; ++row) {
        bool is_placed = row == 0;
        const auto place = [&](int column) {
            if (!is_placed) out += position(row, column);
            is_placed = true;
        };
        for (int column = 0; column < columns; ++column) {
            const cell& now = at(row, column);
            if (now.foreground != last.foreground || now.background != last.background) {
                place(column);
                out += colour_bytes(now.background, now.foreground);
            }
            if (now.attributes != last.attributes) {
                place(column);
                out += attribute_bytes(now.attributes);
            }
            place(column);
            if (now.character != 0) out += to_utf8(now.character);
            last = now;
        }
    }
    return out + position(row_, column_) + attribute_bytes(pen_.attributes) +
           colour_bytes(pen_.background, pen_.foreground);
}

}  // namespace emsctl::guest
