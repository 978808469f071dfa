#include "transport/rdp_negotiation.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

constexpr std::size_t header_size = 4;        // TPKT: version 3, reserved, length of all (RFC 1006 section 6)
constexpr std::size_t confirmation_size = 7;  // X.224 CC: length, code, two references, class (X.224 13.4)
constexpr std::size_t negotiation_size = 8;   // type, flags, length, value (2.2.1.1.1)
constexpr std::size_t largest_reply = 512;    // a confirmation has 19 bytes; anything much longer is something else

constexpr unsigned connection_confirm = 0xd0;
constexpr unsigned disconnect_request = 0x80;
constexpr unsigned negotiation_response = 2;
constexpr unsigned negotiation_failure = 3;

unsigned byte_at(std::string_view bytes, std::size_t index) {
    return static_cast<unsigned char>(bytes[index]);
}

unsigned little_16(std::string_view bytes, std::size_t index) {
    return byte_at(bytes, index) | byte_at(bytes, index + 1) << 8;
}

unsigned big_16(std::string_view bytes, std::size_t index) {
    return byte_at(bytes, index) << 8 | byte_at(bytes, index + 1);
}

std::uint32_t little_32(std::string_view bytes, std::size_t index) {
    return little_16(bytes, index) | little_16(bytes, index + 2) << 16;
}

std::string hexadecimal(std::string_view bytes) {
    std::string text;
    char two[4];
    for (std::size_t i = 0; i < std::min<std::size_t>(bytes.size(), 16); ++i) {
        std::snprintf(two, sizeof two, "%02x ", byte_at(bytes, i));
        text += two;
    }
    if (!text.empty()) text.pop_back();
    return bytes.size() > 16 ? text + " ..." : text;
}

// The first line as far as it is plain text, or "".
std::string plain_line(std::string_view bytes) {
    const auto is_plain = [](unsigned char c) { return c >= 0x20 && c < 0x7f; };
    const auto end = std::ranges::find_if_not(bytes, is_plain);
    const auto size = std::min<std::size_t>(static_cast<std::size_t>(end - bytes.begin()), 60);
    return size < 4 ? std::string() : std::string(bytes.substr(0, size));
}

// What answers there instead, as far as its first bytes tell.
not_rdp something_else(std::string_view bytes) {
    const std::string line = plain_line(bytes);
    if (line.starts_with("SSH-")) return {"an SSH server: " + line};
    if (line.starts_with("HTTP/")) return {"a web server: " + line};
    if (line.starts_with("RFB ")) return {"a VNC server: " + line};
    if (!line.empty()) return {"not RDP; it says: " + line};
    if (bytes.size() >= 3 && byte_at(bytes, 0) == 0x15 && byte_at(bytes, 1) == 3)
        return {"a TLS server that wants TLS from the first byte, not RDP"};
    return {"not RDP; it answers: " + hexadecimal(bytes)};
}

not_rdp damaged(const std::string& what, std::string_view packet) {
    return {"almost RDP, but " + what + ": " + hexadecimal(packet)};
}

rdp_result<rdp_reply> parse_negotiation(std::string_view packet) {
    const auto data = packet.substr(header_size + confirmation_size);
    if (data.size() < negotiation_size || little_16(data, 2) != negotiation_size)
        return damaged("its negotiation data have a wrong length", packet);
    rdp_reply reply;
    reply.negotiates = true;
    const auto value = little_32(data, 4);
    if (byte_at(data, 0) == negotiation_response) {
        reply.flags = static_cast<std::uint8_t>(byte_at(data, 1));
        reply.selected = static_cast<rdp_protocol>(value);
        return reply;
    }
    if (byte_at(data, 0) == negotiation_failure) {
        reply.failure = static_cast<rdp_failure>(value);
        return reply;
    }
    return damaged("its negotiation data are of an unknown type", packet);
}

struct failure_words {
    rdp_failure failure;
    const char* name;
    const char* meaning;
};

