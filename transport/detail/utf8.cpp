#include "transport/detail/utf8.hpp"

#include <utility>

namespace emsctl::transport::detail {
namespace {

enum class verdict { whole, cut, broken };

struct character {
    verdict what;
    std::size_t size;  // of the character, or of the broken part
};

// Unicode 15, table 3-7: which second bytes may follow.
character look(std::string_view s) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {verdict::whole, 1};
    const std::size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    if (size == 0) return {verdict::broken, 1};
    for (std::size_t i = 1; i < size; ++i) {
        if (i >= s.size()) return {verdict::cut, i};
        unsigned low = 0x80, high = 0xBF;
        if (i == 1) {
            if (lead == 0xE0) low = 0xA0;
            if (lead == 0xED) high = 0x9F;
            if (lead == 0xF0) low = 0x90;
            if (lead == 0xF4) high = 0x8F;
        }
        if (byte(i) < low || byte(i) > high) return {verdict::broken, i};
    }
    return {verdict::whole, size};
}

}  // namespace

std::string take_characters(std::string& pending, std::string_view bytes) {
    std::string joined;
    if (!pending.empty()) {
        joined = std::exchange(pending, "") + std::string(bytes);
        bytes = joined;
    }
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        std::size_t plain = 0;
        while (plain < bytes.size() && static_cast<unsigned char>(bytes[plain]) < 0x80) ++plain;
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (bytes.empty()) break;
        const auto next = look(bytes);
        if (next.what == verdict::cut) {
            pending = bytes;
            break;
        }
        if (next.what == verdict::whole)
            out += bytes.substr(0, next.size);
        else
            out += replacement;
        bytes.remove_prefix(next.size);
    }
    return out;
}

}  // namespace emsctl::transport::detail
