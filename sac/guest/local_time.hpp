// Dates and times as the English (United States) locale writes them.
#pragma once

#include <string>

#include "sac/guest/win32.hpp"

namespace emsctl::guest {

std::string date_text(wall_time local, bool with_weekday);  // "Thu 05/02/2024", "05/02/2024"
std::string short_date_text(wall_time local);               // "5/2/2024"
std::string minute_text(wall_time local);                   // "03:12 AM"
std::string short_minute_text(wall_time local);             // "3:12 AM"
std::string time_text(wall_time local);                     // " 3:12:05.12"
std::string with_commas(std::uint64_t number);              // "2,643,800"

}  // namespace emsctl::guest
