// The recording format: an asciicast v2 file that is also byte-exact and free of secrets (README.md has its page).
// Texts in, texts out; no file and no clock.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
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
    enum class kind { output, input, mark };

    std::chrono::microseconds at{};
    kind what = kind::output;
    std::string bytes;     // exact bytes; the label of a mark; empty for a hole
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

std::string header_line(const recording_header& header);  // with "\n"

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
