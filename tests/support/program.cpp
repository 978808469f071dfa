#include "tests/support/program.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace emsctl::test {

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
    environment.try_emplace("XDG_STATE_HOME", where / "state");
    environment.try_emplace("PATH", "/usr/bin:/bin");
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (auto& variable : variables) envp.push_back(variable.data());
    envp.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no child");
    if (pid_ == 0) {
        ::setsid();  // no terminal to ask at
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        ::execve(program.c_str(), argv.data(), envp.data());
        ::_exit(127);
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
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    ended_program ended;
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ended.out = said_;
    ended.err = file_text(err_);
    return ended;
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
