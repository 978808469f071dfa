// The 80x24 picture a VT-UTF8 channel keeps of its own text, and the bytes that redraw it on the wire. It is a buffer
// inside the driver: live output goes out as plain text and never comes from here.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace emsctl::guest {

class sac_screen {
  public:
    static constexpr int columns = 80;
    static constexpr int rows = 24;

    struct cell {
        char32_t character = U' ';
        std::uint8_t foreground = 37;
        std::uint8_t background = 40;
        std::uint8_t attributes = 0;  // 1 blink, 2 bold, 4 inverse
        bool operator==(const cell&) const = default;
    };

    void write(std::string_view utf8);
    std::string redraw() const;

    const cell& at(int row, int column) const { return cells_[static_cast<std::size_t>(row * columns + column)]; }
    int row() const { return row_; }
    int column() const { return column_; }

  private:
    cell& cell_at(int row, int column) { return cells_[static_cast<std::size_t>(row * columns + column)]; }
    void put(char32_t character);
    void next_row();
    void control(char32_t character);
    void sequence(char32_t final);
    void erase(int from_row, int from_column, int to_row, int to_column);

    std::array<cell, static_cast<std::size_t>(columns* rows)> cells_{};
    cell pen_;
    int row_ = 0;
    int column_ = 0;
    std::string parameters_;  // of the sequence being read
    enum class state { text, escape, sequence } state_ = state::text;
    std::uint32_t partial_ = 0;  // of the UTF-8 character being read
    int missing_ = 0;
};

// Code points as UTF-8, up to three bytes, as the driver sends them.
std::string to_utf8(char32_t character);

}  // namespace emsctl::guest
