// Which machine of Azure an address means, and how its cloud is asked. Pure.
#pragma once

#include <string>

#include "transport/endpoint.hpp"

namespace emsctl::transport {

struct azure_settings {
    std::string subscription;  // its GUID
    std::string group;
    std::string machine;   // or the scale set
    std::string instance;  // of a scale set; empty: a single machine
    std::string manager = "https://management.azure.com";
    std::string token = "auto";
    std::string send = "auto";  // text, binary, or text for ASCII and binary for the rest

    std::string path() const;  // of the machine under Resource Manager
};

// SUBSCRIPTION/GROUP/MACHINE, or SUBSCRIPTION/GROUP/SET/INSTANCE; cloud=public or usgov, endpoint=URL (https, or
// loopback), token= and send= as above.
address_result<azure_settings> parse_azure_settings(const endpoint& where);

}  // namespace emsctl::transport
