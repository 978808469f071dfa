// Whether a console shows what a person types: what it does not show is most likely a secret. Keys and the console's
// bytes go in, in their order; it holds no clock and decides late rather than wrongly.
#pragma once

#include <string>
#include <string_view>

#include "sac/screen.hpp"
#include "sac/vt_parser.hpp"

namespace emsctl::sac {

class echo_watch {
  public:
    enum class verdict {
        nothing,    // no typed text waits for a decision
        undecided,  // it may still be shown
        shown,
        hidden,  // the console went on to another line without having shown it
    };

    // Text keys wait for their echo; control keys and escape sequences are never secret.
    void typed(std::string_view keys);
    void output(std::string_view bytes);

    // The last decision; shown and hidden are told once.
    verdict decide();

  private:
    void look();

    screen screen_;
    vt_parser parser_;
    std::string waiting_;  // typed text without echo so far
    std::string before_;   // the cursor's line when the first of it was typed
    int row_ = 0;
    verdict decided_ = verdict::nothing;
};

}  // namespace emsctl::sac
