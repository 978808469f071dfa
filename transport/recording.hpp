// The recording format: an asciicast v2 file that is also byte-exact and free of secrets (README.md has its page).
// Texts in, texts out; no file and no clock.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::transport {

struct recording_header {
    int width = 80;
    int height = 24;
    std::int64_t timestamp = 0;                // seconds since 1970, for players
    std::string title;                         // may be empty
    std::map<std::string, std::string> facts;  // the "emsctl" object: address, seed, version, started, ...

    bool operator==(const recording_header&) const = default;
};

struct recording_event {
    enum class kind { output, input, mark, picture };

    std::chrono::microseconds at{};
    kind what = kind::output;
    std::string bytes;     // exact bytes; the label of a mark; what paints a picture; empty for a hole
    std::size_t hole = 0;  // > 0: this many secret bytes went by here

    bool operator==(const recording_event&) const = default;
};

struct recording {
    recording_header header;
    std::vector<recording_event> events;
    std::vector<std::string> notices;  // "the last line is cut off; it was ignored"
};

struct bad_recording {
    std::size_t line = 0;  // from 1
    std::string text;
};
[[noreturn]] void throw_exception_from_error(const bad_recording& problem, const boost::source_location&);

boost::system::result<recording, bad_recording> parse_recording(std::string_view text);

// The same, line by line and from any line on, for files that are too big to hold.
class recording_decoder {
  public:
    // `row` without its line feed. Nothing: a line that says nothing new, or that only others understand. The error's
    // line number is 0.
    boost::system::result<std::optional<recording_event>, bad_recording> read(std::string_view row);

  private:
    std::string superseded_;  // the code whose next line only repeats, for players, what "ob" or "ib" said exactly
    std::chrono::microseconds last_{};
};
boost::system::result<recording_header, bad_recording> parse_header(std::string_view row);

std::string header_line(const recording_header& header);  // with "\n"

// Any line of the format, with "\n"; the data is valid UTF-8.
std::string event_line(std::chrono::microseconds at, const char* code, const std::string& utf8);

// Turns events into whole lines. Remembers only the beginning of a character that players must not see cut in two.
class recording_encoder {
  public:
    std::string encode(const recording_event& event);

  private:
    std::string player_text(std::string& pending, std::string_view bytes);

    std::string pending_output_;
    std::string pending_input_;
};

}  // namespace emsctl::transport
