#include "tests/support/peer.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace emsctl::test {
namespace {

constexpr int patience_ms = 60'000;

bool is_in_path(const std::string& program) {
    if (program.find('/') != std::string::npos) return std::filesystem::exists(program);
    const char* path = std::getenv("PATH");
    std::string rest = std::string(path ? path : "") + ":/usr/sbin:/sbin";
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        if (::access((rest.substr(0, end) + "/" + program).c_str(), X_OK) == 0) return true;
        rest.erase(0, end + 1);
    }
    return false;
}

}  // namespace

peer::peer(const std::vector<std::string>& command, const std::string& ready,
           const std::map<std::string, std::string>& environment) {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    std::vector<char*> words;
    for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::dup2(out[1], STDERR_FILENO);
        for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
        ::execvp(words[0], words.data());
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
    if (ready.empty()) return;
    std::string all;
    while (read_line(ready_line_)) {
        if (ready_line_.find(ready) != std::string::npos) return;
        all += ready_line_ + "\n";
    }
    throw std::runtime_error(command[0] + " did not get ready; it said:\n" + all + pending_);
}

peer::~peer() {
    ::close(input_);
    ::close(output_);
    ::kill(pid_, SIGTERM);
    pollfd none{};
    int status = 0;
    for (int i = 0; i < 50 && ::waitpid(pid_, &status, WNOHANG) == 0; ++i) ::poll(&none, 0, 20);
    if (::waitpid(pid_, &status, WNOHANG) == 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, &status, 0);
    }
}

std::string peer::port() const {
    const auto colon = ready_line_.rfind(':');
    const auto end = ready_line_.find_first_not_of("0123456789", colon + 1);
    return ready_line_.substr(colon + 1, end == std::string::npos ? end : end - colon - 1);
}

bool peer::says(const std::string& text) {
    std::string line;
    while (read_line(line))
        if (line.find(text) != std::string::npos) return true;
    return false;
}

bool peer::read_line(std::string& line) {
    while (true) {
        if (const auto end = pending_.find('\n'); end != std::string::npos) {
            line = pending_.substr(0, end);
            pending_.erase(0, end + 1);
            return true;
        }
        pollfd wait{output_, POLLIN, 0};
        if (::poll(&wait, 1, patience_ms) <= 0) return false;
        char buffer[4096];
        const auto count = ::read(output_, buffer, sizeof buffer);
        if (count <= 0) return false;
        pending_.append(buffer, static_cast<std::size_t>(count));
    }
}

bool peers_are_there(const std::vector<std::string>& programs) {
    for (const auto& program : programs) {
        if (is_in_path(program)) continue;
        const char* required = std::getenv("EMSCTL_REQUIRE_PEERS");
        const std::string text = program + " is not installed";
        if (required && std::string(required) == "1")
            FAIL(text);
        else
            MESSAGE("skipped: ", text);
        return false;
    }
    return true;
}

std::string free_port() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    const bool bound = ::bind(listener, reinterpret_cast<sockaddr*>(&where), size) == 0 &&
                       ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size) == 0;
    ::close(listener);
    if (!bound) throw std::runtime_error("no free port");
    return std::to_string(ntohs(where.sin_port));
}

}  // namespace emsctl::test
