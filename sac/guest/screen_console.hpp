// The Windows console of a command channel: 80x24 cells, a cursor, a title, and cooked line editing with echo. Whoever
// draws it for the far end watches it; it sends nothing itself.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/console.hpp"

namespace emsctl::guest {

struct console_key {
    enum class kind { text, enter, backspace, erase, escape, interrupt, left, right, home, end, other };
    kind what = kind::text;
    char32_t character = 0;  // of a text key
    bool operator==(const console_key&) const = default;
};

class console_watcher {
  public:
    virtual ~console_watcher() = default;
    virtual void put(int row, int column, char32_t character) = 0;  // the cell has it already
    virtual void scrolling(bool by_wrap) = 0;                       // before all rows move up
    virtual void cleared() = 0;
    virtual void entered() {}    // Enter is echoed; the line goes to its reader next
    virtual void changed() = 0;  // anything visible, also the cursor and the title
};

class screen_console : public console {
  public:
    static constexpr int columns = 80;
    static constexpr int rows = 24;

    void write(std::string_view utf8) override;
    void clear() override;
    void set_title(std::string_view title) override;

    void watch(console_watcher* who) { watcher_ = who; }

    char32_t at(int row, int column) const { return cells_[static_cast<std::size_t>(row * columns + column)]; }
    std::u32string row_text(int row) const;  // without trailing blanks
    int row() const { return row_; }
    int column() const { return column_; }
    const std::string& title() const { return title_; }

    // Keys and time. A program that waits runs on from inside these; keys it does not wait for are kept.
    void key(const console_key& what, instant now);
    void advance(instant now);
    void settle(instant now);  // after the owner started or resumed the program himself
    std::optional<instant> next_event() const;

  private:
    void put(char32_t character);
    void line_feed(bool by_wrap);
    void place(int row, int column);
    void take_keys();
    bool take_key();  // false: nothing to take, or nobody waits for it
    void edit(const console_key& what);
    void replace_tail(std::size_t from, std::size_t old_size);
    void place_in_line(std::size_t index);
    void echo(char32_t character);
    void notify() {
        if (watcher_) watcher_->changed();
    }

    std::array<char32_t, static_cast<std::size_t>(columns* rows)> cells_ = [] {
        std::array<char32_t, static_cast<std::size_t>(columns * rows)> blank;
        blank.fill(U' ');
        return blank;
    }();
    int row_ = 0;
    int column_ = 0;
    std::string title_;
    console_watcher* watcher_ = nullptr;
    std::uint32_t partial_ = 0;
    int missing_ = 0;

    instant now_{};
    std::optional<instant> pause_end_;
    std::deque<console_key> keys_;
    bool is_editing_ = false;
    bool is_taking_ = false;
    std::u32string line_;
    std::size_t at_ = 0;  // of the cursor in line_
    int line_row_ = 0, line_column_ = 0;
};

}  // namespace emsctl::guest
