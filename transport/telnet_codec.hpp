// Telnet as a pure codec (RFC 854, 855, 856, 858; options by the queue method of RFC 1143): bytes from the far end go
// in, data, answers and sub-negotiations come out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::transport {

namespace telnet {
inline constexpr unsigned char se = 240, nop = 241, brk = 243, sb = 250, will = 251, wont = 252, do_ = 253, dont = 254,
                               iac = 255;
inline constexpr unsigned char binary = 0, echo = 1, suppress_go_ahead = 3, com_port = 44;
}  // namespace telnet

class telnet_codec {
  public:
    // `with_com_port`: offer to send COM port commands (RFC 2217). `is_raw`: no telnet at all, bytes pass untouched.
    explicit telnet_codec(bool with_com_port, bool is_raw = false);

    // What to send first: binary both ways, no go-ahead, and COM port commands where wanted.
    std::string opening();

    struct received {
        std::string data;
        std::string answer;                 // to be sent back
        std::vector<std::string> com_port;  // sub-negotiations of that option, unescaped, code first
    };
    received feed(std::string_view bytes);

    // Data for the far end: IAC doubled, and CR as CR NUL until it agreed to binary (RFC 854 "The NVT printer").
    std::string encode(std::string_view data) const;

    bool has_heard_telnet() const { return heard_; }
    bool is_settled() const;  // nothing that we asked for is without an answer
    bool may_send_com_port() const { return ours_[telnet::com_port] == side::on; }

  private:
    enum class side : std::uint8_t { off, asked, on };
    enum class state { data, cr, command, option, sub, sub_command };

    void negotiate(unsigned char verb, unsigned char option, std::string& answer);
    void say(unsigned char verb, unsigned char option, std::string& answer);
    bool do_we_want(unsigned char option) const;
    bool may_they(unsigned char option) const;

    bool with_com_port_;
    bool is_raw_;
    bool heard_ = false;
    std::array<side, 256> ours_{};
    std::array<side, 256> theirs_{};
    std::array<std::uint8_t, 256> said_{};  // answers per option: two stubborn sides must not loop for ever
    state state_ = state::data;
    unsigned char verb_ = 0;
    std::string sub_;
};

// A sub-negotiation with its frame, IAC doubled inside.
std::string telnet_sub(unsigned char option, std::string_view content);

}  // namespace emsctl::transport
