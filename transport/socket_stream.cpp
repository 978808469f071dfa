#include "transport/socket_stream.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "transport/detail/admission.hpp"
#include "transport/detail/asio_road.hpp"
#include "transport/line_clock.hpp"

namespace emsctl::transport {
namespace {

using tcp = asio::ip::tcp;
using local = asio::local::stream_protocol;

std::string tcp_text(const std::string& host, const std::string& port) {
    return "tcp:" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

local::endpoint local_address(const std::string& path) {
    // sun_path holds 108 bytes with its terminator.
    if (path.size() > 107) fail(transport_error::bad_address, "unix:" + path + ": the path is longer than 107 bytes");
    return local::endpoint(path);
}

void tune(tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
}
void tune(local::socket&) {}

template <class Protocol>
class listener final : public stream_listener {
  public:
    listener(typename Protocol::acceptor acceptor, std::string address, std::string file = "")
        : acceptor_(std::move(acceptor)), address_(std::move(address)), file_(std::move(file)) {}
    ~listener() override { listener::close(); }

    asio::awaitable<std::unique_ptr<byte_stream>> accept() override {
        boost::system::error_code error;
        typename Protocol::socket client(acceptor_.get_executor());
        co_await acceptor_.async_accept(client, asio::redirect_error(asio::use_awaitable, error));
        if (!acceptor_.is_open()) fail(transport_error::closed, address_);
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error, address_);
        if (error) fail_because(error, address_);
        tune(client);
        co_return std::make_unique<detail::asio_road<typename Protocol::socket>>(std::move(client),
                                                                                 "a client of " + address_);
    }

    void close() noexcept override {
        if (acceptor_.is_open() && !file_.empty()) ::unlink(file_.c_str());
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }

    std::string address() const override { return address_; }

  private:
    typename Protocol::acceptor acceptor_;
    std::string address_;
    std::string file_;
};

void remove_dead_socket(const asio::any_io_executor& executor, const std::string& path) {
    struct stat facts {};
    if (::lstat(path.c_str(), &facts) != 0) return;
    if (!S_ISSOCK(facts.st_mode)) fail(transport_error::busy, "unix:" + path + ": there is a file of another kind");
    local::socket probe(executor);
    boost::system::error_code error;
    probe.connect(local_address(path), error);
    if (error != boost::system::errc::connection_refused)
        fail(transport_error::busy, "unix:" + path + ": another program listens there");
    ::unlink(path.c_str());
}

struct reception {
    std::function<detail::admission()> look;
    std::function<std::string()> other_client;
};

// A server that only has much to do takes us within a moment; one that serves another client never does.
asio::awaitable<void> be_let_in(reception door, std::string name, road_context context) {
    using namespace std::chrono_literals;
    line_timer timer(co_await asio::this_coro::executor);
    line_clock::duration pause = 1ms;
    const auto deadline = line_clock::now() + 1s;
    auto seen = door.look();
    while (seen == detail::admission::waiting && line_clock::now() < deadline) {
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
        pause = std::min<line_clock::duration>(pause * 2, 100ms);
        seen = door.look();
    }
    if (seen == detail::admission::waiting) {
        const auto other = door.other_client();
        if (!other.empty())
            fail(transport_error::busy,
                 name + ": connected, but " + other + " is served there, and the server takes one at a time");
        context.tell(name +
                     ": connected, but the program that listens there has not taken the connection yet; it is "
                     "stopped, or busy");
    }
    context.pass(station::connection, name + (seen == detail::admission::let_in    ? ", let in"
                                              : seen == detail::admission::unknown ? ""
                                                                                   : ", not let in yet"));
}

}  // namespace

asio::awaitable<std::unique_ptr<byte_stream>> connect_tcp(std::string host, std::string port, road_context context) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string name = tcp_text(host, port);
    boost::system::error_code error;
    tcp::resolver resolver(executor);
    auto found = co_await resolver.async_resolve(host, port, asio::redirect_error(asio::use_awaitable, error));
    tcp::socket socket(executor);
    if (!error) co_await asio::async_connect(socket, found, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, name);
    if (error) fail_because(error, name);
    tune(socket);
    const int fd = socket.native_handle();
    reception door;
    door.look = [fd] { return detail::tcp_admission(fd); };
    door.other_client = [fd] { return detail::other_client_of_tcp(fd); };
    co_await be_let_in(door, name, context);
    co_return std::make_unique<detail::asio_road<tcp::socket>>(std::move(socket), name);
}

asio::awaitable<std::unique_ptr<byte_stream>> connect_unix(std::string path, road_context context) {
    const auto executor = co_await asio::this_coro::executor;
    const auto address = local_address(path);
    boost::system::error_code error;
    local::socket socket(executor);
    co_await socket.async_connect(address, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, "unix:" + path);
    if (error) fail_because(error, "unix:" + path);
    reception door;
    door.look = [fd = socket.native_handle()] { return detail::unix_admission(fd); };
    door.other_client = [path] { return detail::other_client_of_unix(path); };
    const std::string name = "unix:" + path;
    co_await be_let_in(door, name, context);
    co_return std::make_unique<detail::asio_road<local::socket>>(std::move(socket), name);
}

std::unique_ptr<stream_listener> listen_tcp(asio::any_io_executor executor, std::string host, std::string port) {
    boost::system::error_code error;
    tcp::resolver resolver(executor);
    const auto found = resolver.resolve(host, port, tcp::resolver::passive, error);
    if (error) fail_because(error, tcp_text(host, port));
    tcp::acceptor acceptor(executor);
    const auto address = found.begin()->endpoint();
    acceptor.open(address.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(address, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) fail_because(error, tcp_text(host, port));
    const auto taken = std::to_string(acceptor.local_endpoint().port());
    return std::make_unique<listener<tcp>>(std::move(acceptor), tcp_text(host, taken));
}

std::unique_ptr<stream_listener> listen_unix(asio::any_io_executor executor, std::string path) {
    remove_dead_socket(executor, path);
    local::acceptor acceptor(executor);
    boost::system::error_code error;
    acceptor.open(local(), error);
    const auto address = local_address(path);
    const auto before = ::umask(0177);
    if (!error) acceptor.bind(address, error);
    ::umask(before);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) fail_because(error, "unix:" + path);
    return std::make_unique<listener<local>>(std::move(acceptor), "unix:" + path, path);
}

}  // namespace emsctl::transport
