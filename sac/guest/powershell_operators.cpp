#include <cmath>
#include <regex>

#include "sac/guest/powershell_interpreter.hpp"

namespace emsctl::guest::powershell {

namespace {

double real(const value& what) {
    const auto number = to_number(what);
    const auto* n = number.as<integer>();
    return n ? static_cast<double>(n->number) : std::get<double>(number.is);
}

value from_wide(std::int64_t number, width wanted) {
    if (wanted != width::int32) return value(integer{number, width::int64});
    if (number >= INT32_MIN && number <= INT32_MAX) return value(integer{number, width::int32});
    return value(static_cast<double>(number));  // Int32 overflow goes to Double
}

value arithmetic(char sign, const value& left, const value& right) {
    const auto a = to_number(left), b = to_number(right);
    const auto *m = a.as<integer>(), *n = b.as<integer>();
    if (m && n) {
        const auto wanted = m->kind == width::int64 || n->kind == width::int64 ? width::int64 : width::int32;
        const auto x = m->number, y = n->number;
        if ((sign == '/' || sign == '%') && y == 0)
            throw value_error{"Attempted to divide by zero.", "RuntimeException", "RuntimeException", "NotSpecified"};
        std::int64_t out = 0;
        if (sign == '+' && !__builtin_add_overflow(x, y, &out)) return from_wide(out, wanted);
        if (sign == '-' && !__builtin_sub_overflow(x, y, &out)) return from_wide(out, wanted);
        if (sign == '*' && !__builtin_mul_overflow(x, y, &out)) return from_wide(out, wanted);
        if (sign == '%') return from_wide(y == -1 ? 0 : x % y, wanted);
        if (sign == '/' && y != -1 && x % y == 0) return from_wide(x / y, wanted);
    }
    const auto x = real(a), y = real(b);
    switch (sign) {
        case '+':
            return value(x + y);
        case '-':
            return value(x - y);
        case '*':
            return value(x * y);
        case '%':
            return value(std::fmod(x, y));
        default:
            return m && n && y == -1 ? arithmetic('-', value(0), left) : value(x / y);
    }
}

value plus_minus(char sign, const value& left, const value& right) {
    if (sign == '+') {
        if (is_collection(left) || (left.is_null() && is_collection(right))) {
            auto items = items_of(left);
            if (is_collection(right))
                for (auto& one : items_of(right)) items.push_back(one);
            else
                items.push_back(right);
            return make_array(std::move(items));
        }
        if (left.as<std::string>()) return value(to_text(left) + to_text(right));
        if (left.is_null()) return right;
        if (const auto* t = left.as<table_ptr>(); t && right.as<table_ptr>()) {
            auto made = std::make_shared<table>(**t);
            for (const auto& [key, what] : (*right.as<table_ptr>())->entries) made->set(key, what);
            return value(made);
        }
    }
    const auto* date = left.as<date_time>();
    const auto* span = right.as<time_span>();
    if (date && span) {
        auto made = *date;
        made.clock += sign == '+' ? span->length : -span->length;
        return value(made);
    }
    if (date && sign == '-')
        if (const auto* other = right.as<date_time>()) return value(time_span{date->clock - other->clock});
    if (const auto* first = left.as<time_span>(); first && span)
        return value(time_span{sign == '+' ? first->length + span->length : first->length - span->length});
    return arithmetic(sign, left, right);
}

std::regex pattern_of(interpreter& shell, const std::string& pattern, bool is_case_sensitive) {
    const auto refused = pattern.find("(?<") != std::string::npos || pattern.find("(?i)") != std::string::npos;
    try {
        if (!refused)
            return std::regex(pattern,
                              is_case_sensitive ? std::regex::ECMAScript : std::regex::ECMAScript | std::regex::icase);
    } catch (const std::regex_error&) {
    }
    shell.refuse("the regular expression " + pattern);
    throw value_error{"parsing \"" + pattern + "\" - Unrecognized grouping construct.", "System.ArgumentException",
                      "ArgumentException", "OperationStopped"};
}

const std::string& short_enough(interpreter& shell, const std::string& subject) {
    if (subject.size() > 20000) {  // std::regex recurses per character
        shell.refuse("a regular expression over more than 20000 characters");
        throw value_error{"The text is too long.", "System.ArgumentException", "ArgumentException", "OperationStopped"};
    }
    return subject;
}

bool matches_like(const std::string& subject, const std::string& pattern, bool is_case_sensitive) {
    // * ? [a-c] and nothing else, over the whole text
    const auto fold = [&](char c) { return is_case_sensitive ? std::string(1, c) : text::lower(std::string(1, c)); };
    const auto match = [&](auto&& self, std::size_t s, std::size_t p) -> bool {
        for (; p < pattern.size(); ++p, ++s) {
            if (pattern[p] == '*') {
                for (auto at = s; at <= subject.size(); ++at)
                    if (self(self, at, p + 1)) return true;
                return false;
            }
            if (s >= subject.size()) return false;
            if (pattern[p] == '?') continue;
            if (pattern[p] == '[') {
                const auto end = pattern.find(']', p);
                if (end == std::string::npos) return false;
                bool is_in = false;
                for (auto i = p + 1; i < end; ++i) {
                    if (i + 2 < end && pattern[i + 1] == '-') {
                        is_in =
                            is_in || (fold(pattern[i]) <= fold(subject[s]) && fold(subject[s]) <= fold(pattern[i + 2]));
                        i += 2;
                    } else {
                        is_in = is_in || fold(pattern[i]) == fold(subject[s]);
                    }
                }
                if (!is_in) return false;
                p = end;
                continue;
            }
            const auto wanted = pattern[p] == '`' && p + 1 < pattern.size() ? pattern[++p] : pattern[p];
            if (fold(wanted) != fold(subject[s])) return false;
        }
        return s == subject.size();
    };
    return match(match, 0, 0);
}

value matched(interpreter& shell, const std::string& subject, const value& right, bool is_case_sensitive) {
    std::smatch found;
    const auto pattern = pattern_of(shell, to_text(right), is_case_sensitive);
    if (!std::regex_search(short_enough(shell, subject), found, pattern)) return value(false);
    auto groups = std::make_shared<table>();
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found[i].matched) groups->set(value(static_cast<int>(i)), value(found[i].str()));
    shell.set("Matches", value(groups));
    return value(true);
}

value replaced(interpreter& shell, const std::string& subject, const value& right, bool is_case_sensitive) {
    const auto parts = items_of(right);
    const auto pattern = pattern_of(shell, parts.empty() ? "" : to_text(parts[0]), is_case_sensitive);
    return value(std::regex_replace(short_enough(shell, subject), pattern, parts.size() > 1 ? to_text(parts[1]) : ""));
}

value split(interpreter& shell, const value& left, const value& right, bool is_case_sensitive) {
    const auto parts = items_of(right);
    const auto pattern = pattern_of(shell, parts.empty() ? "\\s+" : to_text(parts[0]), is_case_sensitive);
    const auto most = parts.size() > 1 ? to_integer(parts[1]) : 0;
    values out;
    for (const auto& one : items_of(left)) {
        auto rest = to_text(one);
        short_enough(shell, rest);
        std::int64_t count = 1;
        std::smatch found;
        std::size_t from = 0;
        for (; (most <= 0 || count < most) &&
               std::regex_search(rest.cbegin() + static_cast<std::ptrdiff_t>(from), rest.cend(), found, pattern);
             ++count) {
            const auto at = from + static_cast<std::size_t>(found.position(0));
            const auto length = static_cast<std::size_t>(found.length(0));
            if (length == 0) break;
            out.emplace_back(rest.substr(0, at));
            rest.erase(0, at + length);
        }
        out.emplace_back(rest);
    }
    return make_array(std::move(out));
}

bool contains(const value& all, const value& one, bool is_case_sensitive) {
    for (const auto& item : items_of(all))
        if (equal_values(item, one, is_case_sensitive)) return true;
    return all.is_null() && one.is_null();
}

// One comparison of single values.
value compared(interpreter& shell, const std::string& sign, const value& left, const value& right, bool cs) {
    if (sign == "-eq") return value(equal_values(left, right, cs));
    if (sign == "-ne") return value(!equal_values(left, right, cs));
    if (sign == "-gt") return value(compare_values(left, right, cs) > 0);
    if (sign == "-ge") return value(compare_values(left, right, cs) >= 0);
    if (sign == "-lt") return value(compare_values(left, right, cs) < 0);
    if (sign == "-le") return value(compare_values(left, right, cs) <= 0);
    if (sign == "-like") return value(matches_like(to_text(left), to_text(right), cs));
    if (sign == "-notlike") return value(!matches_like(to_text(left), to_text(right), cs));
    if (sign == "-match") return matched(shell, to_text(left), right, cs);
    if (sign == "-notmatch") return value(!to_bool(matched(shell, to_text(left), right, cs)));
    return replaced(shell, to_text(left), right, cs);
}

bool is_of(const value& what, const value& type) {
    const auto* named = type.as<type_ref>();
    const auto wanted = named ? named->name : normal_type(to_text(type));
    return normal_type(type_name(what)) == wanted || (wanted == "array" && what.as<array_ptr>()) ||
           (wanted == "object" && !what.is_null());
}

}  // namespace

