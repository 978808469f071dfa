// The seam every road to a console satisfies: ordered bytes in both directions, and nothing about what they mean.
// Decorators (recording, pacing) wrap one stream and are one.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <span>
#include <string>

#include "transport/out_of_band.hpp"

namespace emsctl::transport {

namespace asio = boost::asio;

// Whether bytes may be kept. A secret is sent like any other text and never reaches a log or a recording.
enum class sensitivity { plain, secret };

// How much of the bytes that pass a recording may keep, until it is told otherwise.
enum class keeping {
    all,
    undecided,    // held back; the next word decides for them too
    output_only,  // of what we send, only the length
    lengths,      // of both directions, only the lengths
};

class byte_stream {
  public:
    virtual ~byte_stream() = default;

    // Waits for at least one byte and returns how many were stored. The end of the stream is an error
    // (transport_error::closed), never 0. Cancelling loses no bytes. One read at a time.
    virtual asio::awaitable<std::size_t> read_some(std::span<char> buffer) = 0;

    // Returns when the road has accepted all bytes. One write at a time.
    virtual asio::awaitable<void> write_all(std::string bytes, sensitivity kind = sensitivity::plain) = 0;

    // Reaches the machine beside its bytes. Throws transport_error::unsupported, saying why, where the road has no such
    // thing; returns when it was accepted.
    virtual asio::awaitable<void> signal(out_of_band what);

    // Leaves a named mark beside the bytes where the road keeps any (a recording); elsewhere does nothing. `picture`,
    // if there is one, is what shows the screen of this moment on a cleared terminal.
    virtual void mark(const std::string& label, const std::string& picture = {}) {
        static_cast<void>(label);
        static_cast<void>(picture);
    }

    // For a recording on this road; elsewhere does nothing.
    virtual void keep(keeping what) { static_cast<void>(what); }

    // Ends pending operations with transport_error::closed. Safe to call twice.
    virtual void close() noexcept = 0;

    // What a person would call this road: "serial port /dev/ttyUSB0 at 115200 8N1".
    virtual std::string describe() const = 0;

    virtual asio::any_io_executor get_executor() = 0;
};

}  // namespace emsctl::transport
