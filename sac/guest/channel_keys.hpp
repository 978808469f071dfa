// Bytes typed into a command channel as keys: UTF-8 text and the sequences of the VT100+ and VT-UTF8 conventions
// ([MS-VUVP]). What is not a known sequence arrives as the Escape key and the characters after it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/screen_console.hpp"

namespace emsctl::guest {

class channel_keys {
  public:
    std::vector<console_key> decode(std::string_view bytes);

  private:
    void take(char byte, std::vector<console_key>& keys);
    void plain(char byte, std::vector<console_key>& keys);

    std::string sequence_;  // begun with ESC
    std::uint32_t partial_ = 0;
    int missing_ = 0;
};

}  // namespace emsctl::guest
