#include "src/password.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#define BOOST_PROCESS_USE_STD_FS 1
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <boost/process/search_path.hpp>
#include <cstdlib>
#include <fstream>

#include "src/usage.hpp"
#include "transport/command_line.hpp"

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

std::string first_line_of(const std::string& command) {
    const auto words = transport::split_command_line(command);
    if (words.has_error()) throw usage_error("password_command: " + words.error().text);
    if (words->empty()) throw usage_error("password_command is empty");
    const auto program = boost::process::search_path(words->front());
    if (program.empty()) throw usage_error("password_command: there is no program " + words->front());
    const std::vector<std::string> arguments(words->begin() + 1, words->end());
    boost::process::ipstream output;
    // Its standard input stays ours: a password manager may have a question of its own.
    boost::process::child child(program, boost::process::args(arguments), boost::process::std_out > output);
    std::string line;
    std::getline(output, line);
    std::string rest;
    while (std::getline(output, rest)) rest.clear();
    child.wait();
    if (child.exit_code() != 0)
        throw usage_error("password_command: " + words->front() + " ended with " + std::to_string(child.exit_code()));
    if (line.empty()) throw usage_error("password_command: " + words->front() + " said nothing");
    return line;
}

}  // namespace

std::optional<std::string> ask_password(const std::string& question) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) return std::nullopt;
    const std::string prompt = question + ": ";
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

std::string read_password(const password_source& from) {
    if (!from.environment.empty()) {
        const char* value = std::getenv(from.environment.c_str());
        if (!value) throw usage_error("--password-env " + from.environment + ": no such variable in the environment");
        return value;
    }
    if (!from.command.empty()) return first_line_of(from.command);
    std::ifstream file(from.file);
    std::string line;
    if (!std::getline(file, line)) throw usage_error("--password-file " + from.file + " cannot be read or is empty");
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::string password_of_user(const password_source& from, const std::string& user) {
    if (from.is_given()) return read_password(from);
    if (auto typed = ask_password("Password for " + user)) return *typed;
    throw usage_error("no password for " + user +
                      ": there is no terminal to ask at; give --password-env NAME or --password-file FILE");
}

}  // namespace emsctl
