#include "sac/guest/commands/text_patterns.hpp"

#include <cctype>

#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// Matches pattern[p..] against line[i..]; the match may end anywhere, unless it must reach the end.
class matcher {
  public:
    matcher(std::string_view line, std::string_view pattern, bool to_end)
        : line_(line), pattern_(pattern), to_end_(to_end) {}

    bool from(std::size_t i) const { return here(0, i); }

  private:
    // The length of the element at p, without a star.
    std::size_t element(std::size_t p) const {
        if (pattern_[p] == '\\' && p + 1 < pattern_.size()) return 2;
        if (pattern_[p] == '[') {
            const auto close = pattern_.find(']', p + 2);
            if (close != std::string_view::npos) return close - p + 1;
        }
        return 1;
    }

    bool one(std::size_t p, std::size_t size, char c) const {
        const char first = pattern_[p];
        if (first == '.' && size == 1) return true;
        if (first == '\\' && size == 2) return pattern_[p + 1] == c;
        if (first != '[' || size < 3) return first == c;
        auto set = pattern_.substr(p + 1, size - 2);
        const bool is_not = set.starts_with('^') && set.size() > 1;
        if (is_not) set.remove_prefix(1);
        bool in = false;
        for (std::size_t k = 0; k < set.size(); ++k) {
            if (k + 2 < set.size() && set[k + 1] == '-') {
                in = in || (c >= set[k] && c <= set[k + 2]);
                k += 2;
            } else {
                in = in || set[k] == c;
            }
        }
        return in != is_not;
    }

    bool here(std::size_t p, std::size_t i) const {
        if (p == pattern_.size()) return !to_end_ || i == line_.size();
        if (pattern_[p] == '^' && p == 0) return i == 0 && here(1, i);
        if (pattern_[p] == '$' && p + 1 == pattern_.size()) return i == line_.size();
        const auto rest = pattern_.substr(p, 2);
        if (rest == "\\<")
            return (i == 0 || !is_word(line_[i - 1])) && i < line_.size() && is_word(line_[i]) && here(p + 2, i);
        if (rest == "\\>")
            return i > 0 && is_word(line_[i - 1]) && (i == line_.size() || !is_word(line_[i])) && here(p + 2, i);
        const auto size = element(p);
        if (p + size < pattern_.size() && pattern_[p + size] == '*') {
            for (auto k = i;; ++k) {
                if (here(p + size + 1, k)) return true;
                if (k >= line_.size() || !one(p, size, line_[k])) return false;
            }
        }
        return i < line_.size() && one(p, size, line_[i]) && here(p + size, i + 1);
    }

    std::string_view line_, pattern_;
    bool to_end_;
};

// In a literal a backslash quotes a backslash or a quotation mark.
std::string unescaped(std::string_view s) {
    std::string out;
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '\\' && i + 1 < s.size() && (s[i + 1] == '\\' || s[i + 1] == '"')) ++i;
        out += s[i];
    }
    return out;
}

}  // namespace

bool has_findstr_metacharacters(std::string_view pattern) {
    return pattern.find_first_of(".*[]^$") != std::string_view::npos;
}

bool findstr_matches(std::string_view line, std::string_view pattern, bool is_regex, const findstr_options& options) {
    const auto text = options.ignores_case ? text::lower(line) : std::string(line);
    auto wanted = options.ignores_case ? text::lower(pattern) : std::string(pattern);
    if (!is_regex) {
        wanted = unescaped(wanted);
        if (options.whole_line) return text == wanted;
        if (options.at_start && options.at_end) return text == wanted;
        if (options.at_start) return text.starts_with(wanted);
        if (options.at_end) return text.ends_with(wanted);
        return !wanted.empty() && text.find(wanted) != std::string::npos;
    }
    const bool to_end = options.at_end || options.whole_line;
    const matcher search(text, wanted, to_end);
    if (options.at_start || options.whole_line) return search.from(0);
    for (std::size_t i = 0; i <= text.size(); ++i)
        if (search.from(i)) return true;
    return false;
}

}  // namespace emsctl::guest
