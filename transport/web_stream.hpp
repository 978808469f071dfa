// ws: and wss: addresses: a websocket whose messages are the line's bytes, as consoles of QEMU, OpenStack and
// websockify-like gateways are.
#pragma once

#include <memory>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"
#include "transport/websocket.hpp"

namespace emsctl::transport {

struct web_stream_settings {
    websocket_settings socket;
    websocket_message::kind outgoing = websocket_message::kind::binary;
};

// The target is the URL without its scheme, its query is the server's. What follows '#' is ours and never sent:
// subprotocol=NAME (none: offer none), send=text or binary, ping=SECONDS, and header=NAME:VARIABLE for a header whose
// value stands in an environment variable, because it may be a secret.
address_result<web_stream_settings> parse_web_stream(const endpoint& where);

asio::awaitable<std::unique_ptr<byte_stream>> open_web_stream(endpoint where, road_context context);

}  // namespace emsctl::transport