value binary_result(interpreter& shell, const std::string& given, const value& left, const value& right) {
    if (given == "+" || given == "-") return plus_minus(given[0], left, right);
    if (given == "*" && left.as<std::string>()) {
        std::string out;
        const auto count = to_integer(right);
        if (count < 0 || count > 100000) throw value_error{"Specified argument was out of the range of valid values."};
        for (std::int64_t i = 0; i < count; ++i) out += std::get<std::string>(left.is);
        return value(std::move(out));
    }
    if (given == "*" || given == "/" || given == "%") return arithmetic(given[0], left, right);
    if (given == "..") {
        const auto from = to_integer(left), to = to_integer(right);
        if (std::abs(to - from) > 100000) throw value_error{"The range is too large."};
        values out;
        for (auto n = from;; n += from < to ? 1 : -1) {
            out.emplace_back(integer{n, width::int32});
            if (n == to) break;
        }
        return make_array(std::move(out));
    }
    if (given == "-f") return value(format_text(to_text(left), right.is_null() ? values{right} : items_of(right)));
    if (given == "-and") return value(to_bool(right));
    if (given == "-or") return value(to_bool(right));
    if (given == "-xor") return value(to_bool(left) != to_bool(right));
    if (given == "-band") return from_wide(to_integer(left) & to_integer(right), width::int32);
    if (given == "-bor") return from_wide(to_integer(left) | to_integer(right), width::int32);
    if (given == "-bxor") return from_wide(to_integer(left) ^ to_integer(right), width::int32);
    if (given == "-shl" || given == "-shr") {
        const auto by = to_integer(right) & 31;
        return from_wide(given == "-shl" ? static_cast<std::int32_t>(static_cast<std::uint32_t>(to_integer(left)) << by)
                                         : to_integer(left) >> by,
                         width::int32);
    }
    if (given == "-as" || given == "-is" || given == "-isnot") {
        if (given != "-as") return value(is_of(left, right) == (given == "-is"));
        const auto* type = right.as<type_ref>();
        try {
            return cast_to(type ? type->name : normal_type(to_text(right)), left, shell.zone());
        } catch (const value_error&) {
            return value();
        }
    }
    // -ceq, -ieq; but -contains and -in are names of their own
    auto sign = given;
    bool cs = false;
    if (sign != "-contains" && sign != "-in" && sign != "-is" && sign.size() > 2 &&
        (sign[1] == 'c' || sign[1] == 'i')) {
        cs = sign[1] == 'c';
        sign.erase(1, 1);
    }
    if (sign == "-join") {
        std::string out;
        bool is_first = true;
        for (const auto& one : items_of(left)) {
            out += (is_first ? "" : to_text(right)) + to_text(one);
            is_first = false;
        }
        return value(std::move(out));
    }
    if (sign == "-split") return split(shell, left, right, cs);
    if (sign == "-in") return value(contains(right, left, cs));
    if (sign == "-notin") return value(!contains(right, left, cs));
    if (sign == "-contains") return value(contains(left, right, cs));
    if (sign == "-notcontains") return value(!contains(left, right, cs));
    if (!is_collection(left)) return compared(shell, sign, left, right, cs);
    // A collection on the left: those of its items that fit (or what -replace makes of each).
    values out;
    for (const auto& one : items_of(left)) {
        auto answer = compared(shell, sign, one, right, cs);
        if (sign == "-replace")
            out.push_back(std::move(answer));
        else if (to_bool(answer))
            out.push_back(one);
    }
    return make_array(std::move(out));
}

}  // namespace emsctl::guest::powershell
