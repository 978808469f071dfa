// A signed statement "I am this application" from a certificate and its private key, which Entra ID takes in the place
// of a client secret (RFC 7523; JWT with RS256 and the certificate's thumbprints). Reads PEM or PKCS#12 content that it
// is given; opens no file and calls nobody.
#pragma once

#include <chrono>
#include <string>

namespace emsctl::transport {

struct assertion_claims {
    std::string audience;  // the token endpoint
    std::string client;    // the application's id
    std::string id;        // fresh for each
    std::chrono::sys_seconds now;
};

// Valid for ten minutes. Throws login_refused where the content has no RSA key with its certificate or the passphrase
// is wrong; the text never holds any of it.
std::string make_client_assertion(const std::string& content, const std::string& passphrase,
                                  const assertion_claims& claims);

// Whether the content cannot be read without a passphrase.
bool wants_passphrase(const std::string& content);

}  // namespace emsctl::transport
