#include "tests/support/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace emsctl::test {
namespace {

// Everything execve wants, made before the fork.
class prepared_call {
  public:
    prepared_call(const std::string& program, std::vector<std::string>& arguments,
                  const std::map<std::string, std::string>& environment)
        : program_(program) {
        for (const auto& [name, value] : environment) variables_.push_back(name + "=" + value);
        argv_.push_back(program_.data());
        for (auto& argument : arguments) argv_.push_back(argument.data());
        argv_.push_back(nullptr);
        for (auto& variable : variables_) envp_.push_back(variable.data());
        envp_.push_back(nullptr);
    }
    [[noreturn]] void execute() {
        ::execve(program_.c_str(), argv_.data(), envp_.data());
        ::_exit(127);
    }

  private:
    std::string program_;
    std::vector<std::string> variables_;
    std::vector<char*> argv_;
    std::vector<char*> envp_;
};

void complete(std::map<std::string, std::string>& environment, const scratch_folder& where) {
    environment.try_emplace("XDG_STATE_HOME", where / "state");
    environment.try_emplace("PATH", "/usr/bin:/bin");
}

int status_of(int pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string settings_of(int terminal) {
    termios all{};
    ::tcgetattr(terminal, &all);
    std::string text;
    for (const auto flags : {all.c_iflag, all.c_oflag, all.c_cflag, all.c_lflag}) text += std::to_string(flags) + " ";
    return text + std::string(std::begin(all.c_cc), std::end(all.c_cc));
}

}  // namespace

scratch_folder::scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "emsctl-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no scratch folder");
    path_ = name;
}

scratch_folder::~scratch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

running_program::running_program(const std::string& program, std::vector<std::string> arguments,
                                 const scratch_folder& where, std::map<std::string, std::string> environment) {
    static std::atomic<int> number = 0;
    err_ = where.path() / ("stderr-" + std::to_string(++number));
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    complete(environment, where);
    prepared_call call(program, arguments, environment);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no child");
    if (pid_ == 0) {
        ::setsid();  // no terminal to ask at
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        call.execute();
    }
    ::close(out[1]);
    out_ = out[0];
}

running_program::~running_program() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(out_);
}

std::string running_program::first_line() {
    char c = 0;
    while (said_.find('\n') == std::string::npos && ::read(out_, &c, 1) == 1) said_.push_back(c);
    return said_.substr(0, said_.find('\n'));
}

void running_program::signal(int number) {
    ::kill(pid_, number);
}

ended_program running_program::wait() {
    std::array<char, 4096> buffer;
    for (auto count = ::read(out_, buffer.data(), buffer.size()); count > 0;
         count = ::read(out_, buffer.data(), buffer.size()))
        said_.append(buffer.data(), static_cast<std::size_t>(count));
    ended_program ended;
    ended.status = status_of(pid_);
    pid_ = -1;
    ended.out = said_;
    ended.err = file_text(err_);
    return ended;
}

program_on_terminal::program_on_terminal(const std::string& program, std::vector<std::string> arguments,
                                         const scratch_folder& where, std::map<std::string, std::string> environment) {
    if (::openpty(&keyboard_, &screen_, nullptr, nullptr, nullptr) != 0) throw std::runtime_error("no terminal");
    ::fcntl(keyboard_, F_SETFD, FD_CLOEXEC);
    settings_ = settings_of(screen_);
    complete(environment, where);
    environment.try_emplace("TERM", "xterm");
    prepared_call call(program, arguments, environment);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no child");
    if (pid_ == 0) {
        ::login_tty(screen_);
        call.execute();
    }
}

program_on_terminal::~program_on_terminal() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(keyboard_);
    ::close(screen_);
}

void program_on_terminal::type(const std::string& keys) {
    if (::write(keyboard_, keys.data(), keys.size()) < 0) throw std::runtime_error("the terminal takes no keys");
}

bool program_on_terminal::read_more() {
    pollfd ready{keyboard_, POLLIN, 0};
    constexpr int a_moment = 50;
    if (::poll(&ready, 1, a_moment) != 1) return false;
    std::array<char, 4096> buffer;
    const auto count = ::read(keyboard_, buffer.data(), buffer.size());
    if (count > 0) shown_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
}

bool program_on_terminal::shows(const std::string& text) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (true) {
        const auto found = shown_.find(text, awaited_);
        if (found != std::string::npos) {
            awaited_ = found + text.size();
            return true;
        }
        const bool more = read_more();
        siginfo_t ended{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
        if (!more && ended.si_pid == pid_) return false;
        if (std::chrono::steady_clock::now() > limit) return false;
    }
}

void program_on_terminal::signal(int number) {
    ::kill(pid_, number);
}

ended_program program_on_terminal::wait() {
    shows(std::string(1, '\0'));  // never shown: reads until the program ends
    siginfo_t gone{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &gone, WEXITED | WNOHANG | WNOWAIT);
    if (gone.si_pid != pid_) ::kill(pid_, SIGKILL);
    ended_program ended;
    ended.status = status_of(pid_);
    pid_ = -1;
    while (read_more()) {
    }
    ended.out = shown_;
    return ended;
}

bool program_on_terminal::is_as_before() const {
    return settings_of(screen_) == settings_;
}

ended_program run_program(const std::string& program, std::vector<std::string> arguments, const scratch_folder& where,
                          std::map<std::string, std::string> environment) {
    running_program running(program, std::move(arguments), where, std::move(environment));
    return running.wait();
}

std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace emsctl::test
