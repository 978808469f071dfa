// What a person would see: cells, cursor and title of one terminal screen, driven by vt_parser's actions. It answers
// no terminal queries: an answer would be typed into the guest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sac/vt_parser.hpp"

namespace emsctl::sac {

struct cell {
    char32_t character = U' ';
    std::uint8_t foreground = 7;  // 0..7 in ANSI order, 9 the default
    std::uint8_t background = 0;
    std::uint8_t flags = 0;  // 1 bold, 2 blink, 4 inverse
    bool operator==(const cell&) const = default;
};

class screen final : public vt_sink {
  public:
    explicit screen(int rows = 24, int columns = 80);

    int rows() const { return rows_; }
    int columns() const { return columns_; }

    // 0-based. The column equals columns() when the last cell of a row was just written and the next character will
    // wrap ("the 80th column").
    int cursor_row() const { return row_; }
    int cursor_column() const { return wrap_pending_ ? columns_ : column_; }
    const cell& at(int row, int column) const { return cells_[index(row, column)]; }
    const std::string& title_text() const { return title_; }

    std::string row_text(int row) const;                    // UTF-8, trailing blanks removed
    std::string row_text(int row, int from, int to) const;  // columns [from, to), blanks kept
    std::vector<std::string> lines() const;                 // all rows as row_text
    std::string dump() const;                               // lines joined by "\n", trailing empty lines removed

    bool operator==(const screen&) const = default;

    void print(char32_t character) override;
    void control(char byte) override;
    void sequence(const control_sequence& s) override;
    void escape(char intermediate, char final) override;
    void title(std::string_view text) override { title_ = text; }

  private:
    std::size_t index(int row, int column) const { return static_cast<std::size_t>(row * columns_ + column); }
    cell blank() const;
    void move_to(int row, int column);
    void line_feed();
    void reverse_line_feed();
    void scroll(int top, int count);  // up when positive, within top..bottom_
    void fill(int row, int from, int to);
    void erase_display(int mode);
    void erase_line(int mode);
    void insert_characters(int count);
    void delete_characters(int count);
    void attributes(const control_sequence& s);
    void modes(const control_sequence& s, bool on);

    int rows_;
    int columns_;
    std::vector<cell> cells_;
    int row_ = 0;
    int column_ = 0;
    bool wrap_pending_ = false;
    bool wraps_ = true;
    int top_ = 0;
    int bottom_;
    cell pen_;
    int saved_row_ = 0;
    int saved_column_ = 0;
    std::string title_;
};

}  // namespace emsctl::sac
