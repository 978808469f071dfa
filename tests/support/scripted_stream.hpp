// A byte_stream of the test's making: scripted reads with breaks between them, remembered writes, a failure on order.
#pragma once

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::tests {

class scripted_stream final : public transport::byte_stream {
  public:
    struct write {
        std::string bytes;
        transport::sensitivity kind;
    };

    explicit scripted_stream(boost::asio::any_io_executor executor)
        : executor_(executor), signal_(executor, boost::asio::steady_timer::time_point::max()) {}

    // Each push is one read, however large the reader's buffer is.
    void push(std::string bytes) {
        incoming_.push_back(std::move(bytes));
        signal_.cancel();
    }
    void end() {
        ended_ = true;
        signal_.cancel();
    }
    // The n-th operation from now (1 is the next) fails with line_lost.
    void fail_on(int n) { fail_in_ = n; }

    std::function<void(const std::string&)> on_write;  // may push an answer
    std::vector<write> writes;
    std::vector<std::string> marks;
    std::string written() const {
        std::string out;
        for (const auto& w : writes) out += w.bytes;
        return out;
    }
    bool is_closed() const { return closed_; }

    boost::asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        count_down();
        while (incoming_.empty()) {
            if (closed_ || ended_) transport::fail(transport::transport_error::closed, describe());
            boost::system::error_code error;
            signal_.expires_at(boost::asio::steady_timer::time_point::max());
            co_await signal_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
            const bool ours = !incoming_.empty() || closed_ || ended_;
            if (!ours) throw boost::system::system_error(error, describe());
        }
        auto& front = incoming_.front();
        const std::size_t n = std::min(buffer.size(), front.size());
        std::copy_n(front.begin(), n, buffer.begin());
        front.erase(0, n);
        if (front.empty()) incoming_.pop_front();
        co_return n;
    }

    boost::asio::awaitable<void> write_all(std::string bytes, transport::sensitivity kind) override {
        count_down();
        if (closed_) transport::fail(transport::transport_error::closed, describe());
        writes.push_back({bytes, kind});
        if (on_write) on_write(bytes);
        co_return;
    }

    void mark(const std::string& label, const std::string&) override { marks.push_back(label); }
    void close() noexcept override {
        closed_ = true;
        signal_.cancel();
    }
    std::string describe() const override { return "scripted stream"; }
    boost::asio::any_io_executor get_executor() override { return executor_; }

  private:
    void count_down() {
        if (fail_in_ > 0 && --fail_in_ == 0) transport::fail(transport::transport_error::line_lost, describe());
    }

    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer signal_;
    std::deque<std::string> incoming_;
    int fail_in_ = 0;
    bool closed_ = false;
    bool ended_ = false;
};

}  // namespace emsctl::tests
