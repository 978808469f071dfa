#include "transport/websocket_frame.hpp"

namespace emsctl::transport {
namespace {

constexpr unsigned last_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned mask_bit = 0x80;
constexpr std::size_t largest_control = 125;

bool is_known(unsigned opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

bool is_control(websocket_frame::opcode what) {
    return static_cast<unsigned>(what) >= 8;
}

void put_number(std::string& out, std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t number_at(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace

std::string encode_frame(const websocket_frame& frame, std::array<unsigned char, 4> mask) {
    std::string out;
    out.reserve(frame.payload.size() + 14);
    out.push_back(static_cast<char>((frame.is_last ? last_bit : 0u) | static_cast<unsigned>(frame.what)));
    const std::size_t size = frame.payload.size();
    if (size <= 125) {
        out.push_back(static_cast<char>(mask_bit | size));
    } else if (size <= 0xFFFF) {
        out.push_back(static_cast<char>(mask_bit | 126));
        put_number(out, size, 2);
    } else {
        out.push_back(static_cast<char>(mask_bit | 127));
        put_number(out, size, 8);
    }
    for (const unsigned char byte : mask) out.push_back(static_cast<char>(byte));
    for (std::size_t i = 0; i < size; ++i)
        out.push_back(static_cast<char>(static_cast<unsigned char>(frame.payload[i]) ^ mask[i % 4]));
    return out;
}

std::string close_payload(unsigned code, std::string_view reason) {
    std::string out;
    put_number(out, code, 2);
    return out.append(reason.substr(0, largest_control - 2));
}

close_cause read_close_payload(std::string_view payload) {
    if (payload.size() < 2) return {};
    return {static_cast<unsigned>(number_at(payload.substr(0, 2))), std::string(payload.substr(2))};
}

void websocket_decoder::refuse(unsigned code, std::string text) {
    problem_ = violation{code, std::move(text)};
    waiting_.clear();
    used_ = 0;
    message_.reset();
}

std::optional<websocket_frame> websocket_decoder::next_frame() {
    const std::string_view rest = std::string_view(waiting_).substr(used_);
    if (rest.size() < 2) return std::nullopt;
    const auto first = static_cast<unsigned char>(rest[0]);
    const auto second = static_cast<unsigned char>(rest[1]);
    const unsigned opcode = first & 0x0F;
    const auto wrong = [&](unsigned code, std::string text) -> std::optional<websocket_frame> {
        refuse(code, std::move(text));
        return std::nullopt;
    };
    if (first & reserved_bits) return wrong(1002, "a frame with reserved bits, which no extension was agreed for");
    if (!is_known(opcode)) return wrong(1002, "a frame of the unknown kind " + std::to_string(opcode));
    if (second & mask_bit) return wrong(1002, "a masked frame from a server");
    websocket_frame frame;
    frame.what = static_cast<websocket_frame::opcode>(opcode);
    frame.is_last = (first & last_bit) != 0;
    std::uint64_t size = second & 0x7F;
    if (is_control(frame.what) && (size > largest_control || !frame.is_last))
        return wrong(1002, "a control frame that is long or in pieces");
    std::size_t head = 2;
    if (size >= 126) {
        const std::size_t width = size == 126 ? 2 : 8;
        if (rest.size() < head + width) return std::nullopt;
        size = number_at(rest.substr(head, width));
        if (size <= (width == 2 ? 125u : 0xFFFFu))
            return wrong(1002, "a length that is not written in its shortest form");
        head += width;
    }
    const std::size_t before = message_ ? message_->payload.size() : 0;
    if (size > largest_ || before + size > largest_)
        return wrong(1009, "a message of more than " + std::to_string(largest_) + " bytes");
    if (rest.size() < head + size) return std::nullopt;
    frame.payload = rest.substr(head, static_cast<std::size_t>(size));
    used_ += head + static_cast<std::size_t>(size);
    // Moved to the front only now and then, so that many small frames in one read stay linear.
    if (used_ > 65536 || used_ == waiting_.size()) {
        waiting_.erase(0, used_);
        used_ = 0;
    }
    return frame;
}

void websocket_decoder::feed(std::string_view bytes) {
    if (!problem_) waiting_.append(bytes);
}

std::optional<websocket_frame> websocket_decoder::next() {
    using opcode = websocket_frame::opcode;
    while (auto frame = next_frame()) {
        if (is_control(frame->what)) return frame;
        if (frame->what == opcode::continuation) {
            if (!message_) {
                refuse(1002, "a continuation of nothing");
                return std::nullopt;
            }
            message_->payload += frame->payload;
        } else if (message_) {
            refuse(1002, "a new message inside another one");
            return std::nullopt;
        } else {
            message_ = websocket_frame{frame->what, true, std::move(frame->payload)};
        }
        if (!frame->is_last) continue;
        auto whole = std::move(message_);
        message_.reset();
        return whole;
    }
    return std::nullopt;
}

}  // namespace emsctl::transport
