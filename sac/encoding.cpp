#include "sac/encoding.hpp"

#include <iconv.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

namespace emsctl::sac {
namespace {

std::string converted(std::string_view bytes, const std::string& from) {
    const iconv_t converter = iconv_open("UTF-8", from.c_str());
    // NOLINTNEXTLINE: iconv's own way to say "no such coding"
    if (converter == reinterpret_cast<iconv_t>(-1)) return converted(bytes, "ASCII");
    std::string text;
    std::string input(bytes);
    char* in = input.data();
    std::size_t left = input.size();
    const std::size_t unit = from == "UTF-16LE" ? 2 : 1;
    std::array<char, 4096> buffer;
    while (left > 0) {
        char* out = buffer.data();
        std::size_t room = buffer.size();
        const bool failed = iconv(converter, &in, &left, &out, &room) == static_cast<std::size_t>(-1);
        text.append(buffer.data(), buffer.size() - room);
        if (failed && errno != E2BIG && left > 0) {
            text += "\xEF\xBF\xBD";
            const std::size_t skipped = std::min(unit, left);
            in += skipped;
            left -= skipped;
        }
    }
    iconv_close(converter);
    return text;
}

}  // namespace

std::string base64(std::string_view bytes) {
    std::vector<unsigned char> out(4 * ((bytes.size() + 2) / 3) + 1);
    const int length = EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    return {reinterpret_cast<const char*>(out.data()), static_cast<std::size_t>(length)};
}

std::optional<std::string> from_base64(std::string_view text) {
    // EVP_DecodeBlock trims blanks and takes '=' for a zero anywhere.
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto data_end = text.find_last_not_of('=');
    const auto data = text.substr(0, data_end == std::string_view::npos ? 0 : data_end + 1);
    if (text.size() % 4 != 0 || text.size() - data.size() > 2) return std::nullopt;
    if (data.find_first_not_of(alphabet) != std::string_view::npos) return std::nullopt;
    std::string out(text.size() / 4 * 3, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    out.resize(out.size() - padding);
    return out;
}

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        hex.push_back(digits[digest[i] >> 4]);
        hex.push_back(digits[digest[i] & 15]);
    }
    return hex;
}

std::string windows_text(std::string_view bytes, int code_page) {
    std::string text;
    if (bytes.starts_with("\xFF\xFE")) {
        text = converted(bytes.substr(2), "UTF-16LE");
    } else if (code_page == 65001) {
        text = converted(bytes, "UTF-8");
    } else {
        text = converted(bytes, "CP" + std::to_string(code_page));
    }
    std::string unix_text;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // wmic ends its lines with CR CR LF.
        if (text[i] == '\r' && text.find_first_not_of('\r', i) != std::string::npos &&
            text[text.find_first_not_of('\r', i)] == '\n')
            continue;
        unix_text.push_back(text[i]);
    }
    return unix_text;
}

std::optional<std::string> to_code_page(std::string_view utf8, int code_page) {
    const std::string name = code_page == 65001 ? "UTF-8" : "CP" + std::to_string(code_page);
    const iconv_t converter = iconv_open(name.c_str(), "UTF-8");
    if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
    std::string input(utf8);
    std::string output(utf8.size() * 2, '\0');
    char* in = input.data();
    char* out = output.data();
    std::size_t left = input.size();
    std::size_t room = output.size();
    const bool converted = iconv(converter, &in, &left, &out, &room) == 0;
    iconv_close(converter);
    if (!converted) return std::nullopt;
    output.resize(output.size() - room);
    return output;
}

}  // namespace emsctl::sac
