// What a console showed over time, as pictures that can be kept small: each different row once, each picture as the
// rows that changed. Bytes go in; it holds no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sac/screen.hpp"
#include "sac/vt_parser.hpp"

namespace emsctl::sac {

struct film {
    struct run {  // of equal look
        std::string text;
        std::uint8_t foreground = 7, background = 0, flags = 0;  // as in cell
        bool operator<(const run& other) const;
    };
    using row = std::vector<run>;
    struct frame {
        std::chrono::microseconds at{};
        std::vector<std::pair<int, std::size_t>> changed;  // row of the screen, index into `rows`
    };
    struct mark {
        std::chrono::microseconds at{};
        std::string label;
        std::size_t frame = 0;  // shown at that moment
    };

    int height = 24, width = 80;
    std::vector<row> rows;  // the first one is empty; every screen begins with it
    std::vector<frame> frames;
    std::vector<mark> marks;
    std::chrono::microseconds length{};
};

class film_maker {
  public:
    // At most one picture in `step`, apart from those at marks and at the end.
    explicit film_maker(std::chrono::microseconds step = std::chrono::milliseconds(200), int height = 24,
                        int width = 80);

    void output(std::string_view bytes, std::chrono::microseconds at);
    void hidden(std::size_t bytes, std::chrono::microseconds at);  // shown as stars
    void mark(std::string_view label, std::chrono::microseconds at);
    film finish();

  private:
    void take(std::chrono::microseconds at);
    std::size_t index_of(film::row row);

    std::chrono::microseconds step_;
    screen screen_;
    vt_parser parser_;
    film out_;
    std::map<film::row, std::size_t> known_;
    std::vector<std::size_t> shown_;
    std::vector<std::string> texts_;  // of shown_, to find changes without making rows
    bool is_new_ = false;             // something arrived since the last picture
    std::chrono::microseconds latest_{};
};

}  // namespace emsctl::sac
