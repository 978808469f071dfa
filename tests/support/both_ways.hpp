// Pushes bytes of every value through a road whose far end sends them back, both directions busy at once, and compares.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "transport/byte_stream.hpp"

namespace emsctl::tests {

// `count` bytes that a seed fixes; every value occurs.
std::string noise(std::size_t count, std::uint64_t seed);

// Writes noise in uneven pieces while reading what comes back. Returns "" when all came back unharmed, else what is
// different and where.
boost::asio::awaitable<std::string> echo_both_ways(transport::byte_stream& road, std::size_t count, std::uint64_t seed);

}  // namespace emsctl::tests
