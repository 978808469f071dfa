// A websocket connection, message by message. Frames are our own codec (websocket_frame.hpp): a text message that is no
// valid UTF-8 must not end a console, and Boost.Beast 1.81 always closes on one.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct websocket_settings {
    std::string url;                             // ws:// or wss://, with its query; the query is never shown
    std::vector<std::string> subprotocols;       // offered; the server may take one or none
    std::map<std::string, std::string> headers;  // added to the handshake; no Origin unless it is one of them
    std::chrono::milliseconds ping_every = std::chrono::seconds(20);  // 0: never
    std::size_t largest_message = 16 << 20;                           // bytes; a larger one closes with 1009
};

struct websocket_message {
    enum class kind { text, binary };
    kind what = kind::binary;
    std::string bytes;
};

class websocket {
  public:
    virtual ~websocket() = default;

    // The next message; pings are answered and unasked pongs ignored on the way. The end is transport_error::closed
    // with the close code and reason in the context, in any form the far end left: a close frame, or just gone.
    virtual asio::awaitable<websocket_message> read() = 0;

    // One at a time.
    virtual asio::awaitable<void> write(websocket_message message, sensitivity kind = sensitivity::plain) = 0;

    // The code of the far end's close frame; 1006 when it left without one, 0 while open.
    virtual unsigned close_code() const = 0;
    virtual std::string close_reason() const = 0;

    virtual void close() noexcept = 0;
    virtual std::string subprotocol() const = 0;
    virtual std::string describe() const = 0;
    virtual asio::any_io_executor get_executor() = 0;
};

// Throws as http_call, and bad_protocol when the server answers anything but 101 (with its status, and login_refused
// for 401, forbidden for 403).
asio::awaitable<std::unique_ptr<websocket>> connect_websocket(websocket_settings settings, road_context context);

// Messages of either kind as one stream of bytes; what is written goes out as messages of `outgoing`.
std::unique_ptr<byte_stream> bytes_over(std::unique_ptr<websocket> socket, websocket_message::kind outgoing);

}  // namespace emsctl::transport
