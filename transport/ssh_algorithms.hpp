// The algorithm lists of SSH (RFC 4253 section 7.1): what we want, what a server offers in its first packet, and in
// which list the two have nothing in common, which libssh2 does not tell. Pure: bytes in, words out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace emsctl::transport {

struct ssh_algorithms {
    std::vector<std::string> kex;
    std::vector<std::string> host_keys;
    std::vector<std::string> ciphers;  // of a server: client to server
    std::vector<std::string> macs;
};

// In the order of preference; what a library lacks is left out by whoever asks it. `legacy` adds what old devices need
// and nobody should use without knowing it: SHA-1 signatures and exchanges, group 1, CBC, MD5.
ssh_algorithms wanted_algorithms(bool legacy);

// Of the names in `agreed` ("curve25519-sha256, ssh-rsa, ..."), those that only `legacy` offers.
std::vector<std::string> weak_among(std::string_view agreed);

struct ssh_greeting {
    enum class kind { incomplete, complete, no_ssh } what = kind::incomplete;
    std::string banner;  // "SSH-2.0-OpenSSH_9.2"
    ssh_algorithms offers;
};

// All that a server has said so far: lines before its banner, the banner, its KEXINIT packet (RFC 4253 sections 4.2, 6
// and 7.1). More than 64 KiB without an end is no_ssh.
ssh_greeting read_greeting(std::string_view bytes);

// "no host key in common (the server has rsa-sha2-512; libssh2 1.10.0 has ssh-ed25519)", one clause a list; empty when
// every list has something in common.
std::string nothing_in_common(const ssh_algorithms& theirs, const ssh_algorithms& ours, const std::string& who_we_are);

std::string joined(const std::vector<std::string>& names, const char* separator = ", ");

}  // namespace emsctl::transport
