// Real X.509 certificates, made deterministically: one key for every simulated machine, made of two fixed primes. It
// protects nothing: the simulated machine speaks no TLS, it only shows its certificates.
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sac/guest/certificates.hpp"

namespace emsctl::guest {

namespace {

constexpr const char* first_prime =
    "E0209514AEC3C1AC3E628850B9CFFCBC0D79C7621A65C5C3EDA08BF05F4B56DDE76E292E97FAB9B4A9894A6AFDE56D40"
    "CD86080E97E3B57985CBA322BEDB0BA6E9CA6314C95E090FE865F7FDBAFEC89D74A2298A1C85A96CD99924E0E08BCB2A"
    "520BB3AA44B42A069398A96E2F23D9117AFFF8682A3B194366FF124761FF0945";
constexpr const char* second_prime =
    "DE342EC720DF5FB86E42F3B7D27F38EF1D74C87543EB3179D85E751ABA5427917149A0060ED154B9ED6ECDD681EB0EF6"
    "D43859C46EE3DA12CC672742EDF29F2B0D54CC361560ECA3E24C6833A013BE50A67AD957C886132736CB322E053F8000"
    "8F2DA601796A3EF1F3B119B2E9A46A54D47E651D45CC77B8D03B3B2CA7A8BABF";

template <auto Free>
struct deleter {
    template <class T>
    void operator()(T* what) const {
        Free(what);
    }
};
using number = std::unique_ptr<BIGNUM, deleter<BN_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, deleter<X509_free>>;

void check(bool is_good, const char* what) {
    if (!is_good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

key_ptr make_key() {
    const auto parse = [](const char* hex) {
        BIGNUM* out = nullptr;
        check(BN_hex2bn(&out, hex) != 0, "prime");
        return number(out);
    };
    const auto p = parse(first_prime), q = parse(second_prime);
    const number n(BN_new()), e(BN_new()), d(BN_new()), phi(BN_new()), p1(BN_dup(p.get())), q1(BN_dup(q.get()));
    const std::unique_ptr<BN_CTX, deleter<BN_CTX_free>> context(BN_CTX_new());
    check(BN_set_word(e.get(), RSA_F4) && BN_mul(n.get(), p.get(), q.get(), context.get()) &&
              BN_sub_word(p1.get(), 1) && BN_sub_word(q1.get(), 1) &&
              BN_mul(phi.get(), p1.get(), q1.get(), context.get()) &&
              BN_mod_inverse(d.get(), e.get(), phi.get(), context.get()),
          "key arithmetic");
    const std::unique_ptr<OSSL_PARAM_BLD, deleter<OSSL_PARAM_BLD_free>> build(OSSL_PARAM_BLD_new());
    check(OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) &&
              OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) &&
              OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_D, d.get()),
          "key parameters");
    const std::unique_ptr<OSSL_PARAM, deleter<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(build.get()));
    const std::unique_ptr<EVP_PKEY_CTX, deleter<EVP_PKEY_CTX_free>> maker(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY* out = nullptr;
    check(EVP_PKEY_fromdata_init(maker.get()) == 1 &&
              EVP_PKEY_fromdata(maker.get(), &out, EVP_PKEY_KEYPAIR, parameters.get()) == 1,
          "key");
    return key_ptr(out);
}

EVP_PKEY* key() {
    static const key_ptr made = make_key();
    return made.get();
}

void add_extension(X509* cert, int id, const char* value) {
    const std::unique_ptr<X509_EXTENSION, deleter<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, id, value));
    check(extension && X509_add_ext(cert, extension.get(), -1), "extension");
}

x509_ptr parse(std::string_view der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = at + der.size();
    x509_ptr out(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    return at == end ? std::move(out) : nullptr;
}

wall_time time_of(const ASN1_TIME* when) {
    std::tm parts{};
    check(ASN1_TIME_to_tm(when, &parts) == 1, "time");
    return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

// "CN=a, O=b": most specific part first, as certutil and .NET show it.
std::string text_of(const X509_NAME* name) {
    std::string out;
    for (int i = X509_NAME_entry_count(name); i-- > 0;) {
        const auto* entry = X509_NAME_get_entry(name, i);
        const auto* data = X509_NAME_ENTRY_get_data(entry);
        unsigned char* utf8 = nullptr;
        const auto size = ASN1_STRING_to_UTF8(&utf8, data);
        if (size < 0) continue;
        const auto label = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)));
        out += (out.empty() ? "" : ", ") + std::string(label) + "=" +
               std::string(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
        OPENSSL_free(utf8);
    }
    return out;
}

}  // namespace

