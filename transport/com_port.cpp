#include "transport/com_port.hpp"

namespace emsctl::transport {
namespace {

enum code : unsigned char {
    set_baud = 1,
    set_size = 2,
    set_parity = 3,
    set_stop = 4,
    set_control = 5,
    suspend = 8,
    resume = 9,
    line_mask = 10,
    modem_mask = 11,
    purge = 12
};
constexpr unsigned answer_offset = 100;

std::string one(unsigned char code, unsigned value) {
    return {static_cast<char>(code), static_cast<char>(value)};
}

std::string baud(unsigned value) {
    std::string out(1, static_cast<char>(set_baud));
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
    return out;
}

}  // namespace

std::vector<com_port_request> com_port_requests(const serial_settings& s) {
    using parity = serial_settings::parity_kind;
    using stop = serial_settings::stop_kind;
    using flow = serial_settings::flow_kind;
    const unsigned parity_value = s.parity == parity::none ? 1 : s.parity == parity::odd ? 2 : 3;
    const unsigned stop_value = s.stop == stop::one ? 1 : s.stop == stop::two ? 2 : 3;
    const unsigned flow_value = s.flow == flow::none ? 1 : s.flow == flow::software ? 2 : 3;
    const char* parity_text = s.parity == parity::none ? "none" : s.parity == parity::odd ? "odd" : "even";
    const char* stop_text = s.stop == stop::one ? "1" : s.stop == stop::two ? "2" : "1.5";
    const char* flow_text = s.flow == flow::none ? "none" : s.flow == flow::software ? "XON/XOFF" : "RTS/CTS";
    return {
        {"baud rate", std::to_string(s.baud), baud(s.baud)},
        {"data bits", std::to_string(s.data), one(set_size, s.data)},
        {"parity", parity_text, one(set_parity, parity_value)},
        {"stop bits", stop_text, one(set_stop, stop_value)},
        {"flow control", flow_text, one(set_control, flow_value)},
        {"line notices", "off", one(line_mask, 0), false},
        {"modem notices", "off", one(modem_mask, 0), false},
        {"buffers", "empty", one(purge, 3), false},
    };
}

std::string com_port_break(bool on) {
    return one(set_control, on ? 5 : 6);
}

std::optional<com_port_answer> read_com_port(std::string_view sub, const com_port_request& request) {
    const unsigned code = static_cast<unsigned char>(request.content[0]);
    // ser2net 4.3 answers a modem mask with a notice of the modem's state (107) instead of 111.
    const bool is_notice = code == modem_mask && !sub.empty() && static_cast<unsigned char>(sub[0]) == 107;
    if (is_notice) return com_port_answer{code, true};
    if (sub.empty() || static_cast<unsigned char>(sub[0]) != code + answer_offset) return std::nullopt;
    const auto value = std::string_view(request.content).substr(1);
    // One known server adds zero bytes to the baud rate: only the value's own width counts.
    return com_port_answer{code, sub.substr(1, value.size()) == value};
}

std::optional<bool> suspends(std::string_view sub) {
    if (sub.empty()) return std::nullopt;
    const unsigned code = static_cast<unsigned char>(sub[0]);
    if (code == suspend || code == suspend + answer_offset) return true;
    if (code == resume || code == resume + answer_offset) return false;
    return std::nullopt;
}

}  // namespace emsctl::transport
