#include "transport/client_assertion.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "transport/detail/base64.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

template <class T, void (*Free)(T*)>
struct freed_by {
    void operator()(T* it) const { Free(it); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY, EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509, X509_free>>;
using pkcs12_ptr = std::unique_ptr<PKCS12, freed_by<PKCS12, PKCS12_free>>;

struct free_bio {
    void operator()(BIO* it) const { BIO_free(it); }
};
using bio_ptr = std::unique_ptr<BIO, free_bio>;

struct identity {
    key_ptr key;
    certificate_ptr certificate;
};

bio_ptr memory(const std::string& content) {
    return bio_ptr(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
}

bool is_pem(const std::string& content) {
    return content.find("-----BEGIN ") != std::string::npos;
}

// Without this OpenSSL would ask at the terminal.
int give_passphrase(char* into, int size, int, void* passphrase) {
    const auto& text = *static_cast<const std::string*>(passphrase);
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
    text.copy(into, text.size());
    return static_cast<int>(text.size());
}

identity read_identity(const std::string& content, std::string passphrase) {
    identity out;
    if (is_pem(content)) {
        // The key and the certificate stand in either order.
        out.key.reset(PEM_read_bio_PrivateKey(memory(content).get(), nullptr, give_passphrase, &passphrase));
        out.certificate.reset(PEM_read_bio_X509(memory(content).get(), nullptr, give_passphrase, &passphrase));
    } else if (const pkcs12_ptr store{d2i_PKCS12_bio(memory(content).get(), nullptr)}) {
        EVP_PKEY* key = nullptr;
        X509* certificate = nullptr;
        PKCS12_parse(store.get(), passphrase.c_str(), &key, &certificate, nullptr);
        out.key.reset(key);
        out.certificate.reset(certificate);
    }
    return out;
}

std::string url_text(std::string_view bytes) {
    std::string text = detail::to_base64(bytes);
    for (auto& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (text.ends_with('=')) text.pop_back();
    return text;
}

std::string thumbprint(const X509* certificate, const EVP_MD* method) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (X509_digest(certificate, method, hash.data(), &size) != 1) return {};
    return url_text({reinterpret_cast<const char*>(hash.data()), size});
}

std::string signature(EVP_PKEY* key, const std::string& text) {
    const std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX, EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) != 1)
        fail(transport_error::login_refused, "the client certificate's key cannot sign");
    std::vector<unsigned char> out(size);
    if (EVP_DigestSign(context.get(), out.data(), &size, bytes, text.size()) != 1)
        fail(transport_error::login_refused, "the client certificate's key cannot sign");
    return url_text({reinterpret_cast<const char*>(out.data()), size});
}

}  // namespace

bool wants_passphrase(const std::string& content) {
    if (is_pem(content)) return content.find("ENCRYPTED") != std::string::npos;
    const pkcs12_ptr store{d2i_PKCS12_bio(memory(content).get(), nullptr)};
    return store && PKCS12_verify_mac(store.get(), "", 0) != 1 && PKCS12_verify_mac(store.get(), nullptr, 0) != 1;
}

std::string make_client_assertion(const std::string& content, const std::string& passphrase,
                                  const assertion_claims& claims) {
    const auto who = read_identity(content, passphrase);
    if (!who.key || !who.certificate)
        fail(transport_error::login_refused,
             "the client certificate cannot be read: it is PEM with certificate and private key, or PKCS#12" +
                 std::string(wants_passphrase(content) ? "; it has a passphrase, which may be wrong" : ""));
    if (EVP_PKEY_get_base_id(who.key.get()) != EVP_PKEY_RSA)
        fail(transport_error::login_refused, "the client certificate's key is no RSA key, which Entra ID wants");
    if (X509_check_private_key(who.certificate.get(), who.key.get()) != 1)
        fail(transport_error::login_refused, "the client certificate and the private key do not belong together");
    const nlohmann::json head = {{"alg", "RS256"},
                                 {"typ", "JWT"},
                                 {"x5t", thumbprint(who.certificate.get(), EVP_sha1())},
                                 {"x5t#S256", thumbprint(who.certificate.get(), EVP_sha256())}};
    const auto now = claims.now.time_since_epoch().count();
    const nlohmann::json body = {{"aud", claims.audience}, {"iss", claims.client}, {"sub", claims.client},
                                 {"jti", claims.id},       {"nbf", now},           {"iat", now},
                                 {"exp", now + 600}};
    const std::string text = url_text(head.dump()) + "." + url_text(body.dump());
    return text + "." + signature(who.key.get(), text);
}

}  // namespace emsctl::transport
