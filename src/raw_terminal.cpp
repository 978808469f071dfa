#include "src/raw_terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "src/usage.hpp"

namespace emsctl {
namespace {

termios terminal_before{};

void restore_terminal() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal_before);
}

// A deadly signal: only what is allowed in a handler, then the signal's own effect.
extern "C" void restore_and_die(int signal) {
    restore_terminal();
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

}  // namespace

raw_terminal::raw_terminal(const char* verb) {
    if (::tcgetattr(STDIN_FILENO, &terminal_before) != 0)
        throw usage_error(std::string(verb) + " needs a terminal on standard input");
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGHUP, SIGQUIT}) ::signal(signal, restore_and_die);
    termios raw = terminal_before;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
}

raw_terminal::~raw_terminal() {
    restore_terminal();
}

}  // namespace emsctl
