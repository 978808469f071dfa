#include "transport/web_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "transport/deadline.hpp"
#include "transport/detail/asio_road.hpp"
#include "transport/detail/base64.hpp"
#include "transport/tls_stream.hpp"

namespace emsctl::transport {
namespace {

using tcp = asio::ip::tcp;

// The step's own failure in its words; a passed deadline says which step it was.
[[noreturn]] void explain(const boost::system::error_code& error, const std::string& step) {
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, step);
    fail_because(error, step);
}

template <class T>
asio::awaitable<T> timed(asio::awaitable<T> work, std::chrono::milliseconds limit, std::string step) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await within(limit, std::move(work));
            co_return;
        } else {
            auto value = co_await within(limit, std::move(work));
            co_return value;
        }
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::timed_out) throw;
    }
    fail(transport_error::timed_out, step + ": nothing for " + std::to_string(limit.count()) + " ms");
}

asio::awaitable<tcp::resolver::results_type> resolve(std::string host, std::string port) {
    tcp::resolver resolver(co_await asio::this_coro::executor);
    boost::system::error_code error;
    auto found = co_await resolver.async_resolve(host, port, asio::redirect_error(asio::use_awaitable, error));
    if (error) explain(error, "the name " + host);
    co_return found;
}

asio::awaitable<std::shared_ptr<tcp::socket>> connect(tcp::resolver::results_type found, std::string where) {
    auto socket = std::make_shared<tcp::socket>(co_await asio::this_coro::executor);
    boost::system::error_code error;
    co_await asio::async_connect(*socket, found, asio::redirect_error(asio::use_awaitable, error));
    if (error) explain(error, where);
    socket->set_option(tcp::no_delay(true), error);
    socket->set_option(asio::socket_base::keep_alive(true), error);
    co_return socket;
}

void check_answer(const std::string& head, const std::string& name) {
    const std::string line = head.substr(0, head.find('\r'));
    if (!line.starts_with("HTTP/1.") || line.size() < 12)
        fail(transport_error::bad_protocol, name + ": what answers there is no HTTP proxy");
    const std::string status = line.substr(9, 3);
    if (status == "200") return;
    if (status == "407")
        fail(transport_error::login_refused,
             name + ": the proxy wants a login; HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT gives one");
    if (status == "403") fail(transport_error::forbidden, name + ": the proxy does not allow this host or port (403)");
    fail(transport_error::refused, name + ": the proxy answers " + line.substr(9));
}

// CONNECT (RFC 9110 section 9.3.6). Nothing follows the head of the answer before we speak.
asio::awaitable<void> ask_proxy(std::shared_ptr<tcp::socket> socket, web_address proxy, std::string authority) {
    std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    if (!proxy.user_info.empty())
        request += "Proxy-Authorization: Basic " + detail::to_base64(proxy.user_info) + "\r\n";
    request += "\r\n";
    const std::string name = "the proxy " + proxy.authority();
    boost::system::error_code error;
    const auto from = asio::buffer(request);
    co_await asio::async_write(*socket, from, asio::redirect_error(asio::use_awaitable, error));
    if (error) explain(error, name);
    std::string head;
    auto into = asio::dynamic_buffer(head, 16384);
    co_await asio::async_read_until(*socket, into, "\r\n\r\n", asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::eof || error == asio::error::not_found)
        fail(transport_error::bad_protocol, name + ": what answers there is no HTTP proxy");
    if (error) explain(error, name);
    check_answer(head, name);
}

}  // namespace

asio::awaitable<std::unique_ptr<byte_stream>> connect_web(web_address where, bool may_use_proxy, road_context context) {
    std::optional<web_address> proxy;
    if (may_use_proxy) proxy = proxy_for(where, process_environment());
    const web_address& first = proxy ? *proxy : where;
    const std::string name = (proxy ? "the proxy " : "") + first.authority();
    const auto found = co_await timed(resolve(first.host, first.port), context.step_limit, "the name " + first.host);
    context.pass(station::name, first.host + " is " + found.begin()->endpoint().address().to_string());
    auto socket = co_await timed(connect(found, name), context.step_limit, name);
    context.pass(station::connection, "to " + name);
    if (proxy) {
        co_await timed(ask_proxy(socket, *proxy, where.authority()), context.step_limit, name);
        context.pass(station::proxy, "connects to " + where.authority());
    }
    if (!where.is_secure())
        co_return std::make_unique<detail::asio_road<tcp::socket>>(std::move(*socket), where.shown());
    auto secured = start_tls(std::move(*socket), where.host, where.shown(), context);
    co_return co_await std::move(secured);
}

}  // namespace emsctl::transport
