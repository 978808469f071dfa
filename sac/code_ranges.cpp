#include "sac/code_ranges.hpp"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <unordered_map>

#include "sac/vt_parser.hpp"

namespace emsctl::sac {
namespace {

constexpr char32_t last_ascii = 0x7f;
constexpr char32_t last_character = 0x10ffff;

// Whether a look at the class' own text is enough to know that nothing above ASCII is in it.
bool is_surely_ascii(const std::string& written) {
    const bool folds = written.find("(?i)") != std::string::npos;
    const bool negates = written.find('^') != std::string::npos;
    const bool is_plain = std::all_of(written.begin(), written.end(), [](char c) { return c > 0; });
    bool escapes_plainly = true;
    for (auto at = written.find('\\'); at != std::string::npos; at = written.find('\\', at + 2))
        escapes_plainly &=
            at + 1 < written.size() && std::string_view("pPxDSW").find(written[at + 1]) == std::string::npos;
    return is_plain && !folds && !negates && escapes_plainly;
}

char32_t character_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const auto low = [&](std::size_t i) { return static_cast<char32_t>(byte(i) & 0x3f); };
    if (byte(0) < 0x80) return byte(0);
    if (byte(0) < 0xe0) return (byte(0) & 0x1fu) << 6 | low(1);
    if (byte(0) < 0xf0) return (byte(0) & 0x0fu) << 12 | low(1) << 6 | low(2);
    return (byte(0) & 0x07u) << 18 | low(1) << 12 | low(2) << 6 | low(3);
}

void add_sequences(char32_t low, char32_t high, std::vector<byte_sequence>& all) {
    if (low > high) return;
    const std::pair<unsigned char, unsigned char> rest{0x80, 0xbf};
    if (low == last_ascii + 1 && high == last_character) {
        all.push_back({{0xc2, 0xdf}, rest});
        all.push_back({{0xe0, 0xef}, rest, rest});
        all.push_back({{0xf0, 0xf4}, rest, rest, rest});
        return;
    }
    for (const char32_t longest : {char32_t{0x7f}, char32_t{0x7ff}, char32_t{0xffff}})
        if (low <= longest && longest < high) {
            add_sequences(low, longest, all);
            add_sequences(longest + 1, high, all);
            return;
        }
    for (const unsigned bytes : {1u, 2u, 3u}) {
        const char32_t mask = (char32_t{1} << (6 * bytes)) - 1;
        if ((low & ~mask) == (high & ~mask)) continue;
        if ((low & mask) != 0) {
            add_sequences(low, low | mask, all);
            add_sequences((low | mask) + 1, high, all);
            return;
        }
        if ((high & mask) != mask) {
            add_sequences(low, (high & ~mask) - 1, all);
            add_sequences(high & ~mask, high, all);
            return;
        }
    }
    std::string from, to;
    append_utf8(from, low);
    append_utf8(to, high);
    byte_sequence one;
    for (std::size_t i = 0; i < from.size(); ++i)
        one.emplace_back(static_cast<unsigned char>(from[i]), static_cast<unsigned char>(to[i]));
    all.push_back(std::move(one));
}

}  // namespace

code_ranges ranges_of_class(const std::string& written) {
    static thread_local std::unordered_map<std::string, code_ranges> known;
    if (const auto found = known.find(written); found != known.end()) return found->second;
    RE2::Options quiet;
    quiet.set_log_errors(false);
    const RE2 runs("((?:" + written + ")+)", quiet);
    code_ranges ranges;
    const char32_t last = is_surely_ascii(written) ? last_ascii : last_character;
    constexpr char32_t block = 0x10000;
    for (char32_t first = 0; first <= last; first += block) {
        std::string text;
        for (char32_t c = first; c < first + block && c <= last; ++c) append_utf8(text, c);
        re2::StringPiece left(text), run;
        while (RE2::FindAndConsume(&left, runs, &run)) {
            const auto begin = static_cast<std::size_t>(run.data() - text.data());
            auto tail = begin + run.size() - 1;
            while ((static_cast<unsigned char>(text[tail]) & 0xc0) == 0x80) --tail;
            const auto from = character_at(text, begin);
            if (!ranges.empty() && ranges.back().second + 1 == from)
                ranges.back().second = character_at(text, tail);
            else
                ranges.emplace_back(from, character_at(text, tail));
        }
    }
    if (known.size() > 1000) known.clear();
    return known[written] = ranges;
}

std::vector<byte_sequence> sequences_above_ascii(const code_ranges& ranges) {
    std::vector<byte_sequence> all;
    for (const auto& [from, to] : ranges) add_sequences(std::max<char32_t>(from, last_ascii + 1), to, all);
    return all;
}

byte_set ascii_of(const code_ranges& ranges) {
    byte_set set;
    for (const auto& [from, to] : ranges)
        for (char32_t c = from; c <= to && c <= last_ascii; ++c) set.set(c);
    return set;
}

}  // namespace emsctl::sac
