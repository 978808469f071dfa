// Two patterns and a stream, divided by line ends: the same matches however the stream is cut and however little
// memory there is, and they are where RE2 finds the first on the whole of it.
#include "sac/matcher.hpp"

#include <re2/re2.h>

#include "tests/fuzz/fuzz.hpp"

using namespace emsctl;

namespace {

using place = std::pair<std::uint64_t, std::size_t>;  // the match's end, the pattern

std::vector<place> places(const std::vector<sac::pattern>& patterns, std::string_view stream, std::size_t piece,
                          sac::scan_limits limits) {
    sac::matcher m({}, limits);
    m.await(patterns);
    std::vector<place> all;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        m.feed(stream.substr(at, piece));
        while (const auto match = m.next()) {
            fuzz::require(!match->is_cut && match->end - match->begin == match->text.size() && !match->text.empty());
            all.emplace_back(match->end, match->number);
        }
    }
    return all;
}

bool looks_behind_its_end(const std::string& text) {
    return text.find('$') != std::string::npos || text.find("\\b") != std::string::npos ||
           text.find("\\B") != std::string::npos;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto rest = fuzz::text_of(data, size);
    std::vector<sac::pattern> patterns;
    for (int i = 0; i < 2; ++i) {
        const auto end = std::min(rest.find('\n'), rest.size());
        if (end > 64) return 0;
        patterns.push_back({std::string(rest.substr(0, end)), i == 0});
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (sac::fault_of(patterns.back())) return 0;
    }
    rest = rest.substr(0, 400);
    const auto whole = places(patterns, rest, rest.size() + 1, {});
    fuzz::require(whole == places(patterns, rest, 1, {}));
    fuzz::require(whole == places(patterns, rest, 7, {200}));
    if (looks_behind_its_end(patterns.front().text)) return 0;
    std::uint64_t first = rest.size() + 1;
    const RE2 regex(sac::re2_text(patterns.front()), RE2::Quiet);
    for (std::size_t end = 1; end <= rest.size() && first > rest.size(); ++end) {
        const re2::StringPiece seen(rest.data(), end);
        if (regex.Match(seen, 0, end, RE2::UNANCHORED, nullptr, 0)) first = end;
    }
    if (const auto at = rest.find(patterns[1].text); at != std::string_view::npos)
        first = std::min<std::uint64_t>(first, at + patterns[1].text.size());
    fuzz::require(whole.empty() ? first > rest.size() : whole.front().first == first);
    return 0;
}
