#include "sac/guest/channel_keys.hpp"

namespace emsctl::guest {

using kind = console_key::kind;

std::vector<console_key> channel_keys::decode(std::string_view bytes) {
    std::vector<console_key> keys;
    for (char byte : bytes) take(byte, keys);
    return keys;
}

void channel_keys::take(char byte, std::vector<console_key>& keys) {
    if (sequence_.empty()) {
        if (byte == 0x1b)
            sequence_ = byte;
        else
            plain(byte, keys);
        return;
    }
    if (sequence_ == "\x1b") {
        switch (byte) {
            case '[':
                sequence_ += byte;
                return;
            case 'h':
                keys.push_back({kind::home, 0});
                break;
            case 'k':
                keys.push_back({kind::end, 0});
                break;
            case '-':
                keys.push_back({kind::erase, 0});
                break;
            case '+':
            case '?':
            case '/':
            case '!':
            case '@':
            case 0x13:
            case 0x01:
            case 0x03:
                keys.push_back({kind::other, 0});
                break;
            case 0x1b:
                keys.push_back({kind::escape, 0});
                return;  // the second ESC may begin a sequence
            default:
                if (byte >= '0' && byte <= '9') {
                    keys.push_back({kind::other, 0});  // F1 to F10
                } else {
                    keys.push_back({kind::escape, 0});
                    sequence_.clear();
                    plain(byte, keys);
                    return;
                }
        }
        sequence_.clear();
        return;
    }
    sequence_.clear();
    switch (byte) {
        case 'A':
        case 'B':
            keys.push_back({kind::other, 0});
            return;
        case 'C':
            keys.push_back({kind::right, 0});
            return;
        case 'D':
            keys.push_back({kind::left, 0});
            return;
        default:
            break;
    }
    // "Some keyboard inputs produce strange output such as [3~": the ESC goes, the rest is text.
    plain('[', keys);
    plain(byte, keys);
}

void channel_keys::plain(char byte, std::vector<console_key>& keys) {
    const auto value = static_cast<unsigned char>(byte);
    if (missing_ > 0 && (value & 0xc0) == 0x80) {
        partial_ = (partial_ << 6) | (value & 0x3fu);
        if (--missing_ == 0) keys.push_back({kind::text, partial_});
        return;
    }
    missing_ = 0;
    switch (value) {
        case '\r':
            keys.push_back({kind::enter, 0});
            return;
        case 0x08:
        case 0x7f:
            keys.push_back({kind::backspace, 0});
            return;
        case 0x03:
            keys.push_back({kind::interrupt, 0});
            return;
        case '\n':  // alone it is not accepted by the shell
        case '\t':
            keys.push_back({kind::other, 0});
            return;
        default:
            break;
    }
    if (value >= 0xc0) {
        missing_ = value >= 0xf0 ? 3 : value >= 0xe0 ? 2 : 1;
        partial_ = value & (0x3fu >> missing_);
    } else if (value < 0x80) {
        keys.push_back({kind::text, value});
    }
}

}  // namespace emsctl::guest
