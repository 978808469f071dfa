// TLS 1.2 or later over a TCP connection, with the far end's certificate verified for its name.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

// `host` is the name (or address) that the certificate must be for. Throws not_trusted, saying whose certificate it is,
// what is wrong with it and what to do; bad_protocol when the far end speaks no TLS; timed_out.
asio::awaitable<std::unique_ptr<byte_stream>> start_tls(asio::ip::tcp::socket socket, std::string host,
                                                        std::string description, road_context context);

}  // namespace emsctl::transport
