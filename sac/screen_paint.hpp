// A screen as the bytes that show it on a terminal: the other direction of vt_parser and screen.
#pragma once

#include <string>

#include "sac/screen.hpp"

namespace emsctl::sac {

// Clears a terminal of at least that size and shows the screen there, with its cursor. What is printed onto a screen
// of the same size makes it equal in cells and cursor position (but not in modes, margins and title).
std::string paint(const screen& picture);

// One row alone, from column 0, with its colours and no trailing blanks of the default colour.
std::string paint_row(const screen& picture, int row);

}  // namespace emsctl::sac
