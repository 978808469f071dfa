#include "sac/identifiers.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace emsctl::sac {
namespace {

constexpr std::size_t key_size = 4;  // of exact texts

// The application types of SAC and of its command channels, the same everywhere (sac-protocol: channel switch).
constexpr std::array<std::string_view, 3> common_guids{"63d02270-8aa4-11d5-bccf-806d6172696f",
                                                       "63d02271-8aa4-11d5-bccf-00b0d014a2d0",
                                                       "00000000-0000-0000-0000-000000000000"};

bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

std::size_t run_of(std::string_view text, std::size_t at, bool (*is)(char)) {
    std::size_t end = at;
    while (end < text.size() && is(text[end])) ++end;
    return end - at;
}

// Lengths of what begins here, 0 for nothing.
std::size_t guid_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    for (const std::size_t part : {8u, 4u, 4u, 4u, 12u}) {
        if (end != at && (end >= text.size() || text[end++] != '-')) return 0;
        if (run_of(text, end, is_hex) < part) return 0;
        end += part;
    }
    return end - at;
}

std::size_t ipv4_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && (end >= text.size() || text[end++] != '.')) return 0;
        const auto digits = run_of(text, end, is_digit);
        if (digits == 0 || digits > 3 || std::stoi(std::string(text.substr(end, digits))) > 255) return 0;
        end += digits;
    }
    const bool goes_on = end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]);
    const auto all = text.substr(at, end - at);
    const bool is_common = all.starts_with("127.") || all.starts_with("0.") || all.starts_with("255.");
    return goes_on || is_common ? 0 : end - at;
}

std::size_t ipv6_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    int colons = 0;
    std::size_t part = 0;
    while (end < text.size() && (is_hex(text[end]) || text[end] == ':')) {
        part = text[end] == ':' ? 0 : part + 1;
        colons += text[end] == ':';
        if (part > 4) return 0;
        ++end;
    }
    const auto all = text.substr(at, end - at);
    const bool is_short = all.find("::") != all.npos;
    const bool has_letters = std::any_of(all.begin(), all.end(), is_hex);
    const bool is_common = all == "::1";
    return ((is_short && colons >= 2) || colons == 7) && has_letters && !is_common && !all.ends_with(":::") ? end - at
                                                                                                            : 0;
}

std::size_t mac_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    const char between = at + 2 < text.size() ? text[at + 2] : '\0';
    if (between != '-' && between != ':') return 0;
    for (int part = 0; part < 6; ++part) {
        if (part > 0 && (end >= text.size() || text[end++] != between)) return 0;
        if (run_of(text, end, is_hex) < 2) return 0;
        end += 2;
    }
    return end - at;
}

// S-1-5-21 and the three numbers of a machine or domain; the account's own number stays.
std::size_t sid_at(std::string_view text, std::size_t at) {
    constexpr std::string_view start = "S-1-5-21";
    if (!text.substr(at).starts_with(start)) return 0;
    std::size_t end = at + start.size();
    for (int part = 0; part < 3; ++part) {
        if (end >= text.size() || text[end++] != '-') return 0;
        const auto digits = run_of(text, end, is_digit);
        if (digits == 0) return 0;
        end += digits;
    }
    return end - at;
}

std::size_t thumbprint_at(std::string_view text, std::size_t at) {
    const auto size = run_of(text, at, is_hex);
    return size == 40 ? size : 0;
}

}  // namespace

void identifiers::hide_name(std::string_view text) {
    const auto name = lower(text);
    if (!name.empty() && std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
}

void identifiers::hide_pattern(const std::string& pattern) {
    patterns_.emplace_back(pattern, std::regex::ECMAScript | std::regex::optimize);
}

void identifiers::hide_exactly(std::string text, std::string replacement) {
    if (text == replacement || text.size() < key_size) return;
    auto& same_start = exact_[text.substr(0, key_size)];
    for (const auto& [known, other] : same_start)
        if (known == text) return;
    same_start.emplace_back(std::move(text), std::move(replacement));
}

// Digits (or hexadecimal digits, or letters) of a counter in the original's own shape.
std::string identifiers::stand_in(std::string_view original, std::string_view kind) {
    const auto key = lower(original);
    if (const auto known = replaced_.find(key); known != replaced_.end()) return known->second;
    std::string out(original);
    auto rest = ++count_;
    const bool is_name = kind == "name";
    const std::size_t from = kind == "sid" ? 8 : 0;  // after S-1-5-21
    for (std::size_t i = out.size(); i-- > from;) {
        const bool takes_digit = is_name                           ? is_word(out[i])
                                 : kind == "ipv4" || kind == "sid" ? is_digit(out[i])
                                                                   : is_hex(out[i]);
        if (!takes_digit) continue;
        out[i] = static_cast<char>('0' + rest % 10);
        rest /= 10;
        if (is_name && rest == 0) {
            for (std::size_t k = 0; k < i; ++k)
                if (is_word(out[k])) out[k] = 'x';
            break;
        }
    }
    replaced_.emplace(key, out);
    return out;
}

void identifiers::add(std::vector<found>& into, std::string_view text, std::size_t at, std::size_t size,
                      std::string_view kind) {
    into.push_back({at, stand_in(text.substr(at, size), kind)});
}

std::vector<identifiers::found> identifiers::find(std::string_view text) {
    std::vector<found> out;
    const auto small = lower(text);
    for (const auto& name : names_)
        for (auto at = small.find(name); at != small.npos; at = small.find(name, at + 1))
            add(out, text, at, name.size(), "name");
    for (const auto& pattern : patterns_)
        for (std::cregex_iterator match(text.data(), text.data() + text.size(), pattern), none; match != none; ++match)
            if (match->length() > 0)
                add(out, text, static_cast<std::size_t>(match->position()), static_cast<std::size_t>(match->length()),
                    "name");
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!exact_.empty())
            if (const auto same_start = exact_.find(text.substr(at, key_size)); same_start != exact_.end())
                for (const auto& [original, replacement] : same_start->second)
                    if (text.substr(at).starts_with(original)) out.push_back({at, replacement});
        const bool begins = at == 0 || !is_word(text[at - 1]);
        const bool may_begin = begins && (is_hex(text[at]) || text[at] == ':' || text[at] == 'S');
        if (!may_begin) continue;
        struct kind {
            const char* name;
            std::size_t (*size)(std::string_view, std::size_t);
        };
        constexpr std::array<kind, 6> kinds{{{"guid", guid_at},
                                             {"sid", sid_at},
                                             {"mac", mac_at},
                                             {"ipv6", ipv6_at},
                                             {"ipv4", ipv4_at},
                                             {"thumbprint", thumbprint_at}}};
        for (const auto& one : kinds) {
            const auto size = one.size(text, at);
            const bool ends = size > 0 && (at + size == text.size() || !is_word(text[at + size]));
            const auto common = lower(text.substr(at, size));
            if (!ends || std::find(common_guids.begin(), common_guids.end(), common) != common_guids.end()) continue;
            // Numbers that stand for others already.
            const bool is_ours = std::any_of(replaced_.begin(), replaced_.end(),
                                             [&](const auto& r) { return r.second == text.substr(at, size); });
            if (!is_ours) add(out, text, at, size, one.name);
            break;
        }
    }
    return out;
}

std::string identifiers::scrub(std::string_view text) {
    std::string out(text);
    for (const auto& one : find(text)) out.replace(one.at, one.replacement.size(), one.replacement);
    return out;
}

}  // namespace emsctl::sac
