// Standard input's terminal as a wire for keys while this lives, and back as it was, also when the program dies.
#pragma once

namespace emsctl {

class raw_terminal {
  public:
    // Throws usage_error, which names `verb`, when standard input is no terminal. One at a time.
    explicit raw_terminal(const char* verb);
    ~raw_terminal();
    raw_terminal(const raw_terminal&) = delete;
    raw_terminal& operator=(const raw_terminal&) = delete;
};

}  // namespace emsctl
