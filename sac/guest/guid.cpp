#include "sac/guest/guid.hpp"

#include <algorithm>
#include <cstdio>

#include "sac/guest/seeded.hpp"

namespace emsctl::guest {

guid_source::guid_source(std::uint64_t seed) {
    seeded chance(seed);
    constexpr std::uint64_t year_2026 = 0x01f0e6aa'00000000u;
    base_ = year_2026 + chance.below(std::uint64_t{1} << 47);
    sequence_ = static_cast<std::uint16_t>(chance.below(0x4000));
    node_ = static_cast<std::uint32_t>(chance.below(0x1000000));
}

std::string guid_source::next(instant now) {
    last_ = std::max(last_ + 1, base_ + static_cast<std::uint64_t>(now.count()) * 10);
    char text[40];
    std::snprintf(text, sizeof text, "%08x-%04x-1%03x-%04x-525400%06x", static_cast<unsigned>(last_ & 0xffffffffu),
                  static_cast<unsigned>((last_ >> 32) & 0xffffu), static_cast<unsigned>((last_ >> 48) & 0xfffu),
                  0x8000u | sequence_, node_);
    return text;
}

}  // namespace emsctl::guest
