#include "sac/guest/firewall.hpp"

#include <algorithm>

#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

constexpr std::pair<const char*, const char*> resources[] = {
    {"@FirewallAPI.dll,-28752", "Remote Desktop"},
    {"@FirewallAPI.dll,-28775", "Remote Desktop - User Mode (TCP-In)"},
    {"@FirewallAPI.dll,-28776", "Remote Desktop - User Mode (UDP-In)"},
    {"@FirewallAPI.dll,-28778", "Remote Desktop - Shadow (TCP-In)"}};

std::string resolved(const std::string& text) {
    for (const auto& [resource, string] : resources)
        if (text::equal_no_case(text, resource)) return string;
    return text;
}

std::optional<std::uint32_t> setting(const windows& os, firewall_profile which, const char* name) {
    const auto key = firewall_profile_key(which);
    const auto profile = key.substr(key.rfind('\\'));
    const auto policy = os.reg.dword("HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall" + profile, name);
    return policy ? policy : os.reg.dword(key, name);
}

}  // namespace

std::string firewall_rule::get(std::string_view field) const {
    for (const auto& [name, value] : fields)
        if (text::equal_no_case(name, field)) return value;
    return {};
}

void firewall_rule::set(std::string_view field, std::string value) {
    for (auto& [name, old] : fields)
        if (text::equal_no_case(name, field)) {
            old = std::move(value);
            return;
        }
    fields.emplace_back(field, std::move(value));
}

std::string firewall_rule::text() const {
    auto out = version + "|";
    for (const auto& [name, value] : fields) out += name + "=" + value + "|";
    return out;
}

std::string firewall_rule::display_name() const {
    return resolved(get("Name"));
}

std::string firewall_rule::group() const {
    return resolved(get("EmbedCtxt"));
}

std::optional<firewall_rule> parse_firewall_rule(std::string_view id, std::string_view text) {
    firewall_rule out;
    out.id = id;
    bool is_first = true;
    while (!text.empty()) {
        const auto end = std::min(text.find('|'), text.size());
        const auto part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (is_first) {
            out.version = part;
            is_first = false;
            continue;
        }
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        out.fields.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
    if (!out.version.starts_with('v') || out.get("Action").empty()) return std::nullopt;
    return out;
}

std::vector<firewall_rule> firewall_rules(const windows& os) {
    std::vector<firewall_rule> out;
    const auto* key = os.reg.find(firewall_rules_key);
    if (!key) return out;
    for (const auto& [name, value] : key->values)
        if (auto rule = parse_firewall_rule(name, value.text)) out.push_back(std::move(*rule));
    return out;
}

std::string firewall_profile_key(firewall_profile which) {
    std::string policy = firewall_rules_key;
    policy.erase(policy.rfind('\\') + 1);
    return policy + (which == firewall_profile::domain     ? "DomainProfile"
                     : which == firewall_profile::standard ? "StandardProfile"
                                                           : "PublicProfile");
}

bool firewall_admits(const windows& os, bool is_tcp, std::uint16_t port) {
    const auto* service = os.svc.find("MpsSvc");
    if (!service || service->state != service_state::running) return false;
    if (setting(os, firewall_profile::open, "EnableFirewall").value_or(1) == 0) return true;
    if (setting(os, firewall_profile::open, "DoNotAllowExceptions").value_or(0) != 0) return false;
    bool is_allowed = false;
    for (const auto& rule : firewall_rules(os)) {
        const auto profile = rule.get("Profile");
        const auto ports = rule.get("LPort"), protocol = rule.get("Protocol");
        // A rule for a program without a port is about what that program listens on, which is not asked here.
        if (ports.empty() && !rule.get("App").empty()) continue;
        const bool applies = rule.is_active() && text::equal_no_case(rule.get("Dir"), "In") &&
                             (profile.empty() || text::equal_no_case(profile, "Public")) &&
                             (protocol.empty() || protocol == (is_tcp ? "6" : "17")) &&
                             (ports.empty() || ports == std::to_string(port));
        if (!applies) continue;
        if (text::equal_no_case(rule.get("Action"), "Block")) return false;
        is_allowed = true;
    }
    return is_allowed;
}

}  // namespace emsctl::guest
