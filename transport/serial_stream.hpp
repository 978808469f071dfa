// A serial port (or anything that behaves as a tty, such as a pty). Exclusive: two programs on one console line would
// each see half of the answers.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"

namespace emsctl::transport {

struct serial_settings {
    enum class parity_kind { none, odd, even };
    enum class stop_kind { one, one_and_half, two };
    enum class flow_kind { none, hardware, software };

    unsigned baud = 115200;
    unsigned data = 8;
    parity_kind parity = parity_kind::none;
    stop_kind stop = stop_kind::one;
    flow_kind flow = flow_kind::none;

    std::string text() const;  // "115200 8N1"
};

// Reads baud, data, parity (n, o, e), stop (1, 1.5, 2) and flow (none, rtscts, xonxoff).
address_result<serial_settings> parse_serial_settings(const endpoint::parameter_map& parameters);

// Throws not_found, permission_denied (saying which group may), busy, or unsupported (no tty, an impossible setting).
// signal(line_break) holds the line at "break" for at least 250 ms.
std::unique_ptr<byte_stream> open_serial(asio::any_io_executor executor, std::string device,
                                         serial_settings settings = {});

}  // namespace emsctl::transport
