#include "sac/guest/local_time.hpp"

#include <array>
#include <cstdio>

namespace emsctl::guest {

namespace {

struct broken_down {
    int year, hour, minute, second, hundredths;
    unsigned month, day, weekday;
};

broken_down break_down(wall_time when) {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(when - day);
    return {static_cast<int>(date.year()),
            static_cast<int>(time.hours().count()),
            static_cast<int>(time.minutes().count()),
            static_cast<int>(time.seconds().count()),
            static_cast<int>(time.subseconds().count() / 10000),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            std::chrono::weekday(day).c_encoding()};
}

template <class... Parts>
std::string print(const char* format, Parts... parts) {
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), format, parts...);
    return out.data();
}

}  // namespace

std::string date_text(wall_time local, bool with_weekday) {
    constexpr const char* days[] = {"Sun ", "Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat "};
    const auto t = break_down(local);
    return (with_weekday ? days[t.weekday] : "") + print("%02u/%02u/%04d", t.month, t.day, t.year);
}

std::string short_date_text(wall_time local) {
    const auto t = break_down(local);
    return print("%u/%u/%04d", t.month, t.day, t.year);
}

std::string minute_text(wall_time local) {
    const auto t = break_down(local);
    return print("%02d:%02d %s", t.hour % 12 == 0 ? 12 : t.hour % 12, t.minute, t.hour < 12 ? "AM" : "PM");
}

std::string short_minute_text(wall_time local) {
    const auto t = break_down(local);
    return print("%d:%02d %s", t.hour % 12 == 0 ? 12 : t.hour % 12, t.minute, t.hour < 12 ? "AM" : "PM");
}

std::string time_text(wall_time local) {
    const auto t = break_down(local);
    return print("%2d:%02d:%02d.%02d", t.hour, t.minute, t.second, t.hundredths);
}

std::string with_commas(std::uint64_t number) {
    auto out = std::to_string(number);
    for (auto at = out.size(); at > 3;) {
        at -= 3;
        out.insert(at, ",");
    }
    return out;
}

}  // namespace emsctl::guest
