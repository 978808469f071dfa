#include "scripts/html_text.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>

#include "sac/encoding.hpp"

namespace emsctl::scripts {
namespace {

struct character {
    char32_t point = 0xFFFD;
    std::size_t size = 1;
};

// Unicode standard, table 3-7: what is not well-formed is one bad byte.
character next_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xF0 && lead <= 0xF4  ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
    if (size == 0 || size > text.size()) return {};
    char32_t point = lead & (0x7F >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        point = (point << 6) | (byte(i) & 0x3F);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool is_well_formed = point >= least[size] && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
    return is_well_formed ? character{point, size} : character{};
}

bool is_dangerous(char32_t point) {
    const bool is_control = (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7F && point < 0xA0);
    const bool turns_direction = point == 0x200E || point == 0x200F || point == 0x061C ||
                                 (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    return is_control || turns_direction || point == 0xFFFD;
}

}  // namespace

std::string html(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    while (!text.empty()) {
        const auto one = next_character(text);
        if (one.point == '&')
            out += "&amp;";
        else if (one.point == '<')
            out += "&lt;";
        else if (one.point == '>')
            out += "&gt;";
        else if (one.point == '"')
            out += "&quot;";
        else if (one.point == '\'')
            out += "&#39;";
        else if (is_dangerous(one.point))
            out += "\xEF\xBF\xBD";
        else
            out += text.substr(0, one.size);
        text.remove_prefix(one.size);
    }
    return out;
}

std::string html_json(std::string json) {
    for (auto at = json.find('<'); at != std::string::npos; at = json.find('<', at)) json.replace(at, 1, "\\u003c");
    return json;
}

std::string csp_hash(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return "'sha256-" + sac::base64({reinterpret_cast<const char*>(digest.data()), size}) + "'";
}

}  // namespace emsctl::scripts
