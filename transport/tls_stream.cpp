#include "transport/tls_stream.hpp"

#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "transport/deadline.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

namespace ssl = asio::ssl;
using tcp = asio::ip::tcp;
using tls_socket = ssl::stream<tcp::socket>;

std::string text_of(X509_NAME* name) {
    char text[256] = "";
    X509_NAME_oneline(name, text, sizeof text);
    return text;
}

std::string text_of(const ASN1_TIME* time) {
    std::tm when{};
    char text[32] = "?";
    if (ASN1_TIME_to_tm(time, &when) == 1) std::strftime(text, sizeof text, "%Y-%m-%d", &when);
    return text;
}

std::string names_in(X509* certificate) {
    std::string names;
    auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
        const auto* one = sk_GENERAL_NAME_value(all, i);
        if (one->type != GEN_DNS) continue;
        const auto* text = one->d.dNSName;
        names += (names.empty() ? "" : ", ") + std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                                           static_cast<std::size_t>(ASN1_STRING_length(text)));
    }
    GENERAL_NAMES_free(all);
    return names.empty() ? text_of(X509_get_subject_name(certificate)) : names;
}

// What is wrong with the first certificate that did not pass, in words.
std::string complaint(X509_STORE_CTX* chain) {
    const int error = X509_STORE_CTX_get_error(chain);
    X509* certificate = X509_STORE_CTX_get_current_cert(chain);
    if (certificate == nullptr) return X509_verify_cert_error_string(error);
    std::string text = "the certificate of " + text_of(X509_get_subject_name(certificate)) + ", issued by " +
                       text_of(X509_get_issuer_name(certificate)) + ", ";
    if (error == X509_V_ERR_CERT_HAS_EXPIRED) return text + "expired on " + text_of(X509_get0_notAfter(certificate));
    if (error == X509_V_ERR_CERT_NOT_YET_VALID)
        return text + "is not valid before " + text_of(X509_get0_notBefore(certificate)) + " (is this clock right?)";
    if (error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH)
        return text + "is for " + names_in(certificate) + " and not for this host";
    return text + "is not trusted: " + X509_verify_cert_error_string(error) +
           "; if it is right, --ca-file FILE trusts it";
}

class tls_stream final : public byte_stream {
  public:
    tls_stream(std::shared_ptr<ssl::context> settings, std::unique_ptr<tls_socket> socket, std::string description)
        : settings_(std::move(settings)), socket_(std::move(socket)), description_(std::move(description)) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        boost::system::error_code error;
        const auto into = asio::buffer(buffer.data(), buffer.size());
        const std::size_t n = co_await socket_->async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
        if (n == 0) ended(error);
        co_return n;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity) override {
        boost::system::error_code error;
        const auto from = asio::buffer(bytes);
        co_await asio::async_write(*socket_, from, asio::redirect_error(asio::use_awaitable, error));
        if (error) ended(error);
    }

    // Without the farewell of TLS: those who need to know where the data end have their own, and nothing waits for it.
    void close() noexcept override {
        boost::system::error_code ignored;
        socket_->lowest_layer().shutdown(tcp::socket::shutdown_send, ignored);
        socket_->lowest_layer().close(ignored);
    }

    std::string describe() const override { return description_; }
    asio::any_io_executor get_executor() override { return socket_->get_executor(); }

  private:
    [[noreturn]] void ended(const boost::system::error_code& error) {
        if (!socket_->lowest_layer().is_open()) fail(transport_error::closed, description_);
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error, description_);
        if (error == ssl::error::stream_truncated) fail(transport_error::closed, description_);
        if (error.category() == asio::error::get_ssl_category())
            fail(transport_error::bad_protocol, description_ + ": TLS: " + error.message());
        fail_because(error, description_);
    }

    std::shared_ptr<ssl::context> settings_;
    std::unique_ptr<tls_socket> socket_;  // on the heap: its address must not change while OpenSSL knows it
    std::string description_;
};

std::shared_ptr<ssl::context> make_settings(const std::string& ca_file) {
    auto settings = std::make_shared<ssl::context>(ssl::context::tls_client);
    settings->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    settings->set_default_verify_paths();
    settings->set_verify_mode(ssl::verify_peer);
    if (ca_file.empty()) return settings;
    boost::system::error_code error;
    settings->load_verify_file(ca_file, error);
    if (error)
        fail(transport_error::bad_address, "--ca-file " + ca_file + ": no PEM certificates could be read from it");
    return settings;
}

void expect_name(SSL* connection, const std::string& host) {
    auto* rules = SSL_get0_param(connection);
    boost::system::error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) {
        SSL_set_tlsext_host_name(connection, host.c_str());
        X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
    } else {
        X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
    }
}

std::string what_was_agreed(SSL* connection) {
    std::string text = SSL_get_version(connection);
    if (X509* certificate = SSL_get_peer_certificate(connection)) {
        text += ", certificate for " + names_in(certificate) + " until " + text_of(X509_get0_notAfter(certificate));
        X509_free(certificate);
    }
    return text;
}

}  // namespace

asio::awaitable<std::unique_ptr<byte_stream>> start_tls(tcp::socket socket, std::string host, std::string description,
                                                        road_context context) {
    auto settings = make_settings(context.ca_file);
    std::string trouble;
    settings->set_verify_callback([&trouble](bool is_fine, ssl::verify_context& chain) {
        if (!is_fine && trouble.empty()) trouble = complaint(chain.native_handle());
        return is_fine;
    });
    auto secured = std::make_unique<tls_socket>(std::move(socket), *settings);
    expect_name(secured->native_handle(), host);
    boost::system::error_code error;
    auto shaking = secured->async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
    co_await within(context.step_limit, std::move(shaking));
    if (!trouble.empty()) fail(transport_error::not_trusted, description + ": " + trouble);
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, description);
    if (error.category() == asio::error::get_ssl_category() || error == ssl::error::stream_truncated ||
        error == asio::error::eof)
        fail(transport_error::bad_protocol,
             description + ": the far end does not speak TLS 1.2 or later there (" + error.message() + ")");
    if (error) fail_because(error, description + ": TLS");
    context.pass(station::tls, what_was_agreed(secured->native_handle()));
    SSL_set_verify(secured->native_handle(), SSL_VERIFY_PEER, nullptr);  // the callback refers to this frame
    co_return std::make_unique<tls_stream>(std::move(settings), std::move(secured), std::move(description));
}

}  // namespace emsctl::transport
