#include "sac/guest/cmd_expansion.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

constexpr std::string_view modifier_letters = "fdpnxsatzFDPNXSATZ";

std::optional<int> number(std::string_view s) {
    if (s.starts_with('+')) s.remove_prefix(1);
    int out = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), out);
    if (error != std::errc{} || end != s.data() + s.size()) return std::nullopt;
    return out;
}

// "~n,m" of a value; counts are in characters, and a variable seldom holds others than ASCII.
std::string substring(const std::string& value, std::string_view spec) {
    const auto comma = spec.find(',');
    const auto length = static_cast<int>(value.size());
    auto from = number(text::trim(spec.substr(0, comma))).value_or(0);
    if (from < 0) from += length;
    from = std::clamp(from, 0, length);
    auto to = length;
    if (comma != std::string_view::npos) {
        const auto count = number(text::trim(spec.substr(comma + 1))).value_or(0);
        to = count < 0 ? length + count : from + count;
    }
    to = std::clamp(to, from, length);
    return value.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

// "a=b" or "*a=b" of a value, without regard to case.
std::string substitute(const std::string& value, std::string_view spec) {
    const auto equals = spec.find('=', 1);
    if (equals == std::string_view::npos || spec.empty()) return value;
    auto what = spec.substr(0, equals);
    const auto with = spec.substr(equals + 1);
    if (what.starts_with('*') && what.size() > 1) {
        what.remove_prefix(1);
        const auto found = text::find_no_case(value, what);
        return found == std::string::npos ? value : std::string(with) + value.substr(found + what.size());
    }
    std::string out;
    for (std::size_t at = 0;;) {
        const auto found = text::find_no_case(value, what, at);
        out += value.substr(at, found - at);
        if (found == std::string::npos) return out;
        out += with;
        at = found + what.size();
    }
}

std::string modified(const std::string& value, std::string_view spec) {
    return spec.starts_with('~') ? substring(value, spec.substr(1)) : substitute(value, spec);
}

std::string unquoted(std::string_view s) {
    if (s.starts_with('"')) s.remove_prefix(1);
    if (s.ends_with('"')) s.remove_suffix(1);
    return std::string(s);
}

// %name%, %name:spec% at `at` (behind the opening sign); nullopt when it stays as it is, with `at` untouched.
std::optional<std::string> take_variable(std::string_view line, std::size_t& at, char sign, const cmd_expansion& from) {
    const auto end = line.find_first_of(std::string{sign, ':'}, at);
    if (end == std::string_view::npos) return std::nullopt;
    const auto name = line.substr(at, end - at);
    if (name.empty()) return std::nullopt;
    const auto value = from.variable(name);
    if (line[end] == sign) {
        if (!value && !from.is_batch) return std::nullopt;
        at = end + 1;
        return value.value_or("");
    }
    if (!value) {
        // What cmd.exe does with an undefined %name:spec% in a batch file: only "%name:" goes away.
        if (!from.is_batch) return std::nullopt;
        at = end + 1;
        return "";
    }
    const auto close = line.find(sign, end + 1);
    if (close == std::string_view::npos) {
        if (!from.is_batch) return std::nullopt;
        at = end + 1;
        return "";
    }
    const auto spec = line.substr(end + 1, close - end - 1);
    at = close + 1;
    return spec.empty() ? *value : modified(*value, spec);
}

}  // namespace

std::string expand_percents(std::string_view line, const cmd_expansion& from) {
    std::string out;
    for (std::size_t at = 0; at < line.size();) {
        if (line[at] != '%') {
            out += line[at++];
            continue;
        }
        ++at;
        if (from.is_batch) {
            if (at < line.size() && line[at] == '%') {
                out += '%';
                ++at;
                continue;
            }
            if (at < line.size() && line[at] == '*') {
                out += from.all_arguments;
                ++at;
                continue;
            }
            const auto argument = [&](char digit) {
                const auto n = static_cast<std::size_t>(digit - '0');
                return n < from.arguments.size() ? from.arguments[n] : std::string{};
            };
            if (at < line.size() && std::isdigit(static_cast<unsigned char>(line[at]))) {
                out += argument(line[at++]);
                continue;
            }
            if (at < line.size() && line[at] == '~') {
                auto end = line.find_first_not_of(modifier_letters, at + 1);
                if (end != std::string_view::npos && std::isdigit(static_cast<unsigned char>(line[end]))) {
                    const auto letters = line.substr(at + 1, end - at - 1);
                    const bool is_file_itself = line[end] == '0' && !letters.empty();
                    out += from.modify(letters, is_file_itself ? from.batch_path : unquoted(argument(line[end])));
                    at = end + 1;
                    continue;
                }
            }
        }
        if (auto value = take_variable(line, at, '%', from))
            out += *value;
        else if (!from.is_batch)
            out += '%';
    }
    return out;
}

std::string expand_for_variables(std::string_view s, const for_variables& values, const cmd_expansion& from) {
    if (values.empty()) return std::string(s);
    std::string out;
    for (std::size_t at = 0; at < s.size();) {
        if (s[at] != '%' || at + 1 >= s.size()) {
            out += s[at++];
            continue;
        }
        if (const auto plain = values.find(s[at + 1]); plain != values.end()) {
            out += plain->second;
            at += 2;
            continue;
        }
        if (s[at + 1] == '~') {
            // The longest run of modifier letters whose next, or else last, letter is a variable.
            auto end = std::min(s.find_first_not_of(modifier_letters, at + 2), s.size());
            while (end > at + 1 && (end >= s.size() || !values.contains(s[end]))) --end;
            if (end > at + 1) {
                out += from.modify(s.substr(at + 2, end - at - 2), unquoted(values.at(s[end])));
                at = end + 1;
                continue;
            }
        }
        out += s[at++];
    }
    return out;
}

std::string expand_delayed(std::string_view s, const cmd_expansion& from) {
    if (s.find('!') == std::string_view::npos) return std::string(s);
    auto rules = from;
    rules.is_batch = true;  // undefined ones vanish in either case
    std::string out;
    for (std::size_t at = 0; at < s.size();) {
        if (s[at] == '^' && at + 1 < s.size()) {
            out += s[at + 1];
            at += 2;
        } else if (s[at] == '!') {
            ++at;
            if (auto value = take_variable(s, at, '!', rules)) out += *value;
        } else {
            out += s[at++];
        }
    }
    return out;
}

}  // namespace emsctl::guest
