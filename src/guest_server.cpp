#include "src/guest_server.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "src/first_to_end.hpp"
#include "src/sim_stream.hpp"
#include "src/stdio_stream.hpp"
#include "src/usage.hpp"
#include "transport/endpoint.hpp"
#include "transport/paced_stream.hpp"
#include "transport/pty_stream.hpp"
#include "transport/socket_stream.hpp"

namespace emsctl {

namespace asio = boost::asio;

guest_server::guest_server(std::shared_ptr<guest::machine> machine, unsigned baud, std::function<void()> after_traffic)
    : machine_(std::move(machine)), baud_(baud), after_traffic_(std::move(after_traffic)) {}

// What the guest sends while nobody is connected is lost, as on a real line.
asio::awaitable<void> guest_server::to_client() {
    std::array<char, 4096> buffer;
    while (true) {
        const std::size_t count = co_await guest_->read_some(buffer);
        after_traffic_();
        const auto client = client_;
        if (!client) continue;
        std::string bytes(buffer.data(), count);
        try {
            co_await client->write_all(std::move(bytes));
        } catch (const boost::system::system_error&) {
            client_.reset();  // it has gone; its reader ends by itself
        }
    }
}

asio::awaitable<void> guest_server::from_client(std::shared_ptr<transport::byte_stream> client) {
    std::array<char, 4096> buffer;
    while (true) {
        const std::size_t count = co_await client->read_some(buffer);
        std::string bytes(buffer.data(), count);
        co_await guest_->write_all(std::move(bytes));
        after_traffic_();
    }
}

asio::awaitable<void> guest_server::mind_reset_button() {
    asio::signal_set button(co_await asio::this_coro::executor, SIGUSR1);
    const transport::out_of_band pressed{transport::out_of_band::kind::reset};
    while (true) {
        co_await button.async_wait(asio::use_awaitable);
        co_await guest_->signal(pressed);
    }
}

asio::awaitable<void> guest_server::serve_clients(std::string listen, std::function<void(std::string)> ready) {
    const auto executor = co_await asio::this_coro::executor;
    if (listen == "pty") {
        std::shared_ptr<transport::pty_stream> pty = transport::open_pty(executor);
        client_ = pty;
        ready("serial:" + pty->client_path());
        co_await from_client(pty);
        co_return;
    }
    if (listen == "stdio") {
        client_ = make_stdio_stream(executor);
        ready(listen);
        co_await from_client(client_);
        co_return;
    }
    const std::vector<std::string> kinds = {"unix", "tcp"};
    const auto where = transport::parse_endpoint(listen, kinds);
    if (where.has_error()) throw usage_error("--listen " + listen + ": pty, unix:PATH, tcp:HOST:PORT or stdio");
    std::unique_ptr<transport::stream_listener> listener;
    if (where->kind == "unix") {
        listener = transport::listen_unix(executor, where->target);
    } else {
        const auto address = transport::parse_host_and_port(where->target);
        if (address.has_error()) throw usage_error(address.error().text);
        listener = transport::listen_tcp(executor, address->host, address->port);
    }
    ready(listener->address());
    while (true) {
        client_ = co_await listener->accept();
        try {
            co_await from_client(client_);
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted) throw;
        }
        client_.reset();
    }
}

asio::awaitable<void> guest_server::serve(std::string listen, std::function<void(std::string)> ready) {
    const auto executor = co_await asio::this_coro::executor;
    guest_ = make_sim_stream(executor, machine_, "simulated guest");
    if (baud_ > 0) guest_ = transport::make_paced(std::move(guest_), baud_);
    auto beside = first_to_end(to_client(), mind_reset_button());
    co_await first_to_end(std::move(beside), serve_clients(std::move(listen), std::move(ready)));
}

}  // namespace emsctl
