#include "transport/ssh_key.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <memory>

#include "transport/detail/base64.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

std::string number(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
    return out;
}

std::string counted(const std::string& bytes) {
    return number(static_cast<std::uint32_t>(bytes.size())) + bytes;
}

}  // namespace

ssh_key make_ssh_key() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
                                                                  EVP_PKEY_free);
    std::array<unsigned char, 32> secret{};
    std::array<unsigned char, 32> open{};
    std::array<unsigned char, 4> check{};
    std::size_t secret_size = secret.size();
    std::size_t open_size = open.size();
    const bool is_made = key && EVP_PKEY_get_raw_private_key(key.get(), secret.data(), &secret_size) == 1 &&
                         EVP_PKEY_get_raw_public_key(key.get(), open.data(), &open_size) == 1 &&
                         RAND_bytes(check.data(), static_cast<int>(check.size())) == 1;
    if (!is_made) fail(transport_error::unsupported, "OpenSSL makes no Ed25519 key here");
    const std::string type = counted("ssh-ed25519");
    const std::string public_half(open.begin(), open.end());
    const std::string blob = type + counted(public_half);
    const std::string mark(check.begin(), check.end());
    std::string inner =
        mark + mark + blob + counted(std::string(secret.begin(), secret.end()) + public_half) + counted("");
    for (char pad = 1; inner.size() % 8 != 0; ++pad) inner += pad;
    const std::string whole = std::string("openssh-key-v1") + '\0' + counted("none") + counted("none") + counted("") +
                              number(1) + counted(blob) + counted(inner);
    const std::string text = detail::to_base64(whole);
    ssh_key out;
    out.private_text = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    for (std::size_t at = 0; at < text.size(); at += 70) out.private_text += text.substr(at, 70) + "\n";
    out.private_text += "-----END OPENSSH PRIVATE KEY-----\n";
    out.public_line = "ssh-ed25519 " + detail::to_base64(blob);
    return out;
}

}  // namespace emsctl::transport
