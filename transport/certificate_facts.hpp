// What an X.509 certificate says about itself, read from its DER bytes. Judges nothing but its own dates and signature,
// and asks nobody. Pure, but for OpenSSL doing the reading.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::transport {

struct certificate_facts {
    std::string subject;  // "CN=web1, O=Contoso", control and other unusual characters escaped
    std::string issuer;
    std::vector<std::string> names;  // DNS names and addresses of the subject alternative name
    std::chrono::sys_seconds not_before{};
    std::chrono::sys_seconds not_after{};
    bool is_self_signed = false;  // its own key made its signature; the same name alone is not enough
    std::string key;              // "RSA 2048", "EC 256"
    std::string signature;        // "RSA-SHA256"
    std::string sha1;             // thumbprints as Windows shows them: hexadecimal, upper case, no colons
    std::string sha256;
};

// Nothing: these bytes are no certificate.
std::optional<certificate_facts> read_certificate(std::string_view der);

// "2026-01-31T12:00:00Z"
std::string iso_time(std::chrono::sys_seconds when);

}  // namespace emsctl::transport
