#include "src/sim_stream.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {
namespace {

namespace asio = boost::asio;
using transport::line_clock;

class sim_stream final : public transport::byte_stream {
  public:
    sim_stream(asio::any_io_executor executor, std::shared_ptr<guest::machine> machine, std::string name,
               line_clock::time_point start)
        : executor_(std::move(executor)),
          timer_(executor_),
          machine_(std::move(machine)),
          name_(std::move(name)),
          start_(start) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        while (true) {
            ready_ += machine_->transmit(elapsed());
            if (!ready_.empty()) {
                const auto count = std::min(buffer.size(), ready_.size());
                std::copy_n(ready_.begin(), count, buffer.begin());
                ready_.erase(0, count);
                co_return count;
            }
            if (closed_ || machine_->has_hung_up()) transport::fail(transport::transport_error::closed, name_);
            const auto next = machine_->next_event();
            if (next && transport::virtual_time::jump_to(start_ + *next)) continue;
            timer_.expires_at(next ? start_ + *next : line_clock::time_point::max());
            boost::system::error_code woken;
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
            timer_.forget();
        }
    }

    asio::awaitable<void> write_all(std::string bytes, transport::sensitivity) override {
        if (closed_) transport::fail(transport::transport_error::closed, name_);
        machine_->receive(bytes, elapsed());
        timer_.cancel();
        co_return;
    }

    // What a hypervisor could do to it.
    asio::awaitable<void> signal(transport::out_of_band what) override {
        using kind = transport::out_of_band::kind;
        if (what.what == kind::sysrq)
            transport::fail(transport::transport_error::unsupported, name_ + ": SysRq is for Linux; this is Windows");
        if (what.what == kind::reset) machine_->reset(elapsed());
        if (what.what == kind::nmi) machine_->crash(elapsed());
        timer_.cancel();
        co_return;
    }

    void close() noexcept override {
        closed_ = true;
        timer_.cancel();
    }

    std::string describe() const override { return name_; }
    asio::any_io_executor get_executor() override { return executor_; }

  private:
    guest::instant elapsed() const { return line_clock::now() - start_; }

    asio::any_io_executor executor_;
    transport::line_timer timer_;
    std::shared_ptr<guest::machine> machine_;
    std::string name_;
    std::string ready_;
    bool closed_ = false;
    line_clock::time_point start_;
};

}  // namespace

std::unique_ptr<transport::byte_stream> make_sim_stream(asio::any_io_executor executor,
                                                        std::shared_ptr<guest::machine> guest, std::string name,
                                                        line_clock::time_point start) {
    return std::make_unique<sim_stream>(std::move(executor), std::move(guest), std::move(name), start);
}

}  // namespace emsctl
