// Channel identifiers: time-based UUIDs in lower case, as Windows gives its channels. They repeat with the seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "sac/guest/console.hpp"

namespace emsctl::guest {

// What a program recognises SAC and command channels by, in every language.
inline constexpr const char* sac_application = "63d02270-8aa4-11d5-bccf-806d6172696f";
inline constexpr const char* cmd_application = "63d02271-8aa4-11d5-bccf-00b0d014a2d0";

class guid_source {
  public:
    explicit guid_source(std::uint64_t seed);
    std::string next(instant now);

  private:
    std::uint64_t base_;  // 100 ns units since 1582-10-15
    std::uint64_t last_ = 0;
    std::uint16_t sequence_;
    std::uint32_t node_;
};

}  // namespace emsctl::guest
