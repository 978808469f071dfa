// How a command channel's console is coded for the line; it differs between Windows releases. A painter sends only
// what brings the far end's picture up to the console's, in its release's way.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "sac/guest/profile.hpp"
#include "sac/guest/screen_console.hpp"
#include "sac/guest/seeded.hpp"

namespace emsctl::guest {

class painter : public console_watcher {
  public:
    explicit painter(const screen_console& what) : console_(what) {}

    virtual void begin() = 0;    // the shell is about to start on an empty console
    virtual void commit() = 0;   // what has changed since the last time
    virtual void repaint() = 0;  // the channel is looked at again
    virtual void finish() {}     // the shell has ended

    void changed() override { is_dirty_ = true; }
    bool is_dirty() const { return is_dirty_; }
    virtual void mute(bool is_muted) { is_muted_ = is_muted; }
    std::string take_output() { return std::exchange(out_, {}); }

  protected:
    const screen_console& console_;
    std::string out_;
    bool is_dirty_ = false;
    bool is_muted_ = false;
};

// `console` must outlive the painter.
std::unique_ptr<painter> make_painter(const profile& what, const screen_console& console, std::uint64_t seed);

// Where the far terminal's cursor is, and the words that move it. After the last column a terminal waits for the next
// character before it wraps, where the console has wrapped already.
class remote_cursor {
  public:
    enum class style { cursor_position, line_ends };  // how rows that stay empty are crossed

    explicit remote_cursor(style how) : how_(how) {}
    void reset(int row = 0, int column = 0);
    // True when an absolute position was sent.
    bool move(int row, int column, std::string& out);
    bool put(int row, int column, char32_t character, std::string& out);
    bool scroll(bool by_wrap, std::string& out);

    int row() const { return row_; }
    int column() const { return column_; }
    bool is_waiting_to_wrap() const { return is_waiting_; }
    void skipped(int count) { column_ += count; }

  private:
    void wrap_now(std::string& out);

    style how_;
    int row_ = 0;
    int column_ = 0;
    bool is_waiting_ = false;  // row_, column_ are where the next character goes
};

std::string cursor_to(int row, int column);

}  // namespace emsctl::guest
