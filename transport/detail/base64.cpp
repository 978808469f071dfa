#include "transport/detail/base64.hpp"

#include <cstdint>

namespace emsctl::transport::detail {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63];
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        std::size_t padding = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const char c = text[i + k];
            const auto value = alphabet.find(c);
            const bool may_pad = i + 4 == text.size() && k >= 2;
            if (c == '=' && may_pad)
                ++padding;
            else if (value == alphabet.npos || padding > 0)
                return std::nullopt;
            group = group << 6 | (c == '=' ? 0U : static_cast<std::uint32_t>(value));
        }
        for (std::size_t k = 0; k < 3 - padding; ++k) out += static_cast<char>(group >> (16 - 8 * k) & 255);
    }
    return to_base64(out) == text ? std::optional(out) : std::nullopt;
}

}  // namespace emsctl::transport::detail
