// A key pair for one session, made in memory: Ed25519 in OpenSSH's own form, which libssh2 and ssh both read.
#pragma once

#include <string>

namespace emsctl::transport {

struct ssh_key {
    std::string private_text;  // "-----BEGIN OPENSSH PRIVATE KEY-----...", without a passphrase; never shown
    std::string public_line;   // "ssh-ed25519 AAAA...", without a comment: 80 characters
};

// PROTOCOL.key of OpenSSH has the form. Throws transport_error::unsupported where the system makes no such keys.
ssh_key make_ssh_key();

}  // namespace emsctl::transport
