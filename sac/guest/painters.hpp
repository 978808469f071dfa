// The three codings of a command channel's picture that Windows releases are known to use.
#pragma once

#include "sac/guest/painter.hpp"

namespace emsctl::guest {

// Windows 11: the stream of a pseudo-console, frame by frame. Rows that stay empty are crossed by an absolute position,
// and a frame that needs one hides the cursor while it paints. (Windows 11 22H2, one capture.)
class conpty_painter : public painter {
  public:
    explicit conpty_painter(const screen_console& what) : painter(what) {}
    void begin() override;
    void commit() override;
    void repaint() override;
    void finish() override;
    void put(int row, int column, char32_t character) override;
    void scrolling(bool by_wrap) override;
    // The echo of a line is a frame of its own: the capture has "command CR LF" before everything else.
    void entered() override {
        if (!is_muted_ && !is_first_) commit();
    }
    void cleared() override {
        frame_.clear();  // the repaint that follows covers it
        needs_repaint_ = true;
    }

  private:
    void paint_all();
    void end_frame();

    remote_cursor cursor_{remote_cursor::style::cursor_position};
    std::string frame_;
    std::string title_;  // as last sent
    bool hides_cursor_ = false;
    bool is_first_ = false;
    bool needs_repaint_ = false;
};

// Windows Server 2022: text and line ends in the order they were written; now and then a run of blanks is jumped over.
class stream_painter : public painter {
  public:
    stream_painter(const screen_console& what, double jump, std::uint64_t seed)
        : painter(what), jump_(jump), chance_(seed) {}
    void begin() override;
    void commit() override;
    void repaint() override;
    void put(int row, int column, char32_t character) override;
    void scrolling(bool by_wrap) override;
    void cleared() override;

  private:
    void flush_blanks(bool may_jump);
    void forget();

    remote_cursor cursor_{remote_cursor::style::line_ends};
    double jump_;
    seeded chance_;
    std::array<char32_t, static_cast<std::size_t>(screen_console::columns* screen_console::rows)> far_{};
    int blanks_row_ = 0, blanks_column_ = 0, blanks_ = 0;
};

// Windows Server 2008 to 2019: looks at the console now and then and sends what differs from the picture it believes
// the far end shows. What came and scrolled away between two looks is never sent.
class differential_painter : public painter {
  public:
    explicit differential_painter(const screen_console& what) : painter(what) {}
    void begin() override;
    void commit() override;
    void repaint() override;
    void put(int, int, char32_t) override {}
    void scrolling(bool) override {}
    void cleared() override {}

  private:
    void move(int row, int column);
    void paint_row(int row);
    char32_t& far(int row, int column) {
        return far_[static_cast<std::size_t>(row * screen_console::columns + column)];
    }

    std::array<char32_t, static_cast<std::size_t>(screen_console::columns* screen_console::rows)> far_{};
    int row_ = 0, column_ = 0;
    bool is_placed_ = true;  // the far cursor is where row_ and column_ say
};

}  // namespace emsctl::guest
