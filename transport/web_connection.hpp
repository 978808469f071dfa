// A connection for the web: name, TCP (through a proxy's CONNECT where the environment asks for one), and TLS for
// https and wss. HTTP and websockets both run over it.
#pragma once

#include <memory>

#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"
#include "transport/web_address.hpp"

namespace emsctl::transport {

// Throws not_found, refused, timed_out, not_trusted, bad_protocol; forbidden or login_refused for a proxy that will
// not; the context names the station and what to do.
asio::awaitable<std::unique_ptr<byte_stream>> connect_web(web_address where, bool may_use_proxy, road_context context);

}  // namespace emsctl::transport
