#include "sac/guest/adapters.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

const std::string interfaces = R"(HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\)";
const std::string connections =
    R"(HKLM\SYSTEM\CurrentControlSet\Control\Network\{4D36E972-E325-11CE-BFC1-08002BE10318}\)";
constexpr const char* lease_values[] = {"DhcpIPAddress", "DhcpSubnetMask", "DhcpDefaultGateway", "DhcpNameServer",
                                        "DhcpServer"};
// RFC 3927: what Windows gives itself when nobody answers. One for each machine is enough.
constexpr const char* of_nobody = "169.254.83.41";

std::string joined(const std::vector<std::string>& list, char separator) {
    std::string out;
    for (const auto& one : list) out += (out.empty() ? "" : std::string(1, separator)) + one;
    return out;
}

std::vector<std::string> parted(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find_first_of(", ", from), text.size());
        if (end > from) out.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return out;
}

std::string first_of(const windows& os, const std::string& key, const char* name) {
    const auto* value = os.reg.value(key, name);
    return value && !value->list.empty() ? value->list[0] : std::string{};
}

ip_settings settings_in(const nlohmann::json& data) {
    return {data.at("address").get<std::string>(), data.at("mask").get<std::string>(),
            data.value("gateway", std::string{}), data.value("dns", std::vector<std::string>{})};
}

bool has_lease(const windows& os, const adapter& which) {
    return os.reg.value(interface_key(which), "DhcpIPAddress") != nullptr;
}

}  // namespace

std::string interface_key(const adapter& which) {
    return interfaces + which.guid;
}

void take_adapters(windows& os, const nlohmann::json& list) {
    for (const auto& data : list) {
        adapter made;
        made.name = data.at("name").get<std::string>();
        made.description = data.value("description", made.description);
        made.guid = data.at("guid").get<std::string>();
        made.mac = data.at("mac").get<std::string>();
        made.link_local = data.value("link_local", std::string{});
        made.suffix = data.value("suffix", std::string{});
        made.is_enabled = data.value("enabled", true);
        made.offer = settings_in(data.at("offer"));
        os.reg.create(connections + made.guid + "\\Connection").set("Name", reg_sz(made.name));
        auto& key = os.reg.create(interface_key(made));
        key.set("EnableDHCP", reg_dword(1));
        key.set("NameServer", reg_sz(""));
        if (data.contains("by_hand")) {
            const auto by_hand = settings_in(data.at("by_hand"));
            use_address(os, made, by_hand, "0");
            use_dns(os, made, by_hand.dns);
        }
        os.adapters.push_back(std::move(made));
    }
}

bool uses_dhcp(const windows& os, const adapter& which) {
    return os.reg.dword(interface_key(which), "EnableDHCP").value_or(0) != 0;
}

std::vector<std::string> dns_set_by_hand(const windows& os, const adapter& which) {
    return parted(os.reg.text(interface_key(which), "NameServer").value_or(""));
}

ip_settings in_effect(const windows& os, const adapter& which) {
    if (!which.is_enabled) return {};
    const auto key = interface_key(which);
    ip_settings out;
    if (!uses_dhcp(os, which))
        out = {
            first_of(os, key, "IPAddress"), first_of(os, key, "SubnetMask"), first_of(os, key, "DefaultGateway"), {}};
    else if (has_lease(os, which))
        out = {os.reg.text(key, "DhcpIPAddress").value_or(""), os.reg.text(key, "DhcpSubnetMask").value_or(""),
               first_of(os, key, "DhcpDefaultGateway"), parted(os.reg.text(key, "DhcpNameServer").value_or(""))};
    else
        out = {of_nobody, "255.255.0.0", {}, {}};
    if (const auto by_hand = dns_set_by_hand(os, which); !by_hand.empty()) out.dns = by_hand;
    return out;
}

void renew_leases(windows& os) {
    const auto* client = os.svc.find("Dhcp");
    const bool is_served = client && client->state == service_state::running;
    for (const auto& one : os.adapters) {
        auto& key = os.reg.create(interface_key(one));
        if (!one.is_enabled || !uses_dhcp(os, one)) {
            for (const char* name : lease_values) key.remove(name);
        } else if (is_served && !has_lease(os, one)) {
            key.set("DhcpIPAddress", reg_sz(one.offer.address));
            key.set("DhcpSubnetMask", reg_sz(one.offer.mask));
            key.set("DhcpDefaultGateway", reg_multi_sz({one.offer.gateway}));
            key.set("DhcpNameServer", reg_sz(joined(one.offer.dns, ' ')));
            key.set("DhcpServer", reg_sz("168.63.129.16"));
        }
    }
}

void drop_leases(windows& os) {
    for (const auto& one : os.adapters)
        for (const char* name : lease_values) os.reg.create(interface_key(one)).remove(name);
}

adapter* find_adapter(windows& os, std::string_view name) {
    const auto found = std::find_if(os.adapters.begin(), os.adapters.end(),
                                    [&](const adapter& a) { return text::equal_no_case(a.name, name); });
    return found == os.adapters.end() ? nullptr : &*found;
}

void enable(windows& os, adapter& which, bool is_on) {
    which.is_enabled = is_on;
    renew_leases(os);
}

void use_dhcp(windows& os, const adapter& which) {
    auto& key = os.reg.create(interface_key(which));
    key.set("EnableDHCP", reg_dword(1));
    for (const char* name : {"IPAddress", "SubnetMask", "DefaultGateway", "DefaultGatewayMetric"}) key.remove(name);
    renew_leases(os);
}

void use_address(windows& os, const adapter& which, const ip_settings& what, const std::string& metric) {
    auto& key = os.reg.create(interface_key(which));
    key.set("EnableDHCP", reg_dword(0));
    key.set("IPAddress", reg_multi_sz({what.address}));
    key.set("SubnetMask", reg_multi_sz({what.mask}));
    const bool has_gateway = !what.gateway.empty();
    key.set("DefaultGateway", reg_multi_sz(has_gateway ? std::vector{what.gateway} : std::vector<std::string>{}));
    key.set("DefaultGatewayMetric", reg_multi_sz(has_gateway ? std::vector{metric} : std::vector<std::string>{}));
    renew_leases(os);
}

void use_dns(windows& os, const adapter& which, const std::vector<std::string>& servers) {
    os.reg.create(interface_key(which)).set("NameServer", reg_sz(joined(servers, ',')));
}

bool is_on_network(const windows& os) {
    return os.is_running() && std::any_of(os.adapters.begin(), os.adapters.end(), [&](const adapter& a) {
               const auto now = in_effect(os, a);
               return !now.address.empty() && now.address == a.offer.address && now.mask == a.offer.mask &&
                      now.gateway == a.offer.gateway;
           });
}

nlohmann::json adapters_state(const windows& os) {
    auto out = nlohmann::json::object();
    for (const auto& one : os.adapters) {
        const auto now = in_effect(os, one);
        out[one.name] = {{"enabled", one.is_enabled},
                         {"mac", one.mac},
                         {"dhcp", uses_dhcp(os, one)},
                         {"address", now.address},
                         {"mask", now.mask},
                         {"gateway", now.gateway},
                         {"dns", now.dns}};
    }
    return out;
}

}  // namespace emsctl::guest
