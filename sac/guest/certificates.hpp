// The machine's certificate stores and their private keys. Certificates are real X.509 DER, made deterministically.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/text.hpp"
#include "sac/guest/win32.hpp"

namespace emsctl::guest {

// What the DER says.
struct certificate_text {
    std::string thumbprint;  // SHA-1, 40 lower-case hex digits
    std::string serial;      // lower-case hex, as certutil prints it
    std::string subject;     // "CN=WS2019"
    std::string issuer;
    wall_time not_before;
    wall_time not_after;
};
std::optional<certificate_text> read_certificate(std::string_view der);

struct self_signed_request {
    std::string common_name;
    wall_time not_before;
    wall_time not_after;
    std::string serial;  // bytes
};
// RSA 2048 with SHA-256, for server authentication, as Remote Desktop makes it. Same request, same bytes.
std::string make_self_signed(const self_signed_request& request);

struct certificate {
    std::string der;
    certificate_text text;
    // Name and file of the key container its properties point to; empty without one. The file may be missing.
    std::string key_container;
    std::string key_file;
};

class certificate_stores {
  public:
    // LocalMachine stores by their system name: "My", "Root", "CA", "Remote Desktop".
    bool has(std::string_view store) const { return stores_.contains(store); }
    void create(std::string_view store) { stores_.try_emplace(std::string(store)); }
    const std::vector<certificate>& in(std::string_view store) const;
    std::vector<std::string> names() const;
    const certificate* find(std::string_view store, std::string_view thumbprint) const;  // any case

    // False when the DER is no certificate. A certificate that is there already keeps its place and its key.
    bool add(std::string_view store, std::string der, std::string key_container = {}, std::string key_file = {});
    bool remove(std::string_view store, std::string_view thumbprint);

    nlohmann::json state() const;

  private:
    std::map<std::string, std::vector<certificate>, text::less_no_case> stores_;
};

}  // namespace emsctl::guest
