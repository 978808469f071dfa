// Asks an SSH server for its banner and its algorithm lists and leaves: what a person needs to know when the handshake
// found nothing in common. Proves nothing, trusts nothing, sends no secret.
#pragma once

#include <chrono>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/ssh_algorithms.hpp"

namespace emsctl::transport {

// Incomplete or no_ssh where it could not be reached or said something else; throws only when cancelled.
asio::awaitable<ssh_greeting> probe_ssh(std::string host, std::string port, std::chrono::milliseconds limit);

}  // namespace emsctl::transport
