#include "sac/console.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

#include "sac/sac_error.hpp"
#include "sac/screen_paint.hpp"

namespace emsctl::sac {

using transport::line_clock;
using transport::line_timer;

struct console::state {
    state(std::unique_ptr<transport::byte_stream> s, console_texts texts)
        : stream(std::move(s)), model(std::move(texts)) {}

    std::unique_ptr<transport::byte_stream> stream;
    far_end model;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    line_clock::time_point last_byte{};
    std::exception_ptr ended;
    line_timer* waiter = nullptr;  // of the one caller that waits
    const claim* awaited = nullptr;

    bool is_stopped() const {
        const auto at = model.now();
        return at == place::bugcheck || at == place::kernel_sac;
    }
    // Who waits is woken for what it awaits, not for every byte.
    void news() {
        if (waiter && (ended || is_stopped() || (*awaited)(model))) waiter->cancel();
    }
};

console::console(std::unique_ptr<transport::byte_stream> stream, console_texts texts)
    : state_(std::make_shared<state>(std::move(stream), std::move(texts))) {
    state_->last_byte = line_clock::now();
    asio::co_spawn(state_->stream->get_executor(), pump(state_), [s = state_](std::exception_ptr error) {
        s->ended = error;
        s->news();
    });
}

console::~console() {
    close();
}

asio::awaitable<void> console::pump(std::shared_ptr<state> s) {
    std::array<char, 4096> buffer;
    while (true) {
        const std::size_t count = co_await s->stream->read_some(buffer);
        s->received += count;
        s->last_byte = line_clock::now();
        s->model.feed({buffer.data(), count});
        s->news();
    }
}

const far_end& console::seen() const {
    return state_->model;
}

asio::awaitable<void> console::send(std::string bytes, transport::sensitivity kind) {
    const auto s = state_;
    s->sent += bytes.size();
    co_await s->stream->write_all(std::move(bytes), kind);
}

asio::awaitable<bool> console::comes_true(claim holds, span_of_time limit) {
    const auto s = state_;
    const auto deadline = line_clock::now() + limit;
    line_timer timer(s->stream->get_executor());
    while (true) {
        if (holds(s->model)) co_return true;
        if (s->ended) std::rethrow_exception(s->ended);
        if (s->is_stopped()) fail(sac_error::guest_stopped, situation());
        if (line_clock::now() >= deadline) co_return false;
        timer.expires_at(deadline);
        s->waiter = &timer;
        s->awaited = &holds;
        boost::system::error_code woken;
        try {
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        } catch (...) {
            s->waiter = nullptr;
            throw;
        }
        s->waiter = nullptr;
        // News cancels the timer; so does whoever cancels this coroutine, and that must get through.
        const auto cancelled = co_await asio::this_coro::cancellation_state;
        if (cancelled.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted, "while waiting for the console");
    }
}

asio::awaitable<void> console::wait_for(std::string what, claim holds, span_of_time limit) {
    const bool came = co_await comes_true(std::move(holds), limit);
    if (!came) {
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
        fail(sac_error::timed_out, "waited " + std::to_string(ms) + " ms for " + what + "; " + situation());
    }
}

asio::awaitable<bool> console::settle(span_of_time quiet, span_of_time limit) {
    const auto deadline = line_clock::now() + limit;
    line_timer timer(state_->stream->get_executor());
    while (true) {
        if (state_->ended) co_return true;  // nothing more will arrive; whoever needs more is told so
        const auto calm = state_->last_byte + quiet;
        if (line_clock::now() >= calm) co_return true;
        if (line_clock::now() >= deadline) co_return false;
        timer.expires_at(std::min(calm, deadline));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

line_clock::time_point console::last_heard() const {
    return state_->last_byte;
}

void console::mark(const std::string& label) {
    state_->stream->mark(label, paint(state_->model.picture()));
}

void console::keep(transport::keeping what) {
    state_->stream->keep(what);
}

void console::close() noexcept {
    state_->stream->close();
}

std::uint64_t console::bytes_sent() const {
    return state_->sent;
}
std::uint64_t console::bytes_received() const {
    return state_->received;
}
std::string console::describe() const {
    return state_->stream->describe();
}

std::string console::situation() const {
    const auto dump = state_->model.picture().dump();
    std::string text = "the far end is at: " + std::string(name_of(state_->model.now()));
    if (!dump.empty()) text += "; its screen:\n" + dump;
    return text;
}

}  // namespace emsctl::sac
