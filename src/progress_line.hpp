// What a person sees on standard error while something works: lines that stay, and on a terminal a last line that
// lives.
#pragma once

#include <string>

namespace emsctl {

class progress_line {
  public:
    progress_line();
    ~progress_line() { clear(); }
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;

    bool is_live() const { return is_live_; }  // a terminal that can draw a line anew
    bool has_colour() const { return has_colour_; }

    // A line that stays; `colour` is the number of an SGR colour, 0 for none.
    void print(const std::string& text, int colour = 0);
    // The living line: what is being done, and beside it, dimmed, what the console shows. Cut to the terminal's width.
    void show(const std::string& doing, const std::string& console);
    void clear();

  private:
    void draw();

    bool is_live_ = false;
    bool has_colour_ = false;
    bool is_drawn_ = false;
    std::string doing_, console_;
};

// At most `columns` characters of it, "..." at the end when it was longer.
std::string cut_to(const std::string& utf8, std::size_t columns);

}  // namespace emsctl
