// That the double of Azure, which other tests rely on, answers, carries, refuses and notices what it should.
#include "tests/support/azure_double.hpp"

#include <doctest/doctest.h>

#include <boost/system/system_error.hpp>

#include "tests/support/both_ways.hpp"
#include "transport/transport_error.hpp"
#include "transport/websocket.hpp"

using namespace emsctl::transport;
using emsctl::test::azure_double;
using emsctl::test::peers_are_there;
using emsctl::tests::spin;

namespace {

const std::string subscription = "/subscriptions/11111111-2222-3333-4444-555555555555";
const std::string machine = subscription + "/resourcegroups/rescue/providers/Microsoft.Compute/virtualMachines/winbox";
const std::string connect_path =
    machine + "/providers/Microsoft.SerialConsole/serialPorts/0/connect?api-version=2018-05-01";

bool double_can_run() {
    return peers_are_there({"/usr/bin/python3", "/usr/lib/python3/dist-packages/websockets"});
}

http_reply connect(const azure_double& azure, const std::string& token) {
    return azure.call("POST", connect_path,
                      {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}});
}

std::string console_url(const azure_double& azure, const std::string& token) {
    return nlohmann::json::parse(connect(azure, token).body).at("connectionString").get<std::string>() +
           "?authorization=" + token + "&new=1";
}

websocket_message text(const std::string& bytes) {
    websocket_message message;
    message.what = websocket_message::kind::text;
    message.bytes = bytes;
    return message;
}

// As the service's own client does: the token in the query, as the first message, and after the first one received.
asio::awaitable<std::unique_ptr<websocket>> attach(std::string url, std::string token) {
    websocket_settings settings;
    settings.url = std::move(url);
    const road_context context;
    auto connecting = connect_websocket(settings, context);
    auto socket = co_await std::move(connecting);
    const auto message = text(token);
    co_await socket->write(message, sensitivity::secret);
    co_await socket->read();
    co_await socket->write(message, sensitivity::secret);
    co_return socket;
}

asio::awaitable<std::string> echo(std::string url, std::string token, std::size_t count) {
    auto attaching = attach(std::move(url), std::move(token));
    auto socket = co_await std::move(attaching);
    const auto road = bytes_over(std::move(socket), websocket_message::kind::binary);
    auto difference = co_await emsctl::tests::echo_both_ways(*road, count, 1);
    road->close();
    co_return difference;
}

asio::awaitable<std::string> answer_to(std::string url, std::string token, std::string bytes) {
    auto attaching = attach(std::move(url), std::move(token));
    auto socket = co_await std::move(attaching);
    const auto message = text(bytes);
    co_await socket->write(message);
    const auto answer = co_await socket->read();
    socket->close();
    co_return answer.bytes;
}

// The close code with which the console ends.
asio::awaitable<unsigned> end_of(std::string url) {
    websocket_settings settings;
    settings.url = std::move(url);
    const road_context context;
    auto connecting = connect_websocket(settings, context);
    const auto socket = co_await std::move(connecting);
    try {
        while (true) co_await socket->read();
    } catch (const boost::system::system_error&) {
    }
    co_return socket->close_code();
}

}  // namespace

TEST_SUITE("transport/azure_double") {
    TEST_CASE("the double of Azure carries every byte unharmed, in whatever messages") {
        if (!double_can_run()) return;
        azure_double azure;
        const auto token = azure.token();
        const std::map<std::string, std::size_t> counts = {{"text", 10 << 20},     {"binary", 10 << 20},
                                                           {"mixed", 1 << 20},     {"split", 1 << 20},
                                                           {"fragments", 1 << 20}, {"bytes", 10'000}};
        for (const auto& [frames, count] : counts) {
            CAPTURE(frames);
            azure.set({{"frames", frames}});
            asio::io_context io;
            CHECK(spin(io, echo(console_url(azure, token), token, count)) == "");
        }
        CHECK(azure.violations().empty());
    }

    TEST_CASE("the double of Azure closes a console whose client did not show its token in all three places") {
        if (!double_can_run()) return;
        azure_double azure({"trust_limit=0.2"});
        asio::io_context io;
        CHECK(spin(io, end_of(console_url(azure, azure.token()))) == 1011);
    }

    TEST_CASE("the double of Azure takes a connection string once") {
        if (!double_can_run()) return;
        azure_double azure;
        const auto token = azure.token();
        const auto url = console_url(azure, token);
        asio::io_context io;
        CHECK(spin(io, answer_to(url, token, "hello")) == "hello");
        CHECK_THROWS_AS(spin(io, answer_to(url, token, "hello")), boost::system::system_error);
    }

    TEST_CASE("the double of Azure notices a token on the serial line") {
        if (!double_can_run()) return;
        azure_double azure;
        const auto token = azure.token();
        asio::io_context io;
        CHECK(spin(io, answer_to(console_url(azure, token), token, token)) == token);
        CHECK(azure.violations() == std::vector<std::string>{"a token reached the serial line"});
    }

    TEST_CASE("the double of Azure refuses as it is told, and as often") {
        if (!double_can_run()) return;
        azure_double azure({"fail=connect:locked:1"});
        const auto token = azure.token();
        const auto refused = connect(azure, token);
        CHECK(refused.status == 409);
        CHECK(nlohmann::json::parse(refused.body)["error"]["code"] == "ScopeLocked");
        CHECK(connect(azure, token).status == 200);
        CHECK(azure.call("POST", connect_path, {{"Authorization", "Bearer " + token}}).status == 415);
        CHECK(connect(azure, "eyJ.unknown.token").status == 401);
        azure.set({{"fail", "connect:throttled"}});
        CHECK(connect(azure, token).header("retry-after") == "17");
    }
}
