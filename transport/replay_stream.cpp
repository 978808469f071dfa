#include "transport/replay_stream.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

using kind = recording_event::kind;

std::string escaped(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : bytes.substr(0, 60)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\r')
            out += "\\r";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' || c == '\\')
            out += std::string("\\") + c;
        else if (byte >= 0x20 && byte < 0x7F)
            out += c;
        else
            out += std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
    }
    return out + (bytes.size() > 60 ? "\"..." : "\"");
}

struct planned_output {
    line_clock::duration at{};
    std::string bytes;
    std::size_t needs = 0;  // input bytes that were recorded before it
};

struct planned_input {
    line_clock::duration at{};
    std::string bytes;
    std::size_t hole = 0;
    std::size_t begins = 0;
    std::size_t size() const { return hole > 0 ? hole : bytes.size(); }
};

class replay final : public replay_stream {
  public:
    replay(asio::any_io_executor executor, recording what, std::string name)
        : header_(std::move(what.header)), name_(std::move(name)), start_(line_clock::now()), timer_(executor) {
        for (auto& event : what.events) {
            if (event.what == kind::mark || event.what == kind::picture) continue;
            if (event.what == kind::output) {
                auto bytes = event.hole > 0 ? std::string(event.hole, '*') : std::move(event.bytes);
                outputs_.push_back({event.at, std::move(bytes), input_size_});
            } else {
                inputs_.push_back({event.at, std::move(event.bytes), event.hole, input_size_});
                input_size_ += inputs_.back().size();
            }
        }
    }

    const recording_header& header() const override { return header_; }
    bool is_finished() const override { return output_ == outputs_.size() && received_ == input_size_; }

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        while (true) {
            if (closed_ || is_finished()) fail(transport_error::closed, describe());
            const bool more = output_ < outputs_.size();
            if (more && received_ >= outputs_[output_].needs) {
                const auto due = start_ + outputs_[output_].at;
                if (due <= line_clock::now()) break;
                if (virtual_time::jump_to(due)) break;
                timer_.expires_at(due);
                co_await wait_for_change();
            } else {
                // Only input can change this; nobody may jump the clock for it.
                timer_.wait_for_input();
                co_await wait_for_change();
            }
        }
        auto& next = outputs_[output_].bytes;
        const std::size_t n = std::min(buffer.size(), next.size());
        std::copy_n(next.begin(), n, buffer.begin());
        next.erase(0, n);
        if (next.empty()) ++output_;
        co_return n;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity sent_as) override {
        if (closed_) fail(transport_error::closed, describe());
        check(bytes, sent_as);
        received_ += bytes.size();
        while (input_ < inputs_.size() && inputs_[input_].begins + inputs_[input_].size() <= received_) ++input_;
        timer_.cancel();
        co_return;
    }

    void close() noexcept override {
        closed_ = true;
        timer_.cancel();
    }

    std::string describe() const override { return "replay of " + name_; }
    asio::any_io_executor get_executor() override { return timer_.get_executor(); }

  private:
    // A line_timer for a time, or a plain signal without one.
    class change_timer {
      public:
        explicit change_timer(const asio::any_io_executor& executor) : timed_(executor), signal_(executor) {}
        void expires_at(line_clock::time_point t) {
            timed_.expires_at(t);
            use_signal_ = false;
        }
        void wait_for_input() {
            signal_.expires_at(std::chrono::steady_clock::time_point::max());
            use_signal_ = true;
        }
        asio::awaitable<void> wait(boost::system::error_code& error) {
            if (use_signal_)
                co_await signal_.async_wait(asio::redirect_error(asio::use_awaitable, error));
            else
                co_await timed_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        }
        void forget() { timed_.forget(); }
        void cancel() {
            ++cancels_;
            timed_.cancel();
            signal_.cancel();
        }
        std::size_t cancels() const { return cancels_; }
        asio::any_io_executor get_executor() { return timed_.get_executor(); }

      private:
        line_timer timed_;
        asio::basic_waitable_timer<std::chrono::steady_clock> signal_;
        bool use_signal_ = false;
        std::size_t cancels_ = 0;
    };

    asio::awaitable<void> wait_for_change() {
        boost::system::error_code error;
        const std::size_t before = timer_.cancels();
        co_await timer_.wait(error);
        timer_.forget();
        // Our own cancel() means "look again"; any other one is the caller's.
        if (error && timer_.cancels() == before) throw boost::system::system_error(error, describe());
    }

    void check(const std::string& bytes, sensitivity sent_as) const {
        std::size_t at = received_;
        std::size_t done = 0;
        for (std::size_t i = input_; done < bytes.size(); ++i) {
            if (i == inputs_.size()) mismatch(at, "nothing more", bytes, done, sent_as, {});
            const auto& wanted = inputs_[i];
            const std::size_t skip = at - wanted.begins;
            const std::size_t size = std::min(wanted.size() - skip, bytes.size() - done);
            if (wanted.hole > 0) {
                if (skip > 0 || size < wanted.hole)
                    mismatch(at, "a secret of " + std::to_string(wanted.hole) + " bytes", bytes, done, sent_as,
                             wanted.at);
            } else {
                for (std::size_t k = 0; k < size; ++k)
                    if (wanted.bytes[skip + k] != bytes[done + k])
                        mismatch(at + k, escaped(std::string_view(wanted.bytes).substr(skip + k)), bytes, done + k,
                                 sent_as, wanted.at);
            }
            at += size;
            done += size;
        }
    }

    [[noreturn]] void mismatch(std::size_t at, const std::string& expected, const std::string& bytes, std::size_t from,
                               sensitivity sent_as, line_clock::duration when) const {
        const auto got = sent_as == sensitivity::secret ? "a secret of " + std::to_string(bytes.size()) + " bytes"
                                                        : escaped(std::string_view(bytes).substr(from));
        fail(transport_error::replay_mismatch,
             describe() + ": input byte " + std::to_string(at) + ", recorded at " +
                 std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(when).count()) +
                 " ms: expected " + expected + ", got " + got);
    }

    recording_header header_;
    std::string name_;
    line_clock::time_point start_;
    change_timer timer_;
    std::vector<planned_output> outputs_;
    std::vector<planned_input> inputs_;
    std::size_t output_ = 0;  // the first not yet delivered
    std::size_t input_ = 0;   // the first not yet fully received
    std::size_t input_size_ = 0;
    std::size_t received_ = 0;
    bool closed_ = false;
};

}  // namespace

std::unique_ptr<replay_stream> make_replay(asio::any_io_executor executor, recording what, std::string name) {
    return std::make_unique<replay>(std::move(executor), std::move(what), std::move(name));
}

}  // namespace emsctl::transport
