// The COM port commands of RFC 2217 as values: what to ask for a serial line's settings, and what an answer says. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/serial_stream.hpp"

namespace emsctl::transport {

struct com_port_request {
    std::string what;              // "baud rate", for a person
    std::string wanted;            // "115200"
    std::string content;           // code and value; the answer has the code + 100
    bool is_worth_waiting = true;  // false: nothing depends on it, and servers are known that never answer it
};

// In the order in which they are sent: speed, size, parity, stop bits, flow, no line or modem notices, empty buffers.
std::vector<com_port_request> com_port_requests(const serial_settings& settings);

// BREAK on and off (SET-CONTROL 5 and 6).
std::string com_port_break(bool on);

struct com_port_answer {
    unsigned code = 0;  // of the request it belongs to
    bool is_what_was_asked = false;
};
// Nothing: a notice, or an answer to nothing of ours.
std::optional<com_port_answer> read_com_port(std::string_view sub, const com_port_request& request);

// FLOWCONTROL-SUSPEND is true, FLOWCONTROL-RESUME false, anything else nothing.
std::optional<bool> suspends(std::string_view sub);

}  // namespace emsctl::transport
