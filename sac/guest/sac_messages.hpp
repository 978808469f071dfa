// The texts SAC prints, by the number Windows gives them, in English unless replaced (Windows takes them from
// localisable resources). Line ends are part of a text. What a text is used for is the driver's business.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace emsctl::guest {

class sac_messages {
  public:
    // An unknown number throws std::out_of_range: the driver must not invent a text.
    std::string_view operator[](int number) const;
    void replace(int number, std::string text) { replaced_[number] = std::move(text); }

    // printf-style, for the texts that carry values.
    std::string filled(int number, ...) const;

  private:
    std::map<int, std::string> replaced_;
};

}  // namespace emsctl::guest
