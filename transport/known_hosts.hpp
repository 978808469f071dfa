// A known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT") as pure text: is this key the one we know for that host?
// Our own reader, because libssh2 takes @revoked for a host name and gives the whole file up for one bad line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace emsctl::transport {

struct host_key {
    std::string type;  // "ssh-ed25519"
    std::string blob;  // as it stands in the protocol
};

// "SHA256:..." as OpenSSH prints it.
std::string fingerprint_of(std::string_view blob);

struct known_hosts_verdict {
    enum class kind { known, unknown, changed, revoked } what = kind::unknown;
    std::vector<std::string> known_fingerprints;  // of the same type, for `changed`
    int line = 0;                                 // where the deciding entry stands
};

// `name` as the file has it: "host", or "[host]:port" for another port than 22. Plain names, lists, wildcards, negation
// and hashed names; @cert-authority lines are no keys and are skipped.
known_hosts_verdict look_up(std::string_view file, std::string_view name, const host_key& shown);

// The key types the file has for `name`, so that the server can be asked for one that we can check.
std::vector<std::string> known_types(std::string_view file, std::string_view name);

std::string known_hosts_line(std::string_view name, const host_key& key);

}  // namespace emsctl::transport
