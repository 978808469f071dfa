#include "src/stdio_stream.hpp"

#include <termios.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <optional>

#include "transport/transport_error.hpp"

namespace emsctl {
namespace {

namespace asio = boost::asio;
using transport::transport_error;

class stdio_stream final : public transport::byte_stream {
  public:
    explicit stdio_stream(const asio::any_io_executor& executor)
        : in_(executor, ::dup(STDIN_FILENO)), out_(executor, ::dup(STDOUT_FILENO)) {
        termios before{};
        if (::tcgetattr(STDIN_FILENO, &before) != 0) return;
        before_ = before;
        ::cfmakeraw(&before);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    ~stdio_stream() override {
        if (before_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
    }

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        boost::system::error_code error;
        const auto into = asio::buffer(buffer.data(), buffer.size());
        const std::size_t count = co_await in_.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
        if (count == 0) end(error);
        co_return count;
    }

    asio::awaitable<void> write_all(std::string bytes, transport::sensitivity) override {
        boost::system::error_code error;
        const auto from = asio::buffer(bytes);
        co_await asio::async_write(out_, from, asio::redirect_error(asio::use_awaitable, error));
        if (error) end(error);
    }

    void close() noexcept override {
        boost::system::error_code ignored;
        in_.close(ignored);
        out_.close(ignored);
    }

    std::string describe() const override { return "standard input and output"; }
    asio::any_io_executor get_executor() override { return in_.get_executor(); }

  private:
    [[noreturn]] void end(const boost::system::error_code& error) {
        if (!in_.is_open()) transport::fail(transport_error::closed, describe());
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error, describe());
        transport::fail_because(error, describe());
    }

    asio::posix::stream_descriptor in_;
    asio::posix::stream_descriptor out_;
    std::optional<termios> before_;
};

}  // namespace

std::unique_ptr<transport::byte_stream> make_stdio_stream(asio::any_io_executor executor) {
    return std::make_unique<stdio_stream>(executor);
}

}  // namespace emsctl
