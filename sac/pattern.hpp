// What a wait looks for: a text, or a regular expression in RE2's syntax. Pure.
//
// In a regular expression ^ and $ are the begin and the end of a line (an end of line is "\n"), \A and \z those of the
// whole stream; . and classes stand for a character of UTF-8, never for half of one. \C is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emsctl::sac {

struct pattern {
    static constexpr std::size_t usual_length = 64 * 1024;

    std::string text;
    bool is_regex = false;
    std::size_t longest = usual_length;  // bytes; what is longer is no match
};

struct pattern_fault {
    std::string message;  // RE2's words
    std::size_t at = 0;   // byte of the pattern
};

// Why it can not be looked for. A pattern that no byte is needed for (x*, ^) is looked for where it takes one at least.
std::optional<pattern_fault> fault_of(const pattern& what);

struct capture {
    std::string name;                 // empty: it has only its number
    std::optional<std::string> text;  // none: it took no part
};

// RE2's half of the work: the groups of one match whose place is known.
class capture_finder {
  public:
    explicit capture_finder(const pattern& what);  // without a fault
    ~capture_finder();
    capture_finder(capture_finder&&) noexcept;

    // Of text[begin, end), which matches; what stands around it is seen by ^, $, \b. Group n is at n - 1.
    std::vector<capture> captures(std::string_view text, std::size_t begin, std::size_t end) const;

  private:
    struct state;
    std::unique_ptr<state> state_;  // none for a text, which has no groups
};

}  // namespace emsctl::sac
