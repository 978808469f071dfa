#include "sac/guest/text.hpp"

#include <algorithm>
#include <optional>

#include "sac/guest/text_code_pages.hpp"

namespace emsctl::guest::text {

namespace {

constexpr char32_t replacement = 0xfffd;

// One code point of UTF-8 from `at` on; ill-formed bytes are replaced one at a time.
char32_t next_code_point(std::string_view s, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const auto first = byte(at++);
    if (first < 0x80) return first;
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || at + static_cast<std::size_t>(more) > s.size()) return replacement;
    char32_t c = first & (0x3f >> more);
    for (int i = 0; i < more; ++i) {
        const auto b = byte(at + static_cast<std::size_t>(i));
        if ((b & 0xc0) != 0x80) return replacement;
        c = (c << 6) | (b & 0x3f);
    }
    at += static_cast<std::size_t>(more);
    return c;
}

void put(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xc0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    }
}

char32_t lower_one(char32_t c) {
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7)) return c + 0x20;
    return c;
}

char32_t upper_one(char32_t c) {
    if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7)) return c - 0x20;
    return c;
}

template <class Change>
std::string each(std::string_view s, Change change) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t at = 0; at < s.size();) put(out, change(next_code_point(s, at)));
    return out;
}

const std::array<char16_t, 128>& upper_half(unsigned code_page) {
    if (code_page == 850) return cp850;
    if (code_page == 1252) return cp1252;
    return cp437;
}

bool is_ascii(std::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string lower(std::string_view utf8) {
    return each(utf8, lower_one);
}
std::string upper(std::string_view utf8) {
    return each(utf8, upper_one);
}

bool equal_no_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && lower(a) == lower(b);
}

bool starts_with_no_case(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && equal_no_case(text.substr(0, start.size()), start);
}

bool ends_with_no_case(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && equal_no_case(text.substr(text.size() - end.size()), end);
}

std::size_t find_no_case(std::string_view text, std::string_view what, std::size_t from) {
    if (from > text.size()) return std::string_view::npos;
    return lower(text).find(lower(what), from);
}

bool less_no_case::operator()(std::string_view a, std::string_view b) const {
    if (!is_ascii(a) || !is_ascii(b)) return lower(a) < lower(b);
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower_one(static_cast<unsigned char>(x)) < lower_one(static_cast<unsigned char>(y));
    });
}

std::string to_code_page(std::string_view utf8, unsigned code_page) {
    if (code_page == 65001 || is_ascii(utf8)) return std::string(utf8);
    const auto& table = upper_half(code_page);
    std::string out;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto c = next_code_point(utf8, at);
        if (c < 0x80) {
            out += static_cast<char>(c);
            continue;
        }
        const auto found = std::find(table.begin(), table.end(), c);
        out += found == table.end() ? '?' : static_cast<char>(0x80 + (found - table.begin()));
    }
    return out;
}

std::string from_code_page(std::string_view bytes, unsigned code_page) {
    if (code_page == 65001) return each(bytes, [](char32_t c) { return c; });
    if (is_ascii(bytes)) return std::string(bytes);
    const auto& table = upper_half(code_page);
    std::string out;
    for (const char c : bytes) {
        const auto b = static_cast<unsigned char>(c);
        put(out, b < 0x80 ? b : table[b - 0x80U]);
    }
    return out;
}

std::string to_utf16le(std::string_view utf8) {
    std::string out;
    const auto unit = [&](char32_t u) {
        out += static_cast<char>(u & 0xff);
        out += static_cast<char>((u >> 8) & 0xff);
    };
    for (std::size_t at = 0; at < utf8.size();) {
        auto c = next_code_point(utf8, at);
        if (c >= 0x10000) {
            c -= 0x10000;
            unit(0xd800 | (c >> 10));
            unit(0xdc00 | (c & 0x3ff));
        } else {
            unit(c);
        }
    }
    return out;
}

std::string from_utf16le(std::string_view bytes) {
    std::string out;
    std::optional<char32_t> high;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        const char32_t unit = static_cast<unsigned char>(bytes[at]) |
                              (static_cast<char32_t>(static_cast<unsigned char>(bytes[at + 1])) << 8);
        if (unit >= 0xd800 && unit < 0xdc00) {
            if (high) put(out, replacement);
            high = unit;
        } else if (unit >= 0xdc00 && unit < 0xe000) {
            put(out, high ? 0x10000 + ((*high & 0x3ff) << 10) + (unit & 0x3ff) : replacement);
            high.reset();
        } else {
            if (high) put(out, replacement);
            high.reset();
            put(out, unit);
        }
    }
    return out;
}

std::string decode_file(std::string_view bytes, unsigned code_page) {
    if (bytes.starts_with("\xff\xfe")) return from_utf16le(bytes.substr(2));
    if (bytes.starts_with("\xef\xbb\xbf")) return from_code_page(bytes.substr(3), 65001);
    return from_code_page(bytes, code_page);
}

std::string trim(std::string_view s) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!s.empty() && blank(s.front())) s.remove_prefix(1);
    while (!s.empty() && blank(s.back())) s.remove_suffix(1);
    return std::string(s);
}

std::vector<std::string> split_lines(std::string_view s) {
    std::vector<std::string> lines;
    while (!s.empty()) {
        const auto end = s.find('\n');
        auto line = s.substr(0, end);
        s.remove_prefix(end == std::string_view::npos ? s.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.emplace_back(line);
    }
    return lines;
}

namespace {
bool matches(std::string_view name, std::string_view pattern) {
    std::size_t n = 0, p = 0, star = std::string_view::npos, mark = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && (pattern[p] == '*' || pattern[p] == '?')) ++p;
    return p == pattern.size();
}
}  // namespace

bool matches_wildcards(std::string_view name, std::string_view pattern) {
    if (pattern == "*.*" || pattern == "*") return true;
    const auto small = lower(name);
    const auto wanted = lower(pattern);
    // "x.*" also matches a name without an extension, as FindFirstFile has it.
    return matches(small, wanted) || (wanted.ends_with(".*") && matches(small, wanted.substr(0, wanted.size() - 2)) &&
                                      small.find('.') == std::string::npos);
}

std::string hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

}  // namespace emsctl::guest::text