std::optional<certificate_text> read_certificate(std::string_view der) {
    const auto cert = parse(der);
    if (!cert) return std::nullopt;
    certificate_text out;
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(der.data()), der.size(), digest);
    out.thumbprint = text::hex({reinterpret_cast<const char*>(digest), sizeof digest});
    const auto* serial = X509_get0_serialNumber(cert.get());
    out.serial = text::hex({reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)),
                            static_cast<std::size_t>(ASN1_STRING_length(serial))});
    out.subject = text_of(X509_get_subject_name(cert.get()));
    out.issuer = text_of(X509_get_issuer_name(cert.get()));
    out.not_before = time_of(X509_get0_notBefore(cert.get()));
    out.not_after = time_of(X509_get0_notAfter(cert.get()));
    return out;
}

std::string make_self_signed(const self_signed_request& request) {
    const x509_ptr cert(X509_new());
    check(cert && X509_set_version(cert.get(), X509_VERSION_3), "certificate");
    const number serial(BN_bin2bn(reinterpret_cast<const unsigned char*>(request.serial.data()),
                                  static_cast<int>(request.serial.size()), nullptr));
    check(serial && BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(cert.get())), "serial number");
    auto* name = X509_get_subject_name(cert.get());
    check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(request.common_name.c_str()), -1, -1, 0) &&
              X509_set_issuer_name(cert.get(), name),
          "name");
    check(ASN1_TIME_set(X509_getm_notBefore(cert.get()), std::chrono::system_clock::to_time_t(request.not_before)) &&
              ASN1_TIME_set(X509_getm_notAfter(cert.get()), std::chrono::system_clock::to_time_t(request.not_after)),
          "validity");
    check(X509_set_pubkey(cert.get(), key()), "public key");
    add_extension(cert.get(), NID_ext_key_usage, "serverAuth");
    add_extension(cert.get(), NID_key_usage, "keyEncipherment,dataEncipherment");
    check(X509_sign(cert.get(), key(), EVP_sha256()) > 0, "signature");
    unsigned char* der = nullptr;
    const auto size = i2d_X509(cert.get(), &der);
    check(size > 0, "encoding");
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

const std::vector<certificate>& certificate_stores::in(std::string_view store) const {
    static const std::vector<certificate> none;
    const auto found = stores_.find(std::string(store));
    return found == stores_.end() ? none : found->second;
}

std::vector<std::string> certificate_stores::names() const {
    std::vector<std::string> out;
    for (const auto& [name, content] : stores_) out.push_back(name);
    return out;
}

const certificate* certificate_stores::find(std::string_view store, std::string_view thumbprint) const {
    for (const auto& entry : in(store))
        if (text::equal_no_case(entry.text.thumbprint, thumbprint)) return &entry;
    return nullptr;
}

bool certificate_stores::add(std::string_view store, std::string der, std::string key_container, std::string key_file) {
    auto said = read_certificate(der);
    if (!said) return false;
    if (find(store, said->thumbprint)) return true;
    stores_[std::string(store)].push_back({std::move(der), *said, std::move(key_container), std::move(key_file)});
    return true;
}

bool certificate_stores::remove(std::string_view store, std::string_view thumbprint) {
    const auto found = stores_.find(std::string(store));
    if (found == stores_.end()) return false;
    return std::erase_if(found->second,
                         [&](const certificate& c) { return text::equal_no_case(c.text.thumbprint, thumbprint); }) != 0;
}

nlohmann::json certificate_stores::state() const {
    auto out = nlohmann::json::object();
    for (const auto& [name, content] : stores_) {
        auto list = nlohmann::json::array();
        for (const auto& entry : content)
            list.push_back({{"thumbprint", entry.text.thumbprint},
                            {"subject", entry.text.subject},
                            {"not_after", iso_time(entry.text.not_after)},
                            {"key_container", entry.key_container}});
        out[name] = std::move(list);
    }
    return out;
}

}  // namespace emsctl::guest
