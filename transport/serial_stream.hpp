// A serial port (or anything that behaves as a tty, such as a pty). Exclusive: two programs on one console line would
// each see half of the answers.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct serial_settings {
    enum class parity_kind { none, odd, even };
    enum class stop_kind { one, one_and_half, two };
    enum class flow_kind { none, hardware, software };
    enum class line_level { keep, on, off };  // keep: as the system leaves it, which raises both when a port is opened

    unsigned baud = 115200;
    unsigned data = 8;
    parity_kind parity = parity_kind::none;
    stop_kind stop = stop_kind::one;
    flow_kind flow = flow_kind::none;
    line_level dtr = line_level::keep;
    line_level rts = line_level::keep;
    bool hang_up = false;          // drop DTR when the port is closed; some modems and machines take that for a command
    std::chrono::seconds wait{0};  // for the device, at first and whenever it vanishes; 0: not at all

    std::string text() const;  // "115200 8N1"
};

// Reads baud, data, parity (n, o, e), stop (1, 1.5, 2), flow (none, rtscts, xonxoff), dtr and rts (on, off, keep),
// hangup (yes, no) and wait (a number of seconds).
address_result<serial_settings> parse_serial_settings(const endpoint::parameter_map& parameters);

// Throws not_found, permission_denied (saying which group may), busy, or unsupported (no tty, an impossible setting).
// signal(line_break) holds the line at "break" for at least 250 ms. The end of a line whose device is gone says so.
// Modem lines that the device does not have (a pty) are told to `context` as a warning. Does not wait: see
// returning_stream.hpp.
std::unique_ptr<byte_stream> open_serial(asio::any_io_executor executor, std::string device,
                                         serial_settings settings = {}, const road_context& context = {});

}  // namespace emsctl::transport
