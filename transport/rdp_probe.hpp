// Asks a Remote Desktop server from outside what it offers: security protocols, versions of TLS, its certificate. Stops
// before any login and sends no name. Facts only; what they mean for a person is decided above.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "transport/certificate_facts.hpp"
#include "transport/rdp_negotiation.hpp"

namespace emsctl::transport {

namespace asio = boost::asio;

enum class rdp_station { name, connection, negotiation, tls };
const char* name_of(rdp_station where);  // "name", "connection", "negotiation", "TLS"

// How an exchange came to an end before its purpose.
enum class rdp_ending {
    none,         // it did not
    not_found,    // no such name
    refused,      // nobody listens there, or a firewall says so
    unreachable,  // no way there
    silent,       // nothing came within the limit
    reset,        // the far end cut the connection
    closed,       // the far end ended the connection in an orderly way
    not_rdp,      // something else answers
    not_tls,      // after the agreement on TLS came something else
    turned_down,  // an answer we asked for: a negotiation failure
    alert,        // an answer we asked for: a TLS alert
    failed,       // anything else; the text says what
    not_tried,    // this end cannot, or an earlier end made it pointless
};

struct rdp_end {
    rdp_ending how = rdp_ending::none;
    std::string seen{};                    // what was seen, in words without advice
    std::optional<rdp_failure> failure{};  // for turned_down

    bool is_an_end() const { return how != rdp_ending::none; }
};

// One security protocol, asked for by a connection of its own.
struct rdp_offer {
    enum class answer { offered, refused, unknown };

    rdp_protocol protocol = rdp_protocol::standard;
    answer is = answer::unknown;
    rdp_end end{};  // why not; for another choice of the server, `seen` names it
};

// One version of TLS, tried by a connection of its own.
struct tls_trial {
    enum class answer { accepted, refused, untried };

    std::string version{};  // "1.2"
    answer is = answer::untried;
    rdp_end end{};
};

struct tls_agreement {
    std::string version;  // "TLSv1.3", as OpenSSL calls it
    std::string cipher;
    std::optional<certificate_facts> certificate;
};

struct rdp_findings {
    std::string address{};  // "192.0.2.7:3389", what was connected to
    // The connection as a client of today makes it: asks for CredSSP and TLS, every version.
    std::optional<rdp_reply> reply{};
    std::optional<tls_agreement> tls{};
    rdp_station ended_at = rdp_station::name;  // meaningful when it ended
    rdp_end end{};
    // One of each, in the order of rdp_protocol; empty when nothing answered as RDP.
    std::vector<rdp_offer> protocols{};
    // 1.0 to 1.3; empty when the server does not choose TLS.
    std::vector<tls_trial> versions{};
};

struct rdp_target {
    rdp_target(std::string host, std::string port, std::chrono::milliseconds step_limit)
        : host(std::move(host)), port(std::move(port)), step_limit(step_limit) {}

    std::string host;  // without brackets
    std::string port;
    std::chrono::milliseconds step_limit;  // for each of: the name, a connection, an answer, a handshake
};

// Hears of each station of the first connection as it is passed.
using rdp_listener = std::function<void(rdp_station where, const std::string& found)>;

// At most nine connections, one after the other. Throws only operation_aborted: all else is a finding.
asio::awaitable<rdp_findings> probe_rdp(rdp_target target, rdp_listener passed);

}  // namespace emsctl::transport
