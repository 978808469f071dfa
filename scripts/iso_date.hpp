// Dates as the guest writes them ("{0:o}" in UTC), compared without any clock of ours.
#pragma once

#include <string_view>

namespace emsctl::scripts {

// From a to b in days, negative when b is earlier; NaN when either is not an ISO 8601 date and time in UTC.
double days_between(std::string_view a, std::string_view b) noexcept;

}  // namespace emsctl::scripts
