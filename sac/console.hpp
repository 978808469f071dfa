// One conversation on one line: it owns the stream, runs the only read loop, feeds the model of the far end, and lets
// one caller at a time wait until that model shows what is awaited. It knows nothing of SAC's commands.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sac/far_end.hpp"
#include "transport/byte_stream.hpp"
#include "transport/line_clock.hpp"

namespace emsctl::sac {

namespace asio = boost::asio;
using span_of_time = transport::line_clock::duration;

class console {
  public:
    // Starts reading at once.
    explicit console(std::unique_ptr<transport::byte_stream> stream, console_texts texts = {});
    ~console();
    console(const console&) = delete;
    console& operator=(const console&) = delete;

    const far_end& seen() const;

    asio::awaitable<void> send(std::string bytes, transport::sensitivity kind = transport::sensitivity::plain);

    // True as soon as `claim` holds for what was seen, false when `limit` has passed. Throws what ended the line, and
    // sac_error::guest_stopped when the guest stops while this waits.
    using claim = std::function<bool(const far_end&)>;
    asio::awaitable<bool> comes_true(claim holds, span_of_time limit);

    // The same, and a time-out is an error that says what was awaited, where the far end is and what its screen shows.
    asio::awaitable<void> wait_for(std::string what, claim holds, span_of_time limit);

    // Returns when nothing has arrived for `quiet`, at the latest after `limit`; says whether it became quiet.
    asio::awaitable<bool> settle(span_of_time quiet, span_of_time limit);

    // When the last bytes came; at first, when this began.
    transport::line_clock::time_point last_heard() const;

    // A mark in the recording, with what the screen shows now.
    void mark(const std::string& label);
    // How much of the bytes a recording may keep from now on.
    void keep(transport::keeping what);
    void close() noexcept;

    std::uint64_t bytes_sent() const;
    std::uint64_t bytes_received() const;
    std::string describe() const;

    // "SAC prompt; the screen shows: ..." for errors and logs.
    std::string situation() const;

  private:
    struct state;
    static asio::awaitable<void> pump(std::shared_ptr<state> s);

    std::shared_ptr<state> state_;
};

}  // namespace emsctl::sac
