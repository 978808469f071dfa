// A console behind SSH: the shell channel of one session is the line. Spoken by libssh2; where its installed version
// lacks an algorithm that server or key needs, by the system's ssh as a child, and a person is told so.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct ssh_settings {
    enum class trust_kind { strict, accept_new, pinned };
    enum class road_kind { automatic, libssh2, system };

    std::string user;
    std::string host;
    std::string port = "22";
    std::vector<std::string> identities;    // private key files, tried in this order; empty: the usual ones of ~/.ssh
    std::string identity_text;              // a private key in PEM, used alone when there is one
    bool use_agent = true;                  // the one of SSH_AUTH_SOCK
    bool use_passwords = true;              // password and keyboard-interactive, asked through road_context::secret
    std::string known_hosts;                // empty: ~/.ssh/known_hosts, and the system's
    std::string known_hosts_name;           // what the host is called there; empty: host, or [host]:port
    trust_kind trust = trust_kind::strict;  // accept_new adds an unknown key to known_hosts, never a changed one
    std::vector<std::string> pinned;        // "SHA256:..." fingerprints, for trust_kind::pinned
    road_kind road = road_kind::automatic;
    bool terminal = true;  // ask for a raw 80x24 terminal; serial gateways ignore it
    std::string command;   // instead of a shell; empty: a shell
    bool legacy = false;   // offer what old devices need and is known to be weak; a warning says what was agreed on
    std::chrono::seconds keep_alive{30};  // 0: never
};

// Reads user@host[:port] and the parameters user, identity, agent, known_hosts, host_key (strict, accept-new or
// SHA256:...), via (auto, libssh2, ssh), terminal, command, legacy, keepalive.
address_result<ssh_settings> parse_ssh_settings(const endpoint& where);

// Throws not_found, refused, timed_out, not_trusted (with the known and the shown fingerprint), login_refused (with
// what was tried and what the server would take), unsupported or bad_protocol (naming the list of algorithms that has
// nothing in common: bad_protocol when the system's ssh could not help either). Closing sends
// what was written first; it never sends an end-of-file of the channel, which makes some gateways hang up.
asio::awaitable<std::unique_ptr<byte_stream>> connect_ssh(ssh_settings settings, road_context context);

}  // namespace emsctl::transport
