// The network adapters of the machine and their IPv4 settings. What is configured lies in the registry, as in Windows
// (Tcpip\Parameters\Interfaces\{guid}, its Dhcp* values while there is a lease); whether an adapter is enabled is a
// property of the device. One address for each adapter; no IPv6 settings.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::guest {

class windows;

struct ip_settings {
    std::string address, mask, gateway;  // gateway: "" for none
    std::vector<std::string> dns;
};

struct adapter {
    std::string name;  // of the connection, "Ethernet"
    std::string description = "Microsoft Hyper-V Network Adapter";
    std::string guid;                // "{...}"
    std::string mac;                 // "00-0D-3A-5E-21-7C"
    std::string link_local, suffix;  // fe80::..., the domain of the connection
    bool is_enabled = true;
    ip_settings offer;  // what the network's DHCP server gives this adapter
};

// From the scenario's `adapters`; writes the registry. Throws nlohmann's exceptions.
void take_adapters(windows& os, const nlohmann::json& list);

std::string interface_key(const adapter& which);  // HKLM\...\Interfaces\{guid}
bool uses_dhcp(const windows& os, const adapter& which);
ip_settings in_effect(const windows& os, const adapter& which);  // address "" when there is none
std::vector<std::string> dns_set_by_hand(const windows& os, const adapter& which);

// Asks for leases where DHCP is wanted, drops them where it is not: at boot, and after every change.
void renew_leases(windows& os);
// The power goes, or comes: no lease is left.
void drop_leases(windows& os);

adapter* find_adapter(windows& os, std::string_view name);
void enable(windows& os, adapter& which, bool is_on);
void use_dhcp(windows& os, const adapter& which);
void use_address(windows& os, const adapter& which, const ip_settings& what, const std::string& metric);
void use_dns(windows& os, const adapter& which, const std::vector<std::string>& servers);  // empty: from DHCP

// Some enabled adapter has the address that the network expects of it.
bool is_on_network(const windows& os);

nlohmann::json adapters_state(const windows& os);

}  // namespace emsctl::guest
