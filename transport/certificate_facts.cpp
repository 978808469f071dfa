#include "transport/certificate_facts.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <memory>

namespace emsctl::transport {
namespace {

template <class T, void (*Free)(T*)>
struct freed_by {
    void operator()(T* it) const { Free(it); }
};
using certificate_ptr = std::unique_ptr<X509, freed_by<X509, X509_free>>;

struct free_bio {
    void operator()(BIO* it) const { BIO_free(it); }
};

std::string name_text(const X509_NAME* name) {
    const std::unique_ptr<BIO, free_bio> out(BIO_new(BIO_s_mem()));
    // Control characters and what is no ASCII come out escaped: a hostile certificate cannot write to the terminal.
    X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::chrono::sys_seconds point_of(const ASN1_TIME* time) {
    std::tm when{};
    if (ASN1_TIME_to_tm(time, &when) != 1) return {};
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&when)));
}

std::string hexadecimal(const unsigned char* bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
    return text;
}

std::string thumbprint(const X509* certificate, const EVP_MD* method) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (X509_digest(certificate, method, hash.data(), &size) != 1) return {};
    return hexadecimal(hash.data(), size);
}

std::string shown(std::string text) {
    for (auto& c : text)
        if (c < 0x20 || c > 0x7e) c = '?';
    return text;
}

std::string alternative_name(const GENERAL_NAME* name) {
    const auto* text = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const auto* bytes = ASN1_STRING_get0_data(text);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(text));
    if (name->type == GEN_DNS) return shown(std::string(reinterpret_cast<const char*>(bytes), size));
    std::array<char, INET6_ADDRSTRLEN> address{};
    if (size != 4 && size != 16) return {};
    ::inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, address.data(), address.size());
    return address.data();
}

std::vector<std::string> alternative_names(const X509* certificate) {
    std::vector<std::string> names;
    auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
        const auto* one = sk_GENERAL_NAME_value(all, i);
        if (one->type != GEN_DNS && one->type != GEN_IPADD) continue;
        if (auto name = alternative_name(one); !name.empty()) names.push_back(std::move(name));
    }
    GENERAL_NAMES_free(all);
    return names;
}

std::string key_text(X509* certificate) {
    const EVP_PKEY* key = X509_get0_pubkey(certificate);
    if (key == nullptr) return "unreadable";
    return std::string(EVP_PKEY_get0_type_name(key)) + " " + std::to_string(EVP_PKEY_bits(key));
}

bool signed_itself(X509* certificate) {
    if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) != 0) return false;
    EVP_PKEY* key = X509_get0_pubkey(certificate);
    return key != nullptr && X509_verify(certificate, key) == 1;
}

}  // namespace

std::optional<certificate_facts> read_certificate(std::string_view der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const certificate_ptr certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
    if (!certificate) return std::nullopt;
    certificate_facts facts;
    facts.subject = name_text(X509_get_subject_name(certificate.get()));
    facts.issuer = name_text(X509_get_issuer_name(certificate.get()));
    facts.names = alternative_names(certificate.get());
    facts.not_before = point_of(X509_get0_notBefore(certificate.get()));
    facts.not_after = point_of(X509_get0_notAfter(certificate.get()));
    facts.is_self_signed = signed_itself(certificate.get());
    facts.key = key_text(certificate.get());
    facts.signature = OBJ_nid2sn(X509_get_signature_nid(certificate.get()));
    facts.sha1 = thumbprint(certificate.get(), EVP_sha1());
    facts.sha256 = thumbprint(certificate.get(), EVP_sha256());
    return facts;
}

std::string iso_time(std::chrono::sys_seconds when) {
    const std::time_t seconds = when.time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

}  // namespace emsctl::transport
