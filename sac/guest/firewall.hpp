// The rules and profiles of Windows Defender Firewall as the registry holds them, and what they let in. The rules are
// values under FirewallPolicy\FirewallRules: "v2.22|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|...|".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emsctl::guest {

class windows;

struct firewall_rule {
    std::string id;  // the name of its value
    std::string version = "v2.22";
    std::vector<std::pair<std::string, std::string>> fields;  // in the order of the text

    std::string get(std::string_view field) const;  // "" when it has none
    void set(std::string_view field, std::string value);
    bool is_active() const { return get("Active") == "TRUE"; }
    std::string text() const;

    // With the resource strings of Remote Desktop filled in; others stay as they are.
    std::string display_name() const;
    std::string group() const;
};

std::optional<firewall_rule> parse_firewall_rule(std::string_view id, std::string_view text);

inline constexpr const char* firewall_rules_key =
    "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules";
std::vector<firewall_rule> firewall_rules(const windows& os);  // those that can be read, in the registry's order

enum class firewall_profile { domain, standard, open };  // "Private" is StandardProfile, "Public" PublicProfile
std::string firewall_profile_key(firewall_profile which);

// Whether somebody outside reaches the port. The machine's network counts as public; a policy goes before the local
// setting; without the firewall's service nothing gets in.
bool firewall_admits(const windows& os, bool is_tcp, std::uint16_t port);

}  // namespace emsctl::guest
