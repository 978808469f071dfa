// What of a guest's output may reach the operator's own terminal: text, cursor movement and colours. Strings that could
// make a terminal answer, write files, the clipboard or its title are dropped. Pure.
#pragma once

#include <string>
#include <string_view>

namespace emsctl {

class terminal_filter {
  public:
    // Any cut of the same bytes lets the same bytes through.
    std::string pass(std::string_view bytes);

  private:
    enum class state { text, escape, sequence, string, string_escape };

    void end_sequence(std::string& out);

    state state_ = state::text;
    std::string held_;  // the sequence so far
};

}  // namespace emsctl
