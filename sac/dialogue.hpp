// A conversation with a program in the guest that asks: what is awaited, and what is typed then. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/line_clock.hpp"

namespace emsctl::sac {

struct expected_text {
    std::string text;  // as the program writes it, within one line
    std::string fail;  // not empty: what it means when the program says that; the conversation ends there
};

struct dialogue_turn {
    std::vector<expected_text> expect;  // one of them; none: nothing is awaited
    std::string send;                   // a line; empty: nothing is typed
    transport::line_clock::duration limit{};
};

struct dialogue_end {
    std::optional<std::int64_t> exit_code;  // %ERRORLEVEL% afterwards, as the screen shows it
    std::string transcript;                 // the screen at the end
    std::string problem;                    // why it ended early; empty: it did not
};

// Lines as they were before a screen of `width` columns broke them, and of those only what stands behind the last one
// that equals `entered`; all when none does (it has scrolled away, or is empty).
std::vector<std::string> lines_behind(const std::vector<std::string>& rows, std::size_t width,
                                      const std::string& entered);

// Which of the texts stands in one of the lines: the one that begins first, of two that begin there the longer. Linear
// in the lines for each text.
std::optional<std::size_t> first_expected(const std::vector<std::string>& lines,
                                          const std::vector<expected_text>& texts);

}  // namespace emsctl::sac
