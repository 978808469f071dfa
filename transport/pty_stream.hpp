// A pseudo-terminal of our own, raw, for others to open as if it were a serial port: the far end of a simulated line.
#pragma once

#include <memory>
#include <string>

#include "transport/byte_stream.hpp"

namespace emsctl::transport {

class pty_stream : public byte_stream {
  public:
    // "/dev/pts/7": what a client opens. Clients may come and go; the stream stays open.
    virtual const std::string& client_path() const = 0;

    // Bytes thrown away because nobody read them, as on a line without flow control.
    virtual std::size_t dropped() const = 0;
};

std::unique_ptr<pty_stream> open_pty(asio::any_io_executor executor);

}  // namespace emsctl::transport
