#include "transport/returning_stream.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

using namespace std::chrono_literals;

bool is_loss(const boost::system::error_code& code) {
    return code == transport_error::closed || code == transport_error::line_lost;
}

bool may_come_back(const boost::system::error_code& code) {
    return is_loss(code) || code == transport_error::not_found || code == transport_error::permission_denied ||
           code == transport_error::busy;
}

class returning final : public byte_stream {
  public:
    returning(std::unique_ptr<byte_stream> first, std::function<std::unique_ptr<byte_stream>()> reopen,
              line_clock::duration limit, std::function<void(const std::string&)> tell)
        : road_(std::move(first)),
          executor_(road_->get_executor()),
          description_(road_->describe()),
          reopen_(std::move(reopen)),
          limit_(limit),
          tell_(std::move(tell)),
          reader_pause_(executor_),
          writer_pause_(executor_) {}
    ~returning() override { returning::close(); }

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        while (true) {
            const auto road = road_;
            std::string loss;
            try {
                const std::size_t count = co_await road->read_some(buffer);
                is_flapping_ = false;
                co_return count;
            } catch (const boost::system::system_error& e) {
                if (is_closed_ || !is_loss(e.code())) throw;
                loss = e.what();
            }
            co_await come_back(road, loss, reader_pause_);
        }
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        const auto road = road_;
        std::string loss;
        try {
            co_await road->write_all(std::move(bytes), kind);
            co_return;
        } catch (const boost::system::system_error& e) {
            if (is_closed_ || !is_loss(e.code())) throw;
            loss = e.what();
        }
        // How much of it arrived nobody knows, so the rest is not sent: it is lost, as on a cable.
        co_await come_back(road, loss, writer_pause_);
    }

    asio::awaitable<void> signal(out_of_band what) override {
        const auto road = road_;
        co_await road->signal(what);
    }

    void close() noexcept override {
        is_closed_ = true;
        road_->close();
        reader_pause_.cancel();
        writer_pause_.cancel();
    }
    std::string describe() const override { return description_; }
    asio::any_io_executor get_executor() override { return executor_; }

  private:
    void say(const std::string& text) const {
        if (tell_) tell_(text);
    }

    // A stream, or why there is none yet.
    std::shared_ptr<byte_stream> try_again(std::string& why) const {
        try {
            return reopen_();
        } catch (const boost::system::system_error& e) {
            if (!may_come_back(e.code())) throw;
            why = e.what();
            return nullptr;
        }
    }

    // Reader and writer both come here when the line goes; each looks, and who finds it first serves both.
    asio::awaitable<void> come_back(std::shared_ptr<byte_stream> lost, std::string loss, line_timer& pause) {
        if (lost == road_ && !is_away_) {
            is_away_ = true;
            gone_ = line_clock::now();
            if (!is_flapping_) since_ = gone_;
            is_flapping_ = true;
            lost->close();
            say(loss + "; waiting " + std::to_string(limit_ / 1s) + " s for it to come back");
        }
        line_clock::duration step = 50ms;
        std::string why = loss;
        while (lost == road_) {
            const auto now = line_clock::now();
            if (now >= since_ + limit_)
                fail(transport_error::closed, why + " (waited " + std::to_string(limit_ / 1s) + " s for it)");
            pause.expires_at(std::min(now + step, since_ + limit_));
            boost::system::error_code error;
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
            if (is_closed_) fail(transport_error::closed, description_);
            if (error) throw boost::system::system_error(error, description_);
            if (lost != road_) break;
            step = std::min<line_clock::duration>(step * 2, 500ms);
            auto found = try_again(why);
            if (!found) continue;
            road_ = std::move(found);
            is_away_ = false;
            const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(line_clock::now() - gone_).count();
            say(description_ + ": it is back after " + std::to_string(away) +
                " ms; what either side sent meanwhile is lost");
        }
    }

    std::shared_ptr<byte_stream> road_;
    asio::any_io_executor executor_;
    std::string description_;
    std::function<std::unique_ptr<byte_stream>()> reopen_;
    line_clock::duration limit_;
    std::function<void(const std::string&)> tell_;
    line_timer reader_pause_;
    line_timer writer_pause_;
    line_clock::time_point since_{};  // from when the limit counts
    line_clock::time_point gone_{};
    bool is_away_ = false;
    bool is_flapping_ = false;  // lost again before a byte came
    bool is_closed_ = false;
};

}  // namespace

std::unique_ptr<byte_stream> make_returning(std::unique_ptr<byte_stream> first,
                                            std::function<std::unique_ptr<byte_stream>()> reopen,
                                            std::chrono::milliseconds limit,
                                            std::function<void(const std::string&)> tell) {
    return std::make_unique<returning>(std::move(first), std::move(reopen), limit, std::move(tell));
}

}  // namespace emsctl::transport
