// telnet: and rfc2217: addresses: a line behind a terminal server, byte-exact in binary mode; with rfc2217 also its
// settings and BREAK.
#pragma once

#include <chrono>
#include <memory>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"
#include "transport/serial_stream.hpp"

namespace emsctl::transport {

struct telnet_settings {
    host_and_port where;
    bool with_com_port = false;
    bool is_raw = false;  // the server speaks no telnet: bytes pass untouched
    serial_settings line;
    // How long the far end may take for its part of the negotiation before we go on without.
    std::chrono::milliseconds negotiation_limit{800};
    // And for each COM port command; servers are known that never answer some.
    std::chrono::milliseconds command_limit{3000};
};

// HOST:PORT; telnet takes raw=yes, rfc2217 the parameters of serial.
address_result<telnet_settings> parse_telnet_settings(const endpoint& where);

// A refusal that the server writes as text before it hangs up ("Port already in use") is transport_error::busy.
asio::awaitable<std::unique_ptr<byte_stream>> connect_telnet(telnet_settings settings, road_context context);

// Telnet over a stream that is already there.
asio::awaitable<std::unique_ptr<byte_stream>> start_telnet(std::unique_ptr<byte_stream> inner, telnet_settings settings,
                                                           road_context context);

}  // namespace emsctl::transport
