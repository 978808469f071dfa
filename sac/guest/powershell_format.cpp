// The -f operator and the format strings of numbers and dates, invariant and en-US.
#include <array>
#include <cmath>
#include <cstdio>

#include "sac/guest/powershell_value.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest::powershell {

namespace {

constexpr const char* days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr const char* months[] = {"January", "February", "March",     "April",   "May",      "June",
                                  "July",    "August",   "September", "October", "November", "December"};

std::string padded(std::int64_t number, std::size_t digits) {
    auto out = std::to_string(number);
    return out.size() < digits ? std::string(digits - out.size(), '0') + out : out;
}

std::string zone_text(const date_time& what) {
    if (what.kind == date_kind::utc) return "Z";
    if (what.kind == date_kind::unspecified) return "";
    const auto minutes = what.zone_minutes < 0 ? -what.zone_minutes : what.zone_minutes;
    return (what.zone_minutes < 0 ? "-" : "+") + padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2);
}

std::string standard_pattern(char letter) {
    switch (letter) {
        case 'd':
            return "M/d/yyyy";
        case 'D':
            return "dddd, MMMM d, yyyy";
        case 't':
            return "h:mm tt";
        case 'T':
            return "h:mm:ss tt";
        case 'g':
            return "M/d/yyyy h:mm tt";
        case 'G':
            return "M/d/yyyy h:mm:ss tt";
        case 'f':
            return "dddd, MMMM d, yyyy h:mm tt";
        case 'F':
            return "dddd, MMMM d, yyyy h:mm:ss tt";
        case 'o':
        case 'O':
            return "yyyy-MM-ddTHH:mm:ss.fffffffK";
        case 's':
            return "yyyy-MM-ddTHH:mm:ss";
        case 'u':
            return "yyyy-MM-dd HH:mm:ssZ";
        case 'r':
        case 'R':
            return "ddd, dd MMM yyyy HH:mm:ss GMT";
        default:
            throw value_error{"Input string was not in a correct format.", "FormatException", "FormatException"};
    }
}

}  // namespace

std::string format_date(const date_time& what, const std::string& given) {
    const auto pattern = given.empty() ? "M/d/yyyy h:mm:ss tt" : given.size() == 1 ? standard_pattern(given[0]) : given;
    const auto day = std::chrono::floor<std::chrono::days>(what.clock);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(what.clock - day);
    const auto hour = time.hours().count();
    const auto micro = static_cast<std::int64_t>(time.subseconds().count());
    const auto week = std::chrono::weekday(day).c_encoding();
    const auto month = static_cast<unsigned>(date.month());
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        const char c = pattern[at];
        auto end = at;
        while (end < pattern.size() && pattern[end] == c) ++end;
        const auto count = end - at;
        switch (c) {
            case 'y':
                out += count <= 2 ? padded(static_cast<int>(date.year()) % 100, count)
                                  : padded(static_cast<int>(date.year()), count);
                break;
            case 'M':
                out += count == 3  ? std::string(months[month - 1]).substr(0, 3)
                       : count > 3 ? std::string(months[month - 1])
                                   : padded(month, count);
                break;
            case 'd':
                out += count == 3  ? std::string(days[week]).substr(0, 3)
                       : count > 3 ? std::string(days[week])
                                   : padded(static_cast<unsigned>(date.day()), count);
                break;
            case 'H':
                out += padded(hour, count);
                break;
            case 'h':
                out += padded(hour % 12 == 0 ? 12 : hour % 12, count);
                break;
            case 'm':
                out += padded(time.minutes().count(), count);
                break;
            case 's':
                out += padded(time.seconds().count(), count);
                break;
            case 'f':
                out += (padded(micro, 6) + "0").substr(0, count);
                break;
            case 't':
                out += std::string(hour < 12 ? "AM" : "PM").substr(0, count);
                break;
            case 'K':
                out += zone_text(what);
                break;
            case 'z':
                out += zone_text(what).substr(0, count == 3 ? 6 : 3);
                break;
            case '\'': {
                const auto close = pattern.find('\'', at + 1);
                out += pattern.substr(at + 1, close == std::string::npos ? close : close - at - 1);
                end = close == std::string::npos ? pattern.size() : close + 1;
                break;
            }
            case '\\':
                if (at + 1 < pattern.size()) out += pattern[at + 1];
                end = at + 2;
                break;
            default:
                out.append(count, c);
        }
        at = end;
    }
    return out;
}

