#include "src/password.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "src/usage.hpp"

namespace emsctl {
namespace {

// The terminal with its echo off, and on again whatever happens.
class silent_terminal {
  public:
    explicit silent_terminal(int file) : file_(file) {
        tcgetattr(file_, &before_);
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(file_, TCSAFLUSH, &quiet);
    }
    ~silent_terminal() { tcsetattr(file_, TCSAFLUSH, &before_); }
    silent_terminal(const silent_terminal&) = delete;
    silent_terminal& operator=(const silent_terminal&) = delete;

  private:
    int file_;
    termios before_{};
};

std::string ask(const std::string& user) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        throw usage_error("no password for " + user +
                          ": there is no terminal to ask at; give --password-env NAME or --password-file FILE");
    const std::string prompt = "Password for " + user + ": ";
    std::string password;
    {
        silent_terminal quiet(terminal);
        bool ended = ::write(terminal, prompt.data(), prompt.size()) < 0;
        char key = 0;
        while (!ended && ::read(terminal, &key, 1) == 1 && key != '\n') password.push_back(key);
        ended = ::write(terminal, "\n", 1) < 0;
    }
    ::close(terminal);
    return password;
}

}  // namespace

std::string read_password(const password_source& from, const std::string& user) {
    if (!from.environment.empty()) {
        const char* value = std::getenv(from.environment.c_str());
        if (!value) throw usage_error("--password-env " + from.environment + ": no such variable in the environment");
        return value;
    }
    if (!from.file.empty()) {
        std::ifstream file(from.file);
        std::string line;
        if (!std::getline(file, line))
            throw usage_error("--password-file " + from.file + " cannot be read or is empty");
        if (line.ends_with('\r')) line.pop_back();
        return line;
    }
    return ask(user);
}

}  // namespace emsctl
