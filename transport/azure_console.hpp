// azure: addresses: the serial console of a virtual machine, through Resource Manager's `connect` and the websocket of
// the console's gateway, as the az serial-console extension does it.
#pragma once

#include <memory>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"

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

// Looks at power state, boot diagnostics and the subscription's switch first and warns; the service decides. A console
// that another user takes ends with transport_error::evicted and is not fought for. signal() does NMI, reset and SysRq.
asio::awaitable<std::unique_ptr<byte_stream>> connect_azure(azure_settings settings, road_context context);

}  // namespace emsctl::transport
