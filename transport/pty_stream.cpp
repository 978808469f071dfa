#include "transport/pty_stream.hpp"

#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "transport/deadline.hpp"
#include "transport/detail/asio_road.hpp"
#include "transport/detail/pty.hpp"

namespace emsctl::transport {
namespace {

class pty final : public detail::asio_road<asio::posix::stream_descriptor, pty_stream> {
  public:
    pty(asio::posix::stream_descriptor master, const detail::pty_pair& pair)
        : asio_road(std::move(master), "pseudo-terminal " + pair.path), path_(pair.path), slave_(pair.slave) {}
    ~pty() override { pty::close(); }

    const std::string& client_path() const override { return path_; }
    std::size_t dropped() const override { return dropped_; }

    asio::awaitable<void> write_all(std::string bytes, sensitivity) override {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            if (!handle_.is_open()) fail(transport_error::closed, description_);
            boost::system::error_code error;
            const auto from = asio::buffer(bytes.data() + sent, bytes.size() - sent);
            sent += handle_.write_some(from, error);
            if (!error) {
                stuck_ = false;
                continue;
            }
            if (error != asio::error::would_block) ended(error);
            if (!stuck_) {
                const bool room = co_await has_room();
                stuck_ = !room;
            }
            if (stuck_) {
                // Nobody reads. A serial line would not wait either, and a client that comes later wants no old news.
                dropped_ += bytes.size() - sent;
                co_return;
            }
        }
    }

    void close() noexcept override {
        asio_road::close();
        if (slave_ >= 0) ::close(slave_);
        slave_ = -1;
    }

  private:
    asio::awaitable<bool> has_room() {
        auto room = handle_.async_wait(asio::posix::descriptor_base::wait_write, asio::use_awaitable);
        bool timed_out = false;
        try {
            co_await within(std::chrono::milliseconds(500), std::move(room));
        } catch (const boost::system::system_error& e) {
            if (e.code() != transport_error::timed_out && handle_.is_open()) throw;
            timed_out = handle_.is_open();
        }
        co_return !timed_out;
    }

    std::string path_;
    int slave_;  // kept open, so that the last client's leaving is not the end of the line
    bool stuck_ = false;
    std::size_t dropped_ = 0;
};

}  // namespace

std::unique_ptr<pty_stream> open_pty(asio::any_io_executor executor) {
    const auto pair = detail::make_pty();
    asio::posix::stream_descriptor master(executor, pair.master);
    master.non_blocking(true);
    return std::make_unique<pty>(std::move(master), pair);
}

}  // namespace emsctl::transport
