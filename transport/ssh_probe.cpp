#include "transport/ssh_probe.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "transport/deadline.hpp"
#include "transport/socket_stream.hpp"

namespace emsctl::transport {
namespace {

asio::awaitable<ssh_greeting> ask(std::string host, std::string port) {
    auto connecting = connect_tcp(std::move(host), std::move(port));
    const auto road = co_await std::move(connecting);
    std::string hello = "SSH-2.0-emsctl\r\n";
    co_await road->write_all(std::move(hello));
    std::string heard;
    std::array<char, 8192> buffer{};
    auto greeting = read_greeting(heard);
    while (greeting.what == ssh_greeting::kind::incomplete) {
        const auto count = co_await road->read_some(buffer);
        heard.append(buffer.data(), count);
        greeting = read_greeting(heard);
    }
    road->close();
    co_return greeting;
}

}  // namespace

asio::awaitable<ssh_greeting> probe_ssh(std::string host, std::string port, std::chrono::milliseconds limit) {
    try {
        auto asking = ask(std::move(host), std::move(port));
        auto greeting = co_await within(limit, std::move(asking));
        co_return greeting;
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
    }
    co_return ssh_greeting();
}

}  // namespace emsctl::transport