std::string format_number(const value& what, const std::string& pattern) {
    const auto number = to_number(what);
    const auto* whole = number.as<integer>();
    const double real = whole ? static_cast<double>(whole->number) : std::get<double>(number.is);
    const char letter = pattern[0];
    const bool is_standard = pattern.size() <= 3 && pattern.find_first_not_of("0123456789", 1) == std::string::npos &&
                             std::isalpha(static_cast<unsigned char>(letter));
    const auto digits = pattern.size() > 1 && is_standard ? std::stoi(pattern.substr(1)) : -1;
    std::array<char, 400> out{};
    if (is_standard) switch (letter) {
            case 'd':
            case 'D':
                if (!whole) break;
                return (whole->number < 0 ? "-" : "") + padded(whole->number < 0 ? -whole->number : whole->number,
                                                               digits < 0 ? 1 : static_cast<std::size_t>(digits));
            case 'x':
            case 'X': {
                if (!whole) break;
                const auto bits = whole->kind == width::int64 || whole->kind == width::uint64
                                      ? static_cast<unsigned long long>(whole->number)
                                      : static_cast<unsigned long long>(static_cast<std::uint32_t>(whole->number));
                std::snprintf(out.data(), out.size(), letter == 'x' ? "%0*llx" : "%0*llX", std::max(digits, 1), bits);
                return out.data();
            }
            case 'f':
            case 'F':
                std::snprintf(out.data(), out.size(), "%.*f", digits < 0 ? 2 : digits, real);
                return out.data();
            case 'p':
            case 'P':
            case 'n':
            case 'N': {
                const bool is_share = letter == 'p' || letter == 'P';
                std::snprintf(out.data(), out.size(), "%.*f", digits < 0 ? 2 : digits,
                              std::abs(is_share ? real * 100 : real));
                std::string text = out.data();
                const auto point = std::min(text.find('.'), text.size());
                for (auto at = point; at > 3; at -= 3) text.insert(at - 3, ",");
                return (real < 0 ? "-" : "") + text + (is_share ? " %" : "");
            }
            case 'g':
            case 'G':
                return to_text(number);
            default:
                break;
        }
    // Custom: zeros and a point only.
    if (pattern.find_first_not_of("0.") == std::string::npos) {
        const auto point = pattern.find('.');
        const auto after = point == std::string::npos ? 0 : pattern.size() - point - 1;
        const auto before = std::min(point, pattern.size());
        std::snprintf(out.data(), out.size(), "%.*f", static_cast<int>(after), std::abs(real));
        std::string text = out.data();
        const auto wanted = before + (after ? after + 1 : 0);
        return (real < 0 ? "-" : "") + (text.size() < wanted ? std::string(wanted - text.size(), '0') + text : text);
    }
    throw value_error{"Error formatting a string: Format specifier was invalid..", "FormatError", "RuntimeException",
                      "InvalidOperation"};
}

std::string format_one(const value& what, const std::string& pattern) {
    if (const auto* d = what.as<date_time>()) return format_date(*d, pattern);
    if (pattern.empty()) return to_text(what);
    if (what.as<integer>() || what.as<double>()) return format_number(what, pattern);
    if (const auto* e = what.as<enumeration>()) {
        if (pattern == "d" || pattern == "D") return std::to_string(e->number);
        if (pattern == "x" || pattern == "X") return format_number(value(integer{e->number, width::int32}), "X8");
    }
    return to_text(what);  // strings and booleans pay no heed to the pattern
}

std::string format_text(const std::string& format, const values& args) {
    const auto bad = [](const char* why) {
        return value_error{std::string("Error formatting a string: ") + why + ".", "FormatError", "RuntimeException",
                           "InvalidOperation"};
    };
    std::string out;
    for (std::size_t at = 0; at < format.size(); ++at) {
        const char c = format[at];
        if ((c == '{' || c == '}') && at + 1 < format.size() && format[at + 1] == c) {
            out += c;
            ++at;
            continue;
        }
        if (c == '}') throw bad("Input string was not in a correct format.");
        if (c != '{') {
            out += c;
            continue;
        }
        const auto end = format.find('}', at);
        if (end == std::string::npos) throw bad("Input string was not in a correct format.");
        const auto inside = format.substr(at + 1, end - at - 1);
        const auto colon = inside.find(':');
        const auto head = inside.substr(0, colon);
        const auto comma = head.find(',');
        const auto digits = text::trim(head.substr(0, comma));
        if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos || digits.size() > 6)
            throw bad("Input string was not in a correct format.");
        const auto number = static_cast<std::size_t>(std::stoul(digits));
        if (number >= args.size())
            throw bad(
                "Index (zero based) must be greater than or equal to zero and less than the size of the argument "
                "list.");
        auto piece = format_one(args[number], colon == std::string::npos ? "" : inside.substr(colon + 1));
        if (comma != std::string::npos) {
            const auto width = parse_number(head.substr(comma + 1));
            if (!width || !width->as<integer>()) throw bad("Input string was not in a correct format.");
            const auto wanted = std::get<integer>(width->is).number;
            const auto size = static_cast<std::size_t>(std::min<std::int64_t>(std::abs(wanted), 1000));
            if (piece.size() < size) piece.insert(wanted < 0 ? piece.size() : 0, size - piece.size(), ' ');
        }
        out += piece;
        at = end;
    }
    return out;
}

}  // namespace emsctl::guest::powershell
