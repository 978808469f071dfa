// Terminal servers that others wrote: ser2net on a pseudo-terminal, QEMU's telnet port; and the quirks of scripted
// ones.
#include "transport/telnet_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <fstream>

#include "tests/support/both_ways.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/deadline.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/socket_stream.hpp"
#include "transport/transport_error.hpp"

using namespace emsctl::transport;
using namespace std::chrono_literals;
using emsctl::test::peer;
using emsctl::test::peers_are_there;
using emsctl::tests::spin;

namespace {

// A terminal server in front of a pseudo-terminal whose other side sends everything back.
struct terminal_server {
    emsctl::test::scratch_folder where;
    std::string port = emsctl::test::free_port();
    std::unique_ptr<peer> line;
    std::unique_ptr<peer> server;

    explicit terminal_server(const std::string& kind) {
        line = std::make_unique<peer>(
            std::vector<std::string>{"socat", "-d", "-d", "PTY,rawer,link=" + (where / "tty"), "EXEC:cat"},
            "starting data transfer");
        std::ofstream(where / "ser2net.yaml") << "connection: &one\n  accepter: " << kind << "tcp,127.0.0.1," << port
                                              << "\n  connector: serialdev," << (where / "tty") << ",115200n81,local\n";
        server =
            std::make_unique<peer>(std::vector<std::string>{"ser2net", "-n", "-d", "-c", where / "ser2net.yaml"}, "");
    }
};

asio::awaitable<std::unique_ptr<byte_stream>> open(std::string address, std::vector<std::string>* warnings = nullptr) {
    const openers doors = standard_openers();
    open_options options;
    options.wait = 30s;  // ser2net does not say when it listens
    if (warnings) options.context.warn = [warnings](const std::string& text) { warnings->push_back(text); };
    auto where = doors.parse(address).value();
    auto opening = doors.open(std::move(where), options);
    co_return co_await std::move(opening);
}

asio::awaitable<std::string> echo(std::string address, std::size_t count, std::vector<std::string>* warnings) {
    auto opening = open(std::move(address), warnings);
    const auto road = co_await std::move(opening);
    auto difference = co_await emsctl::tests::echo_both_ways(*road, count, 5);
    road->close();
    co_return difference;
}

asio::awaitable<std::string> read_until(byte_stream& road, std::string wanted) {
    std::string all;
    std::array<char, 4096> buffer{};
    while (all.find(wanted) == std::string::npos) {
        const auto count = co_await road.read_some(buffer);
        all.append(buffer.data(), count);
    }
    co_return all;
}

asio::awaitable<std::string> second_client(std::string address) {
    auto first_opening = open(address);
    const auto first = co_await std::move(first_opening);
    std::string error = "the second client was let in";
    try {
        auto second_opening = open(address);
        const auto second = co_await std::move(second_opening);
        auto reading = read_until(*second, "nothing");
        co_await within(30s, std::move(reading));
    } catch (const boost::system::system_error& e) {
        error = std::string(e.what());
    }
    first->close();
    co_return error;
}

asio::awaitable<std::string> text_from(std::string address, std::string wanted) {
    auto opening = open(std::move(address));
    const auto road = co_await std::move(opening);
    auto reading = read_until(*road, wanted);
    auto text = co_await within(60s, std::move(reading));
    road->close();
    co_return text;
}

asio::awaitable<void> send_break(std::string address) {
    auto opening = open(std::move(address));
    const auto road = co_await std::move(opening);
    co_await road->signal(out_of_band());
    road->close();
}

// A server that says `greeting` to its one client, whatever comes, and hangs up if it must.
asio::awaitable<void> serve(std::shared_ptr<stream_listener> listener, std::string greeting, bool hangs_up) {
    auto client = co_await listener->accept();
    co_await client->write_all(greeting);
    std::array<char, 256> buffer{};
    while (!hangs_up) co_await client->read_some(buffer);
    client->close();
}

}  // namespace

