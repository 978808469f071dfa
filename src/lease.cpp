#include "src/lease.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <filesystem>

#include "sac/encoding.hpp"
#include "src/state_folder.hpp"
#include "src/usage.hpp"
#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using transport::line_clock;

namespace {

// What is the same for every way to write down one console: no parameters, and a device by its real name.
std::string identity(const transport::endpoint& where) {
    std::string target = where.target;
    if (where.kind == "serial" || where.kind == "unix") {
        std::error_code none;
        target = std::filesystem::weakly_canonical(target, none).string();
    }
    return where.kind + ":" + target;
}

std::string read_all(int file) {
    std::array<char, 256> buffer{};
    const auto count = ::pread(file, buffer.data(), buffer.size(), 0);
    return count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : std::string{};
}

void write_holder(int file, const std::string& verb) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 32> when{};
    std::strftime(when.data(), when.size(), "%Y-%m-%d %H:%M:%SZ", &utc);
    const std::string text =
        "emsctl " + verb + " (process " + std::to_string(::getpid()) + ", since " + when.data() + ")";
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, text.data(), text.size(), 0) < 0)
        throw usage_error("the lease of the console cannot be written; is the disk full?");
}

}  // namespace

asio::awaitable<std::unique_ptr<lease>> lease::of(transport::endpoint where, std::string verb,
                                                  std::chrono::milliseconds patience) {
    const auto path = state_folder("leases") / (sac::sha256_hex(identity(where)).substr(0, 24) + ".lock");
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) throw usage_error("the lease of the console cannot be made: " + path.string());
    std::unique_ptr<lease> held(new lease(file));
    const auto deadline = line_clock::now() + patience;
    transport::line_timer timer(co_await asio::this_coro::executor);
    line_clock::duration pause = 50ms;
    while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        if (line_clock::now() >= deadline) {
            const std::string holder = read_all(file);
            transport::fail(transport::transport_error::busy, where.kind + ": " +
                                                                  (holder.empty() ? "another emsctl" : holder) +
                                                                  " has this console; --wait 5min waits for it to end");
        }
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
        pause = std::min<line_clock::duration>(pause * 2, 1s);
    }
    write_holder(file, verb);
    co_return held;
}

lease::~lease() {
    ::close(file_);
}

}  // namespace emsctl
