// azure: addresses: the serial console of a virtual machine, through Resource Manager's `connect` and the websocket of
// the console's gateway, as the az serial-console extension does it.
#pragma once

#include <memory>

#include "transport/azure_settings.hpp"
#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

// Looks at power state, boot diagnostics and the subscription's switch first and warns; the service decides. A console
// that another user takes ends with transport_error::evicted and is not fought for. signal() does NMI, reset and SysRq.
asio::awaitable<std::unique_ptr<byte_stream>> connect_azure(azure_settings settings, road_context context);

}  // namespace emsctl::transport
