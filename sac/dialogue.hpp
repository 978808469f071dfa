// A conversation with a program in the guest that asks: what is awaited, and what is typed then. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/matcher.hpp"
#include "sac/patience.hpp"

namespace emsctl::sac {

struct expected_text {
    pattern what;      // as the program writes it
    std::string fail;  // not empty: what it means when the program says that; the conversation ends there
};

struct dialogue_turn {
    std::vector<expected_text> expect;  // one of them; none: nothing is awaited
    std::string send;                   // a line; empty: nothing is typed
    wait_limits limits;
};

struct dialogue_end {
    std::optional<std::int64_t> exit_code;        // %ERRORLEVEL% afterwards, as the screen shows it
    std::string transcript;                       // the screen at the end
    std::map<std::string, std::string> captures;  // named groups of what was awaited; of equal names the last
    std::string problem;                          // why it ended early; empty: it did not
};

// Lines as they were before a screen of `width` columns broke them, and of those only what stands behind the last one
// that equals `entered`; all when none does (it has scrolled away, or is empty).
std::vector<std::string> lines_behind(const std::vector<std::string>& rows, std::size_t width,
                                      const std::string& entered);

// What one turn waits for. A screen is a state, not news: each look is a look at all of it, so the last one counts.
class expectation {
  public:
    explicit expectation(const std::vector<expected_text>& texts);

    // Whether one of them stands in the lines; the last line may go on.
    bool is_met_by(const std::vector<std::string>& lines);

    const std::optional<match>& found() const { return found_; }
    // For each that was awaited how near it came, a line each; empty when one was met.
    std::string explanation() const;

  private:
    std::shared_ptr<const pattern_set> set_;
    std::optional<match> found_;
    std::vector<near_miss> misses_;
};

}  // namespace emsctl::sac
