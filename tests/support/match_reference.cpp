#include "tests/support/match_reference.hpp"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

namespace emsctl::test {
namespace {

class slow_pattern {
  public:
    explicit slow_pattern(const sac::pattern& what)
        : longest_(what.longest),
          regex_(what.is_regex ? std::make_unique<RE2>("(?m)" + what.text)
                               // By bytes: a text need be no UTF-8.
                               : std::make_unique<RE2>(RE2::QuoteMeta(what.text), RE2::Latin1)) {}

    // The earliest begin of a match that ends there with `next` behind it, which may be nothing.
    std::optional<std::uint64_t> begin(const std::string& text, std::uint64_t from, std::uint64_t end,
                                       std::string_view next) const {
        const auto seen = text.substr(0, end) + std::string(next);
        const auto first = std::max(from, end - std::min<std::uint64_t>(end, longest_));
        for (auto at = first; at < end; ++at)
            if (regex_->Match(re2::StringPiece(seen), at, end, RE2::ANCHOR_BOTH, nullptr, 0)) return at;
        return std::nullopt;
    }
    bool is_certain(const std::string& text, std::uint64_t from, std::uint64_t end) const {
        const std::array<std::string_view, 4> all{"", "\n", "w", "!"};
        return std::all_of(all.begin(), all.end(), [&](auto next) { return begin(text, from, end, next).has_value(); });
    }
    // What is known of it with the byte that makes `size` of them; `is_late`: of a match that ended before that byte.
    std::optional<reference_match> match(std::size_t number, const std::string& text, std::uint64_t from,
                                         std::uint64_t size, bool is_late) const {
        const auto end = is_late ? size - 1 : size;
        if (end <= from || is_certain(text, from, end) == is_late) return std::nullopt;
        const auto found = begin(text, from, end, is_late ? std::string_view(text).substr(end, 1) : "");
        if (!found) return std::nullopt;
        return reference_match{number, *found, end};
    }

  private:
    std::size_t longest_;
    std::unique_ptr<RE2> regex_;
};

std::vector<slow_pattern> slowly(const std::vector<sac::pattern>& patterns) {
    std::vector<slow_pattern> all;
    for (const auto& one : patterns) all.emplace_back(one);
    return all;
}

std::optional<reference_match> first_match(const std::vector<slow_pattern>& all, const std::string& text,
                                           std::uint64_t from, bool is_finished) {
    for (auto size = from + 1; size <= text.size() + (is_finished ? 1 : 0); ++size)
        for (const bool is_late : {true, false})
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (size > text.size() && !is_late) continue;
                if (const auto found = all[i].match(i, text, from, size, is_late)) return found;
            }
    return std::nullopt;
}

}  // namespace

std::vector<reference_match> waits_by_force(const std::vector<sac::pattern>& patterns, const std::string& text,
                                            bool is_finished) {
    const auto all = slowly(patterns);
    std::vector<reference_match> found;
    for (std::uint64_t from = 0;;) {
        const auto next = first_match(all, text, from, is_finished);
        if (!next) return found;
        found.push_back(*next);
        from = next->end;
    }
}

std::vector<reference_match> occurrences_by_force(const std::vector<sac::pattern>& patterns, const std::string& text,
                                                  bool is_finished) {
    const auto all = slowly(patterns);
    std::vector<reference_match> found;
    std::vector<std::uint64_t> from(all.size());
    for (std::uint64_t size = 1; size <= text.size() + (is_finished ? 1 : 0); ++size)
        for (const bool is_late : {true, false})
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (size > text.size() && !is_late) continue;
                const auto next = all[i].match(i, text, from[i], size, is_late);
                if (!next) continue;
                found.push_back(*next);
                from[i] = next->end;
            }
    return found;
}

}  // namespace emsctl::test
