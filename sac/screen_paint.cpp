#include "sac/screen_paint.hpp"

#include "sac/encoding.hpp"

namespace emsctl::sac {
namespace {

// ECMA-48, 8.3.117 (SGR); 9 is the terminal's own colour.
std::string colours(const cell& c) {
    const cell plain;
    if (c.foreground == plain.foreground && c.background == plain.background && c.flags == 0) return "\x1b[0m";
    std::string out = "\x1b[0";
    if (c.flags & 1) out += ";1";
    if (c.flags & 2) out += ";5";
    if (c.flags & 4) out += ";7";
    return out + ";3" + std::to_string(c.foreground) + ";4" + std::to_string(c.background) + "m";
}

bool have_same_look(const cell& a, const cell& b) {
    return a.foreground == b.foreground && a.background == b.background && a.flags == b.flags;
}

std::string place(int row, int column) {
    return "\x1b[" + std::to_string(row + 1) + ";" + std::to_string(column + 1) + "H";
}

// One past the last cell that is not as a cleared screen leaves it.
int end_of(const screen& picture, int row) {
    int end = picture.columns();
    while (end > 0 && picture.at(row, end - 1) == cell{}) --end;
    return end;
}

std::string cells(const screen& picture, int row, int from, int to) {
    std::string out;
    cell look;
    for (int column = from; column < to; ++column) {
        const cell& c = picture.at(row, column);
        if (!have_same_look(c, look)) out += colours(c);
        look = c;
        append_utf8(out, c.character);
    }
    if (!have_same_look(look, cell{})) out += "\x1b[0m";
    return out;
}

}  // namespace

std::string paint_row(const screen& picture, int row) {
    return cells(picture, row, 0, end_of(picture, row));
}

std::string paint(const screen& picture) {
    std::string out = "\x1b[0m\x1b[2J";
    for (int row = 0; row < picture.rows(); ++row)
        if (const int end = end_of(picture, row); end > 0) out += place(row, 0) + cells(picture, row, 0, end);
    const int column = picture.cursor_column();
    if (column < picture.columns()) return out + place(picture.cursor_row(), column);
    // "The 80th column": the next character wraps, and only writing the last cell again gets there.
    const int last = picture.columns() - 1;
    return out + place(picture.cursor_row(), last) + cells(picture, picture.cursor_row(), last, last + 1);
}

}  // namespace emsctl::sac
