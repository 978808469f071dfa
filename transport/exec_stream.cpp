#include "transport/exec_stream.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <vector>

#include "transport/command_line.hpp"
#include "transport/detail/asio_road.hpp"
#include "transport/detail/pty.hpp"
#include "transport/line_clock.hpp"

namespace emsctl::transport {
namespace {

// Children that outlived their stream; each later start or end collects those that have gone.
std::vector<pid_t>& left_running() {
    static std::vector<pid_t> pids;
    return pids;
}

void collect_the_ended() {
    std::erase_if(left_running(), [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

[[noreturn]] void become(const detail::pty_pair& pty, char* const* words, int report) {
    // Between fork and exec only async-signal-safe calls are allowed.
    ::setsid();
    ::ioctl(pty.slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; ++fd) ::dup2(pty.slave, fd);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(number, SIG_DFL);
    ::execvp(words[0], words);
    const int error = errno;
    static_cast<void>(!::write(report, &error, sizeof error));
    ::_exit(127);
}

class child final : public detail::asio_road<asio::posix::stream_descriptor> {
  public:
    child(asio::posix::stream_descriptor master, std::string description, pid_t pid)
        : asio_road(std::move(master), std::move(description)), pid_(pid) {}
    ~child() override { child::close(); }

    void close() noexcept override {
        asio_road::close();  // the kernel hangs up on the child's session
        if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == 0) left_running().push_back(pid_);
        pid_ = -1;
        collect_the_ended();
    }

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        std::exception_ptr error;
        try {
            co_return co_await asio_road::read_some(buffer);
        } catch (const boost::system::system_error& e) {
            if (e.code() != transport_error::closed || pid_ <= 0) throw;
            error = std::current_exception();
        }
        // The terminal goes a moment before the process does; give it that moment to learn its exit status.
        line_timer timer(handle_.get_executor());
        for (int tries = 0; tries < 20 && pid_ > 0; ++tries) {
            int status = 0;
            const pid_t gone = ::waitpid(pid_, &status, WNOHANG);
            if (gone != 0) {
                how_it_ended_ = gone < 0 ? "the command ended" : ending(status);
                pid_ = -1;
                break;
            }
            timer.expires_after(std::chrono::milliseconds(10));
            co_await timer.async_wait(asio::use_awaitable);
        }
        fail(transport_error::closed, end_text());
    }

  private:
    static std::string ending(int status) {
        if (WIFSIGNALED(status)) return "the command was ended by signal " + std::to_string(WTERMSIG(status));
        return "the command ended with exit status " + std::to_string(WEXITSTATUS(status));
    }

    std::string end_text() override {
        return how_it_ended_.empty() ? description_ : description_ + ": " + how_it_ended_;
    }

    pid_t pid_;
    std::string how_it_ended_;
};

}  // namespace

std::unique_ptr<byte_stream> start_command(asio::any_io_executor executor, std::string command_line) {
    auto words = split_command_line(command_line).value();
    collect_the_ended();
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const auto pty = detail::make_pty();
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) report[0] = report[1] = -1;
    const pid_t pid = ::fork();
    if (pid == 0) become(pty, arguments.data(), report[1]);
    const int fork_error = errno;
    ::close(pty.slave);
    ::close(report[1]);
    int error = pid < 0 ? fork_error : 0;
    // Ends at once: the pipe closes with a successful exec, or brings its error.
    if (pid > 0 && ::read(report[0], &error, sizeof error) != sizeof error) error = 0;
    ::close(report[0]);
    if (error != 0) {
        ::close(pty.master);
        if (pid > 0) ::waitpid(pid, nullptr, 0);
        fail_because({error, boost::system::system_category()}, "exec:" + command_line);
    }
    asio::posix::stream_descriptor master(executor, pty.master);
    return std::make_unique<child>(std::move(master), "exec:" + command_line, pid);
}

}  // namespace emsctl::transport
