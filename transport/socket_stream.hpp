// Consoles behind a TCP or Unix socket (QEMU, a terminal server's raw port), and the listening side of the same.
#pragma once

#include <memory>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

// Where the server is on this host and serves one client at a time (QEMU's serial ports, libvirt's), a second one is
// connected and hears nothing: that is busy, with the name of the one who is served. When nobody is served and nobody
// takes our connection either, `context` is warned, and the stream is given out all the same.
asio::awaitable<std::unique_ptr<byte_stream>> connect_tcp(std::string host, std::string port,
                                                          road_context context = {});
asio::awaitable<std::unique_ptr<byte_stream>> connect_unix(std::string path, road_context context = {});

class stream_listener {
  public:
    virtual ~stream_listener() = default;

    // Waits for the next client. One accept at a time.
    virtual asio::awaitable<std::unique_ptr<byte_stream>> accept() = 0;

    // Ends a pending accept with transport_error::closed; a Unix socket's file goes away.
    virtual void close() noexcept = 0;

    // The address a client types: "tcp:127.0.0.1:40123", "unix:/run/x.sock".
    virtual std::string address() const = 0;
};

// Port "0" takes a free one; address() tells which.
std::unique_ptr<stream_listener> listen_tcp(asio::any_io_executor executor, std::string host, std::string port);

// Only the owner may connect. Replaces the file of a dead listener, never of a living one (busy).
std::unique_ptr<stream_listener> listen_unix(asio::any_io_executor executor, std::string path);

}  // namespace emsctl::transport
