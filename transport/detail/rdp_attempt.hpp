// One connection to a Remote Desktop server: TCP, the X.224 exchange, and TLS as far as it is wanted. Says how it ended
// in the terms of rdp_probe.hpp and throws only operation_aborted.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "transport/rdp_probe.hpp"

namespace emsctl::transport::detail {

// Versions as OpenSSL numbers them (TLS1_VERSION ...); 0: all that the library has.
struct tls_wish {
    tls_wish(int least, int most, std::string server_name)
        : least(least), most(most), server_name(std::move(server_name)) {}

    int least;
    int most;
    std::string server_name;  // sent when it is a name and no address
};

class rdp_attempt {
  public:
    rdp_attempt(asio::any_io_executor executor, std::chrono::milliseconds step_limit)
        : socket_(std::move(executor)), step_limit_(step_limit) {}

    asio::awaitable<rdp_end> connect(asio::ip::tcp::endpoint where);
    // `reply` is set when the end is none, and for turned_down.
    asio::awaitable<rdp_end> negotiate(std::uint32_t protocols);
    asio::awaitable<rdp_end> shake_hands(tls_wish wish);

    const std::optional<rdp_reply>& reply() const { return reply_; }
    const std::optional<tls_agreement>& agreement() const { return agreement_; }

  private:
    asio::awaitable<rdp_end> exchange(std::uint32_t protocols);
    asio::awaitable<rdp_end> handshake(tls_wish wish);

    asio::ip::tcp::socket socket_;
    std::chrono::milliseconds step_limit_;
    std::optional<rdp_reply> reply_;
    std::optional<tls_agreement> agreement_;
};

// The operation's end, or `silent` when the limit passed first.
asio::awaitable<rdp_end> limited(asio::awaitable<rdp_end> operation, std::chrono::milliseconds limit);

// For an error of a socket or a resolver.
rdp_end end_of(const boost::system::error_code& error);

}  // namespace emsctl::transport::detail
