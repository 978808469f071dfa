// Standard input and output as one road, for a program that stands behind somebody else's line: an SSH server's
// command, an inetd's. A terminal there is put into raw mode, and back at the end.
#pragma once

#include <memory>

#include "transport/byte_stream.hpp"

namespace emsctl {

std::unique_ptr<transport::byte_stream> make_stdio_stream(boost::asio::any_io_executor executor);

}  // namespace emsctl
