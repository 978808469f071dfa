// The frames of a websocket (RFC 6455 section 5) from the client's side, as a pure codec: bytes go in, frames come out.
// Text is not checked for UTF-8 on purpose: a serial line's stray byte must not close the console.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace emsctl::transport {

struct websocket_frame {
    enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

    opcode what = opcode::binary;
    bool is_last = true;
    std::string payload;
};

// A client's frame, whole and masked (section 5.3).
std::string encode_frame(const websocket_frame& frame, std::array<unsigned char, 4> mask);

// The payload of a close frame (section 5.5.1).
std::string close_payload(unsigned code, std::string_view reason);
struct close_cause {
    unsigned code = 1005;  // no status was sent
    std::string reason;
};
close_cause read_close_payload(std::string_view payload);

class websocket_decoder {
  public:
    explicit websocket_decoder(std::size_t largest_message) : largest_(largest_message) {}

    // Appends what has arrived; after a violation nothing counts any more. Memory holds at most one message, one frame
    // and what came after it.
    void feed(std::string_view bytes);

    // The next message or control frame: fragments are joined, control frames between them come first. Nothing: more
    // bytes are needed, or problem() says what is wrong for good.
    std::optional<websocket_frame> next();

    struct violation {
        unsigned code = 0;  // what to close with: 1002 protocol, 1009 too big
        std::string text;
    };
    const std::optional<violation>& problem() const { return problem_; }

  private:
    std::optional<websocket_frame> next_frame();
    void refuse(unsigned code, std::string text);

    std::size_t largest_;
    std::string waiting_;
    std::size_t used_ = 0;  // of waiting_, already given out
    std::optional<websocket_frame> message_;
    std::optional<violation> problem_;
};

}  // namespace emsctl::transport
