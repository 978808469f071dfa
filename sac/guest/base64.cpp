#include "sac/guest/base64.hpp"

#include <cstdint>

namespace emsctl::guest {

namespace {
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string to_base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out += at + i <= bytes.size() ? alphabet[(group >> (18 - 6 * i)) & 63] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    std::size_t count = 0, padding = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (c == '=') {
            ++padding;
        } else {
            const auto digit = alphabet.find(c);
            if (digit == std::string_view::npos || padding != 0) return std::nullopt;
            bits = bits << 6 | static_cast<std::uint32_t>(digit);
        }
        if (++count % 4 != 0) continue;
        if (padding > 2) return std::nullopt;
        bits <<= 6 * padding;
        for (std::size_t i = 0; i + padding < 3; ++i) out += static_cast<char>(bits >> (16 - 8 * i) & 0xff);
        bits = 0;
    }
    if (count % 4 != 0 || padding > 2) return std::nullopt;
    return out;
}

}  // namespace emsctl::guest
