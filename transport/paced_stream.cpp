#include "transport/paced_stream.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/use_awaitable.hpp>

#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

constexpr std::size_t burst = 16;

// When the bytes of one direction have passed. Keeps the fraction of a microsecond, so that long runs stay exact.
class wire {
  public:
    explicit wire(unsigned baud) : baud_(baud) {}

    line_clock::time_point pass(std::size_t bytes) {
        const auto now = line_clock::now();
        if (now > free_) {
            free_ = now;
            fraction_ = 0;
        }
        const std::uint64_t scaled = bytes * 10 * 1'000'000ULL + fraction_;
        fraction_ = scaled % baud_;
        free_ += line_clock::duration(scaled / baud_);
        return free_;
    }

  private:
    std::uint64_t baud_;
    std::uint64_t fraction_ = 0;
    line_clock::time_point free_{};
};

class paced final : public byte_stream {
  public:
    paced(std::unique_ptr<byte_stream> inner, unsigned baud)
        : inner_(std::move(inner)),
          baud_(baud),
          inbound_(baud),
          outbound_(baud),
          arrival_(inner_->get_executor()),
          departure_(inner_->get_executor()) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        if (waiting_.empty()) {
            std::array<char, burst> bytes{};
            const std::size_t n = co_await inner_->read_some(bytes);
            waiting_.assign(bytes.data(), n);
            due_ = inbound_.pass(n);
        }
        if (due_ > line_clock::now() && !virtual_time::jump_to(due_)) {
            arrival_.expires_at(due_);
            co_await wait(arrival_);
        }
        const std::size_t n = std::min(buffer.size(), waiting_.size());
        std::copy_n(waiting_.begin(), n, buffer.begin());
        waiting_.erase(0, n);
        co_return n;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        for (std::size_t at = 0; at < bytes.size(); at += burst) {
            std::string part = bytes.substr(at, burst);
            const auto gone = outbound_.pass(part.size());
            if (!virtual_time::jump_to(gone)) {
                departure_.expires_at(gone);
                co_await wait(departure_);
            }
            co_await inner_->write_all(std::move(part), kind);
        }
    }

    asio::awaitable<void> signal(out_of_band what) override { return inner_->signal(what); }
    void mark(const std::string& label, const std::string& picture) override { inner_->mark(label, picture); }
    void keep(keeping what) override { inner_->keep(what); }

    void close() noexcept override {
        closed_ = true;
        inner_->close();
        arrival_.cancel();
        departure_.cancel();
    }

    std::string describe() const override {
        return inner_->describe() + ", paced at " + std::to_string(baud_) + " baud";
    }
    asio::any_io_executor get_executor() override { return inner_->get_executor(); }

  private:
    asio::awaitable<void> wait(line_timer& timer) {
        if (closed_) fail(transport_error::closed, describe());
        try {
            co_await timer.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            if (!closed_) throw;
        }
        timer.forget();
        if (closed_) fail(transport_error::closed, describe());
    }

    std::unique_ptr<byte_stream> inner_;
    unsigned baud_;
    wire inbound_;
    wire outbound_;
    line_timer arrival_;
    line_timer departure_;
    std::string waiting_;  // read from inner, still "on the wire" until due_
    line_clock::time_point due_{};
    bool closed_ = false;
};

}  // namespace

std::unique_ptr<byte_stream> make_paced(std::unique_ptr<byte_stream> inner, unsigned baud) {
    if (baud == 0) fail(transport_error::bad_address, "a line speed of 0");
    return std::make_unique<paced>(std::move(inner), baud);
}

}  // namespace emsctl::transport