constexpr std::array<failure_words, 6> failures{{
    {rdp_failure::ssl_required_by_server, "SSL_REQUIRED_BY_SERVER", "the server insists on TLS"},
    {rdp_failure::ssl_not_allowed_by_server, "SSL_NOT_ALLOWED_BY_SERVER",
     "the server is set to standard RDP security and takes no TLS"},
    {rdp_failure::ssl_cert_not_on_server, "SSL_CERT_NOT_ON_SERVER",
     "the server has no certificate that it can use, so it cannot start TLS"},
    {rdp_failure::inconsistent_flags, "INCONSISTENT_FLAGS",
     "the protocols asked for do not go together with what is in effect"},
    {rdp_failure::hybrid_required_by_server, "HYBRID_REQUIRED_BY_SERVER",
     "the server insists on Network Level Authentication (CredSSP)"},
    {rdp_failure::ssl_with_user_auth_required_by_server, "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
     "the server wants TLS with a certificate of the user"},
}};

const failure_words* words_for(rdp_failure failure) {
    const auto found = std::ranges::find(failures, failure, &failure_words::failure);
    return found == failures.end() ? nullptr : &*found;
}

}  // namespace

void throw_exception_from_error(const not_rdp& problem, const boost::source_location&) {
    fail(transport_error::bad_protocol, problem.seen);
}

std::string name_of(rdp_protocol protocol) {
    switch (protocol) {
        case rdp_protocol::standard:
            return "standard RDP security";
        case rdp_protocol::tls:
            return "TLS";
        case rdp_protocol::credssp:
            return "CredSSP (NLA)";
        case rdp_protocol::rdstls:
            return "RDSTLS";
        case rdp_protocol::credssp_early_auth:
            return "CredSSP with early user authorization";
    }
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", static_cast<unsigned>(protocol));
    return text;
}

std::string name_of(rdp_failure failure) {
    const auto* words = words_for(failure);
    return words ? words->name : "failure code " + std::to_string(static_cast<std::uint32_t>(failure));
}

std::string meaning_of(rdp_failure failure) {
    const auto* words = words_for(failure);
    return words ? words->meaning : "the server refuses for a reason that the protocol's documentation does not know";
}

std::string rdp_connection_request(std::uint32_t protocols) {
    constexpr std::size_t size = header_size + confirmation_size + negotiation_size;
    std::string packet{3, 0, 0, static_cast<char>(size)};
    packet += {static_cast<char>(size - header_size - 1), static_cast<char>(0xe0), 0, 0, 0, 0, 0};
    packet += {1, 0, static_cast<char>(negotiation_size), 0};
    for (int shift = 0; shift < 32; shift += 8) packet += static_cast<char>(protocols >> shift & 0xff);
    return packet;
}

rdp_result<std::size_t> rdp_packet_length(std::string_view begin) {
    if (!begin.empty() && byte_at(begin, 0) != 3) return something_else(begin);
    if (begin.size() < header_size) return std::size_t{0};
    const std::size_t length = big_16(begin, 2);
    if (length < header_size + confirmation_size || length > largest_reply) return something_else(begin);
    return length;
}

rdp_result<rdp_reply> parse_rdp_reply(std::string_view packet) {
    const auto length = rdp_packet_length(packet);
    if (!length) return length.error();
    if (*length == 0 || *length != packet.size()) return damaged("its length is wrong", packet);
    const unsigned code = byte_at(packet, header_size + 1) & 0xf0;
    if (code == disconnect_request)
        return not_rdp{"an X.224 disconnect request, reason " + std::to_string(byte_at(packet, header_size + 6))};
    if (code != connection_confirm) return damaged("no connection confirmation", packet);
    if (byte_at(packet, header_size) + header_size + 1 != packet.size())
        return damaged("the length inside it is wrong", packet);
    if (packet.size() == header_size + confirmation_size) return rdp_reply{};
    return parse_negotiation(packet);
}

}  // namespace emsctl::transport
