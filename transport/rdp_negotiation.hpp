// The first exchange of the Remote Desktop Protocol: the X.224 connection request with a list of security protocols,
// and the confirmation that chooses one or says why not. Facts: MS-RDPBCGR 2.2.1.1 and 2.2.1.2. Pure: bytes in, values
// out.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace emsctl::transport {

// The flags of requestedProtocols and the values of selectedProtocol (2.2.1.1.1, 2.2.1.2.1).
enum class rdp_protocol : std::uint32_t {
    standard = 0x0,            // RDP's own encryption, without TLS
    tls = 0x1,                 // TLS, then a login on the machine's screen
    credssp = 0x2,             // TLS, then a login before any screen: Network Level Authentication
    rdstls = 0x4,              // TLS with the cookie of a redirection
    credssp_early_auth = 0x8,  // CredSSP, and word at once whether the account may log in
};

// "CredSSP (NLA)"; "0x10" for a value that has no name here.
std::string name_of(rdp_protocol protocol);

// Why a server chose none (2.2.1.2.2).
enum class rdp_failure : std::uint32_t {
    ssl_required_by_server = 1,
    ssl_not_allowed_by_server = 2,
    ssl_cert_not_on_server = 3,
    inconsistent_flags = 4,
    hybrid_required_by_server = 5,
    ssl_with_user_auth_required_by_server = 6,
};

// "HYBRID_REQUIRED_BY_SERVER", as the document writes it; "failure code 77" for one it does not know.
std::string name_of(rdp_failure failure);
// For a person, as the end of a sentence.
std::string meaning_of(rdp_failure failure);

// The request's protocols are flags; standard security needs none.
constexpr std::uint32_t operator|(rdp_protocol a, rdp_protocol b) {
    return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b);
}
constexpr std::uint32_t operator|(std::uint32_t a, rdp_protocol b) {
    return a | static_cast<std::uint32_t>(b);
}

// A whole packet with its TPKT header, without a cookie: 19 bytes.
std::string rdp_connection_request(std::uint32_t protocols);

struct rdp_reply {
    // Nothing: the server knows no negotiation, or ignores it, and means standard security.
    bool negotiates = false;
    rdp_protocol selected = rdp_protocol::standard;
    std::uint8_t flags = 0;                // of RDP_NEG_RSP (2.2.1.2.1)
    std::optional<rdp_failure> failure{};  // then nothing was selected
};

// Bytes that are no connection confirmation: what they look like, for a person ("an SSH server: SSH-2.0-...").
struct not_rdp {
    std::string seen;
};
[[noreturn]] void throw_exception_from_error(const not_rdp& problem, const boost::source_location&);

template <class T>
using rdp_result = boost::system::result<T, not_rdp>;

// How many bytes the packet that begins like this has in all; 0: more of it is needed to tell. At most 512.
rdp_result<std::size_t> rdp_packet_length(std::string_view begin);

// `packet` is exactly one packet.
rdp_result<rdp_reply> parse_rdp_reply(std::string_view packet);

}  // namespace emsctl::transport
