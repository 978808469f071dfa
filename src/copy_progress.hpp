// How long a copy over a console takes: a guess before, the measured pace after. Pure; times are the line's.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "sac/windows_profile.hpp"

namespace emsctl {

enum class copy_way { get, put };

using copy_seconds = std::chrono::duration<double>;

// A guess for `bytes`, by what was measured of simulated guests on a line of 115200 baud (11,520 bytes a second).
copy_seconds guessed_time(copy_way way, const sac::windows_profile& profile, std::uint64_t bytes);

class copy_progress {
  public:
    // `already`: bytes that an earlier attempt left.
    copy_progress(std::uint64_t size, std::uint64_t already, copy_seconds guess);

    // "16384 of 65536 bytes, 25 %, about 40 s left"; `elapsed` since the first byte of this attempt. Early on the guess
    // still counts beside the pace.
    std::string at(std::uint64_t done, copy_seconds elapsed) const;
    copy_seconds left(std::uint64_t done, copy_seconds elapsed) const;

  private:
    std::uint64_t size_;
    std::uint64_t already_;
    copy_seconds guess_;
};

// "40 s", "3 min", "2 h 5 min".
std::string rough_time(copy_seconds time);

}  // namespace emsctl
