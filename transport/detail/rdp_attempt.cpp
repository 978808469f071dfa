#include "transport/detail/rdp_attempt.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "transport/deadline.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport::detail {
namespace {

namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;

// Old servers are the point: everything the library still has is offered, and nothing is verified.
bool prepare(ssl::context& settings, const tls_wish& wish) {
    SSL_CTX* context = settings.native_handle();
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    return SSL_CTX_set_cipher_list(context, "ALL:!aNULL:@SECLEVEL=0") == 1 &&
           SSL_CTX_set_min_proto_version(context, wish.least) == 1 &&
           SSL_CTX_set_max_proto_version(context, wish.most) == 1;
}

rdp_end local_inability(const std::string& why) {
    return {rdp_ending::not_tried, "the OpenSSL of this machine cannot offer it (" + why + ")"};
}

rdp_end end_of_tls(const boost::system::error_code& error) {
    if (error == ssl::error::stream_truncated) return end_of(asio::error::eof);
    if (error.category() != asio::error::get_ssl_category()) return end_of(error);
    const auto code = static_cast<unsigned long>(static_cast<unsigned>(error.value()));
    const int reason = ERR_GET_REASON(code);
    if (reason == SSL_R_NO_PROTOCOLS_AVAILABLE || reason == SSL_R_NO_CIPHERS_AVAILABLE)
        return local_inability(error.message());
    if (reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255) {
        const int alert = reason - SSL_AD_REASON_OFFSET;
        return {rdp_ending::alert, "the TLS alert \"" + std::string(SSL_alert_desc_string_long(alert)) + "\" (" +
                                       std::to_string(alert) + ")"};
    }
    if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_WRONG_SSL_VERSION)
        return {rdp_ending::failed, "the server answered with another version of TLS"};
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
        reason == SSL_R_RECORD_LENGTH_MISMATCH || reason == SSL_R_HTTP_REQUEST)
        return {rdp_ending::not_tls, "what came is no TLS"};
    return {rdp_ending::failed, "TLS failed: " + error.message()};
}

std::optional<certificate_facts> certificate_of(SSL* connection) {
    X509* certificate = SSL_get_peer_certificate(connection);
    if (certificate == nullptr) return std::nullopt;
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(certificate, &bytes);
    X509_free(certificate);
    if (size <= 0) return std::nullopt;
    const std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return read_certificate(der);
}

bool is_address(const std::string& host) {
    boost::system::error_code error;
    asio::ip::make_address(host, error);
    return !error;
}

}  // namespace

rdp_end end_of(const boost::system::error_code& error) {
    namespace errc = boost::system::errc;
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, "rdp-probe");
    if (error == asio::error::eof) return {rdp_ending::closed, "the connection was closed"};
    if (error == errc::connection_reset || error == errc::broken_pipe || error == errc::connection_aborted)
        return {rdp_ending::reset, "the connection was reset"};
    if (error == errc::timed_out) return {rdp_ending::silent, error.message()};
    if (error == errc::connection_refused) return {rdp_ending::refused, "the connection was refused"};
    if (error == errc::host_unreachable || error == errc::network_unreachable || error == errc::permission_denied)
        return {rdp_ending::unreachable, error.message()};
    if (classify(error) == transport_error::not_found) return {rdp_ending::not_found, error.message()};
    return {rdp_ending::failed, error.message()};
}

asio::awaitable<rdp_end> limited(asio::awaitable<rdp_end> operation, std::chrono::milliseconds limit) {
    try {
        rdp_end end = co_await within(limit, std::move(operation));
        co_return end;
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::timed_out) throw;
    }
    const auto ms = limit.count();
    co_return rdp_end{rdp_ending::silent, "nothing came for " + (ms % 1000 == 0 ? std::to_string(ms / 1000) + " s"
                                                                                : std::to_string(ms) + " ms")};
}

asio::awaitable<rdp_end> rdp_attempt::connect(tcp::endpoint where) {
    const auto reach = [](tcp::socket& socket, tcp::endpoint there) -> asio::awaitable<rdp_end> {
        boost::system::error_code error;
        co_await socket.async_connect(there, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return end_of(error);
        co_return rdp_end();
    };
    auto reaching = reach(socket_, where);
    rdp_end end = co_await limited(std::move(reaching), step_limit_);
    boost::system::error_code ignored;
    if (!end.is_an_end()) socket_.set_option(tcp::no_delay(true), ignored);
    co_return end;
}

asio::awaitable<rdp_end> rdp_attempt::negotiate(std::uint32_t protocols) {
    auto asking = exchange(protocols);
    rdp_end end = co_await limited(std::move(asking), step_limit_);
    co_return end;
}

asio::awaitable<rdp_end> rdp_attempt::exchange(std::uint32_t protocols) {
    const std::string request = rdp_connection_request(protocols);
    boost::system::error_code error;
    const auto from = asio::buffer(request);
    co_await asio::async_write(socket_, from, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return end_of(error);
    std::string packet;
    std::array<char, 256> buffer{};
    std::size_t wanted = 0;
    while (wanted == 0 || packet.size() < wanted) {
        // No byte more than the packet: what follows belongs to TLS.
        const std::size_t most = wanted == 0 ? (packet.size() < 4 ? 4 - packet.size() : 1) : wanted - packet.size();
        const auto into = asio::buffer(buffer.data(), std::min(most, buffer.size()));
        const auto count = co_await socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
        if (count == 0) {
            rdp_end end = end_of(error);
            if (!packet.empty()) end.seen += " in the middle of an answer";
            co_return end;
        }
        packet.append(buffer.data(), count);
        const auto length = rdp_packet_length(packet);
        if (length.has_error()) {
            // Some more of it, as far as it is there, tells what it is.
            const auto rest = asio::buffer(buffer);
            socket_.non_blocking(true, error);
            const auto more = error ? 0 : socket_.read_some(rest, error);
            packet.append(buffer.data(), more);
            co_return rdp_end{rdp_ending::not_rdp, rdp_packet_length(packet).error().seen};
        }
        wanted = *length;
    }
    const auto parsed = parse_rdp_reply(packet);
    if (parsed.has_error()) co_return rdp_end{rdp_ending::not_rdp, parsed.error().seen};
    reply_ = *parsed;
    if (!reply_->failure) co_return rdp_end();
    co_return rdp_end{rdp_ending::turned_down, name_of(*reply_->failure), reply_->failure};
}

asio::awaitable<rdp_end> rdp_attempt::shake_hands(tls_wish wish) {
    auto shaking = handshake(std::move(wish));
    rdp_end end = co_await limited(std::move(shaking), step_limit_);
    co_return end;
}

asio::awaitable<rdp_end> rdp_attempt::handshake(tls_wish wish) {
    ERR_clear_error();
    ssl::context settings(ssl::context::tls_client);
    if (!prepare(settings, wish)) {
        ERR_clear_error();
        co_return local_inability("it has no such version");
    }
    ssl::stream<tcp::socket&> secured(socket_, settings);
    if (!is_address(wish.server_name)) SSL_set_tlsext_host_name(secured.native_handle(), wish.server_name.c_str());
    boost::system::error_code error;
    co_await secured.async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return end_of_tls(error);
    SSL* connection = secured.native_handle();
    agreement_ =
        tls_agreement{SSL_get_version(connection), SSL_get_cipher_name(connection), certificate_of(connection)};
    co_return rdp_end();
}

}  // namespace emsctl::transport::detail
