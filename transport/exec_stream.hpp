// A console reached through a program ("ipmitool ... sol activate", "virsh console x"): a child process on a raw
// pseudo-terminal of 80x24.
#pragma once

#include <memory>
#include <string>

#include "transport/byte_stream.hpp"

namespace emsctl::transport {

// Reading past the child's end fails with transport_error::closed; the text says how it ended. close() hangs up and
// does not wait for the child. Throws bad_address (quotes), not_found or permission_denied (the program).
std::unique_ptr<byte_stream> start_command(asio::any_io_executor executor, std::string command_line);

}  // namespace emsctl::transport
