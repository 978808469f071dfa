#include "transport/azure_settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "transport/web_address.hpp"

namespace emsctl::transport {
namespace {

bool is_guid(const std::string& text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
    }
    return true;
}

}  // namespace

std::string azure_settings::path() const {
    const std::string parent =
        "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers/Microsoft.Compute/";
    if (instance.empty()) return parent + "virtualMachines/" + machine;
    return parent + "virtualMachineScaleSets/" + machine + "/virtualMachines/" + instance;
}

address_result<azure_settings> parse_azure_settings(const endpoint& where) {
    azure_settings settings;
    std::vector<std::string> parts(1);
    for (const char c : where.target) {
        if (c == '/')
            parts.emplace_back();
        else
            parts.back().push_back(c);
    }
    const auto is_odd = [](const std::string& part) {
        return part.find_first_not_of('.') == std::string::npos || !std::ranges::all_of(part, [](unsigned char c) {
                   return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '(' || c == ')';
               });
    };
    if (parts.size() < 3 || parts.size() > 4 || std::ranges::any_of(parts, is_odd))
        return bad_address{"azure: is SUBSCRIPTION/GROUP/MACHINE, or SUBSCRIPTION/GROUP/SCALESET/INSTANCE"};
    if (!is_guid(parts[0]))
        return bad_address{"azure: the subscription is its id (a GUID), not its name; az account list shows the ids"};
    settings.subscription = parts[0];
    settings.group = parts[1];
    settings.machine = parts[2];
    if (parts.size() == 4) settings.instance = parts[3];
    for (const auto& [name, value] : where.parameters) {
        if (name == "cloud") {
            if (value == "usgov")
                settings.manager = "https://management.usgovcloudapi.net";
            else if (value != "public")
                return bad_address{"cloud is public or usgov, not \"" + value + "\""};
        } else if (name == "endpoint") {
            const auto url = parse_web_address(value);
            if (url.has_error()) return bad_address{"endpoint: " + url.error().text};
            if (!url->is_secure() && url->host != "127.0.0.1" && url->host != "::1")
                return bad_address{"endpoint is an https URL: a token goes there"};
            settings.manager = value.ends_with('/') ? value.substr(0, value.size() - 1) : value;
        } else if (name == "send") {
            if (value != "text" && value != "binary" && value != "auto")
                return bad_address{"send is auto, text or binary, not \"" + value + "\""};
            settings.send = value;
        } else if (name == "token") {
            static const std::array<std::string, 6> sources = {"auto",     "az",     "managed",
                                                               "workload", "secret", "certificate"};
            if (!value.starts_with("env:") && std::ranges::find(sources, value) == sources.end())
                return bad_address{
                    "token is auto, az, managed, workload, secret, certificate or env:VARIABLE; a token itself does "
                    "not "
                    "stand in an address"};
            settings.token = value;
        }
    }
    return settings;
}

}  // namespace emsctl::transport