TEST_SUITE("transport/telnet_stream") {
    TEST_CASE("ten megabytes of every byte value go both ways at once through ser2net's telnet") {
        if (!peers_are_there({"ser2net", "socat"})) return;
        const terminal_server server("telnet,");
        asio::io_context io;
        std::vector<std::string> warnings;
        CHECK(spin(io, echo("telnet:127.0.0.1:" + server.port, 10 << 20, &warnings)) == "");
        CHECK(warnings.empty());
    }

    TEST_CASE("rfc2217 sets ser2net's line, sends a BREAK, and carries a megabyte both ways") {
        if (!peers_are_there({"ser2net", "socat"})) return;
        const terminal_server server("telnet(rfc2217),");
        const std::string address = "rfc2217:127.0.0.1:" + server.port + "?baud=9600";
        asio::io_context io;
        std::vector<std::string> warnings;
        CHECK(spin(io, echo(address, 1 << 20, &warnings)) == "");
        for (const auto& text : warnings) MESSAGE(text);
        CHECK(warnings.empty());
        asio::io_context again;
        spin(again, send_break(address));
    }

    TEST_CASE("the second client of a line is told that it is in use") {
        if (!peers_are_there({"ser2net", "socat"})) return;
        const terminal_server server("telnet(rfc2217),");
        asio::io_context io;
        const auto text = spin(io, second_client("rfc2217:127.0.0.1:" + server.port));
        CAPTURE(text);
        CHECK(text.find("already in use") != std::string::npos);
    }

    TEST_CASE("QEMU's telnet port shows what its firmware writes") {
        if (!peers_are_there({"qemu-system-x86_64"})) return;
        const std::string port = emsctl::test::free_port();
        const peer machine(
            {"qemu-system-x86_64", "-accel", "tcg", "-display", "none", "-monitor", "none", "-net", "none", "-machine",
             "graphics=off", "-serial", "telnet:127.0.0.1:" + port + ",server=on,wait=on"},
            "");
        asio::io_context io;
        CHECK(spin(io, text_from("telnet:127.0.0.1:" + port, "SeaBIOS")).find("SeaBIOS") != std::string::npos);
    }

    TEST_CASE("a server that never negotiates is used all the same, and the person is told") {
        asio::io_context io;
        std::shared_ptr<stream_listener> listener = listen_tcp(io.get_executor(), "127.0.0.1", "0");
        asio::co_spawn(io, serve(listener, "SAC>", false), asio::detached);
        const auto talk = [](std::string address, std::vector<std::string>* warnings) -> asio::awaitable<std::string> {
            auto opening = open(std::move(address), warnings);
            const auto road = co_await std::move(opening);
            auto text = co_await read_until(*road, "SAC>");
            road->close();
            co_return text;
        };
        std::vector<std::string> warnings;
        const std::string address = listener->address();
        CHECK(spin(io, talk("telnet" + address.substr(address.find(':')), &warnings)) == "SAC>");
        REQUIRE(warnings.size() == 1);
        CHECK(warnings[0].find("raw=yes") != std::string::npos);
    }

    TEST_CASE("a refusal in words is an error with its code") {
        const auto code_of = [](const std::string& words) {
            asio::io_context io;
            std::shared_ptr<stream_listener> listener = listen_tcp(io.get_executor(), "127.0.0.1", "0");
            asio::co_spawn(io, serve(listener, "\xff\xfb\x03" + words + "\r\n", true), asio::detached);
            const std::string address = listener->address();
            boost::system::error_code code;
            try {
                spin(io, text_from("telnet" + address.substr(address.find(':')), "never"));
            } catch (const boost::system::system_error& error) {
                code = error.code();
            }
            return code;
        };
        CHECK(code_of("Port already in use") == transport_error::busy);
        CHECK(code_of("kicked off, new user is coming") == transport_error::evicted);
        CHECK(code_of("Device open failure: no such file") == transport_error::wrong_state);
        CHECK(code_of("Welcome") == transport_error::closed);
    }
}
