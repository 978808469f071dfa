#include "scripts/iso_date.hpp"

#include <chrono>
#include <limits>

namespace emsctl::scripts {
namespace {

// "2026-01-31T12:00:00.1234567Z"; the fraction may be missing. NaN: something else.
double seconds_of(std::string_view text) noexcept {
    constexpr double no = std::numeric_limits<double>::quiet_NaN();
    if (text.size() < 20 || text.back() != 'Z') return no;
    const auto number = [&](std::size_t at, std::size_t count) {
        int value = 0;
        for (std::size_t i = at; i < at + count; ++i) {
            if (text[i] < '0' || text[i] > '9') return -1;
            value = value * 10 + (text[i] - '0');
        }
        return value;
    };
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return no;
    const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
    const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
    if (year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return no;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (month < 1 || day < 1 || !date.ok()) return no;
    double fraction = 0;
    if (text.size() > 20) {
        if (text[19] != '.') return no;
        double unit = 0.1;
        for (std::size_t i = 20; i + 1 < text.size(); ++i, unit /= 10) {
            if (text[i] < '0' || text[i] > '9') return no;
            fraction += unit * (text[i] - '0');
        }
    }
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return static_cast<double>(days) * 86400.0 + hour * 3600 + minute * 60 + second + fraction;
}

}  // namespace

double days_between(std::string_view a, std::string_view b) noexcept {
    return (seconds_of(b) - seconds_of(a)) / 86400.0;
}

}  // namespace emsctl::scripts
