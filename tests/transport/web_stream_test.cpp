// Websockets against servers that others wrote: Node's ws and Python's websockets.
#include "transport/web_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <fstream>

#include "tests/support/both_ways.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/deadline.hpp"
#include "transport/http_client.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/transport_error.hpp"
#include "transport/web_address.hpp"

using namespace emsctl::transport;
using emsctl::test::peer;
using emsctl::test::peers_are_there;
using emsctl::tests::spin;

namespace {

const std::string support = EMSCTL_SOURCE_DIR "/tests/support/";
const std::map<std::string, std::string> node_modules = {{"NODE_PATH", "/usr/share/nodejs"}};

// Answers "" or the error's code and text.
struct outcome {
    boost::system::error_code code;
    std::string text;
};

asio::awaitable<std::string> read_until_size(byte_stream& road, std::size_t size) {
    std::string all;
    std::array<char, 65536> buffer{};
    while (all.size() < size) {
        const auto count = co_await road.read_some(buffer);
        all.append(buffer.data(), count);
    }
    co_return all;
}

asio::awaitable<std::string> first_bytes(endpoint where, std::size_t size, road_context context) {
    const openers doors = standard_openers();
    open_options options;
    options.context = std::move(context);
    const auto road = co_await doors.open(std::move(where), options);
    std::string all = co_await read_until_size(*road, size);
    road->close();
    co_return all;
}

outcome failure_of(const std::string& address, std::size_t size = 1, road_context context = {}) {
    asio::io_context io;
    try {
        const auto where = standard_openers().parse(address).value();
        spin(io, first_bytes(where, size, context));
    } catch (const boost::system::system_error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

std::string read_from(const std::string& address, std::size_t size, road_context context = {}) {
    asio::io_context io;
    const auto where = standard_openers().parse(address).value();
    return spin(io, first_bytes(where, size, context));
}

asio::awaitable<std::string> echo(endpoint where, std::size_t count, road_context context) {
    const openers doors = standard_openers();
    open_options options;
    options.context = std::move(context);
    const auto road = co_await doors.open(std::move(where), options);
    auto difference = co_await emsctl::tests::echo_both_ways(*road, count, 1);
    road->close();
    co_return difference;
}

std::string echo_difference(const std::string& address, std::size_t count, road_context context = {}) {
    asio::io_context io;
    return spin(io, echo(standard_openers().parse(address).value(), count, context));
}

asio::awaitable<http_reply> call(std::string url, road_context context) {
    http_request request;
    request.url = std::move(url);
    request.largest_reply = 1000;
    return http_call(std::move(request), std::move(context));
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

// A certificate authority of our own and certificates by it: good for 127.0.0.1, for another name, expired.
void make_certificates(const emsctl::test::scratch_folder& where) {
    const std::string script =
        "set -e; cd " + where.path().string() +
        "; openssl ecparam -genkey -name prime256v1 -noout -out ca.key"
        "; openssl req -x509 -new -key ca.key -subj /CN=emsctl-test-authority -days 30 -out ca.pem"
        "; for n in good other expired; do openssl ecparam -genkey -name prime256v1 -noout -out $n.key"
        "; openssl req -new -key $n.key -subj /CN=$n.test -out $n.csr"
        "; case $n in good) san=IP:127.0.0.1;; other) san=DNS:elsewhere.test;; expired) san=IP:127.0.0.1;; esac"
        "; echo subjectAltName=$san > $n.ext"
        "; days=30; [ $n = expired ] && days=-1"
        "; openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days $days -extfile $n.ext -out "
        "$n.pem"
        "; done";
    REQUIRE(std::system(("( " + script + " ) >/dev/null 2>&1").c_str()) == 0);
}

}  // namespace

TEST_SUITE("transport/web_stream") {
    TEST_CASE("an address keeps its query for the server and its options for us") {
        const auto parse = [](const std::string& kind, const std::string& target) {
            return parse_web_stream(endpoint(kind, target));
        };
        const auto settings =
            parse("wss", "//vm.example/console?token=abc&x=1#subprotocol=none&send=text&ping=0").value();
        CHECK(settings.socket.url == "wss://vm.example/console?token=abc&x=1");
        CHECK(settings.socket.subprotocols.empty());
        CHECK(settings.outgoing == websocket_message::kind::text);
        CHECK(parse("ws", "[::1]:6083/?token=a").value().socket.url == "ws://[::1]:6083/?token=a");
        CHECK(has(parse("ws", "h/#sent=text").error().text, "no such option: sent"));
        CHECK(has(parse("ws", "h/#header=Cookie:EMSCTL_NO_SUCH_VARIABLE").error().text, "EMSCTL_NO_SUCH_VARIABLE"));
        CHECK(!has(parse("ws", "h:port/?token=canary").error().text, "canary"));
        CHECK(parse_web_address("https://Vm.Example/a?b").value().shown() == "https://vm.example:443/a");
    }

    TEST_CASE("the environment's proxy is taken, except for loopback and for what NO_PROXY lists") {
        std::map<std::string, std::string> variables = {{"HTTPS_PROXY", "http://user:secret@proxy.test:3128"},
                                                        {"NO_PROXY", "inside.test, .corp.test"}};
        const environment_reader environment = [&](const std::string& name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        const auto proxy = [&](const char* url) { return proxy_for(parse_web_address(url).value(), environment); };
        CHECK(proxy("wss://a.test/")->authority() == "proxy.test:3128");
        CHECK(proxy("wss://a.test/")->shown() == "http://proxy.test:3128/");
        CHECK(!proxy("ws://a.test/"));
        CHECK(!proxy("https://inside.test/"));
        CHECK(!proxy("https://vm.corp.test/"));
        CHECK(!proxy("https://127.0.0.1/"));
        variables["HTTPS_PROXY"] = "ftp://x";
        CHECK_THROWS(proxy("https://a.test/"));
    }

    TEST_CASE("ten megabytes go both ways at once through Node's ws, unharmed") {
        if (!peers_are_there({"node"})) return;
        const peer server({"node", support + "ws_echo.js"}, "listening", node_modules);
        const std::string address = "ws:127.0.0.1:" + server.port();
        CHECK(echo_difference(address + "/", 10 << 20) == "");
        CHECK(echo_difference(address + "/#subprotocol=none", 1 << 20) == "");
    }

    TEST_CASE("ten megabytes go both ways at once through Python's websockets, unharmed") {
        if (!peers_are_there({"/usr/bin/python3"})) return;
        const peer server({"/usr/bin/python3", support + "ws_echo.py"}, "listening");
        CHECK(echo_difference("ws:127.0.0.1:" + server.port() + "/", 10 << 20) == "");
    }

    TEST_CASE("whatever shape the messages have, their bytes arrive") {
        if (!peers_are_there({"node"})) return;
        const peer server({"node", support + "ws_echo.js"}, "listening", node_modules);
        const std::string address = "ws:127.0.0.1:" + server.port();
        CHECK(read_from(address + "/broken-utf8", 4) == "S\xff\xc3(");
        CHECK(read_from(address + "/split-character", 2) == "\xc3\xa9");
        CHECK(read_from(address + "/one-byte", 4) == "SAC>");
        CHECK(read_from(address + "/fragments", 4) == "SAC>");
        CHECK(read_from(address + "/huge", 8 << 20) == std::string(8 << 20, 'a'));
        CHECK(read_from(address + "/pings", 8) == "pong:one");
        CHECK(read_from(address + "/headers", 20).find("origin") == std::string::npos);
    }

    TEST_CASE("every way to be refused or left is one message, and none shows the query") {
        if (!peers_are_there({"node"})) return;
        const peer server({"node", support + "ws_echo.js"}, "listening", node_modules);
        const std::string address = "ws:127.0.0.1:" + server.port();
        const auto check = [&](const std::string& path, transport_error code, const std::string& part) {
            const auto failure = failure_of(address + path + "?token=canary");
            CAPTURE(path);
            CHECK(failure.code == code);
            CHECK(has(failure.text, part));
            CHECK(failure.text.find("canary") == std::string::npos);
        };
        check("/401", transport_error::login_refused, "401");
        check("/403", transport_error::forbidden, "403");
        check("/404", transport_error::not_found, "404");
        check("/500", transport_error::bad_protocol, "500");
        check("/close", transport_error::closed, "1011 (Connection not trusted)");
        check("/reset", transport_error::closed, "1006");
        check("/masked", transport_error::bad_protocol, "masked");
        check("/reserved", transport_error::bad_protocol, "reserved");
        CHECK(failure_of("ws:127.0.0.1:1/").code == transport_error::refused);
        CHECK(failure_of("ws:no-such-host.invalid/").code == transport_error::not_found);
        CHECK(has(failure_of("wss:127.0.0.1:" + server.port() + "/").text, "does not speak TLS"));
    }

    TEST_CASE("TLS is verified: a right certificate carries ten megabytes, a wrong one says what is wrong with it") {
        if (!peers_are_there({"node", "openssl"})) return;
        const emsctl::test::scratch_folder where;
        make_certificates(where);
        road_context trusting;
        trusting.ca_file = where / "ca.pem";
        const auto start = [&](const std::string& name) {
            return std::make_unique<peer>(std::vector<std::string>{"node", support + "ws_echo.js", "--tls",
                                                                   where / (name + ".key"), where / (name + ".pem")},
                                          "listening", node_modules);
        };
        const auto good = start("good");
        const std::string address = "wss:127.0.0.1:" + good->port() + "/";
        CHECK(echo_difference(address, 10 << 20, trusting) == "");
        const auto unknown = failure_of(address);
        CHECK(unknown.code == transport_error::not_trusted);
        CHECK(has(unknown.text, "emsctl-test-authority"));
        CHECK(has(unknown.text, "--ca-file"));
        const auto other = start("other");
        const auto wrong_name = failure_of("wss:127.0.0.1:" + other->port() + "/", 1, trusting);
        CHECK(wrong_name.code == transport_error::not_trusted);
        CHECK(has(wrong_name.text, "elsewhere.test"));
        const auto expired = start("expired");
        const auto old = failure_of("wss:127.0.0.1:" + expired->port() + "/", 1, trusting);
        CHECK(old.code == transport_error::not_trusted);
        CHECK(has(old.text, "expired on"));
        road_context mistaken;
        mistaken.ca_file = where / "none.pem";
        CHECK(has(failure_of("wss:127.0.0.1:" + good->port() + "/", 1, mistaken).text, "no PEM certificates"));
    }

    TEST_CASE("nginx as a TLS proxy in front carries every byte, and pings keep it from cutting an idle console") {
        if (!peers_are_there({"node", "openssl", "nginx"})) return;
        const emsctl::test::scratch_folder where;
        make_certificates(where);
        const peer server({"node", support + "ws_echo.js"}, "listening", node_modules);
        const std::string port = emsctl::test::free_port();
        const std::string folder = where.path().string();
        std::string places;
        for (const auto* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            places += std::string(kind) + "_temp_path " + folder + "/" + kind + ";\n";
        std::ofstream(where / "nginx.conf")
            << "daemon off;\nmaster_process off;\npid " << folder << "/pid;\nerror_log stderr notice;\nevents {}\n"
            << "http {\naccess_log off;\n"
            << places << "server {\nlisten 127.0.0.1:" << port << " ssl;\nssl_certificate " << folder
            << "/good.pem;\nssl_certificate_key " << folder
            << "/good.key;\nlocation / {\nproxy_pass http://127.0.0.1:" << server.port()
            << ";\nproxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
            << "proxy_set_header Connection upgrade;\nproxy_read_timeout 2s;\n}\n}\n}\n";
        const peer proxy({"nginx", "-e", "stderr", "-c", where / "nginx.conf"}, "epoll");
        road_context trusting;
        trusting.ca_file = where / "ca.pem";
        const std::string address = "wss:127.0.0.1:" + port + "/";
        CHECK(echo_difference(address, 10 << 20, trusting) == "");
        CHECK(read_from(address + "broken-utf8", 4, trusting) == "S\xff\xc3(");
        const auto refused = failure_of(address + "403?token=canary", 1, trusting);
        CHECK(refused.code == transport_error::forbidden);
        CHECK(refused.text.find("canary") == std::string::npos);

        // Silence for longer than the proxy's patience, and then a byte each way.
        const auto survives = [&](const std::string& options) -> asio::awaitable<bool> {
            const openers doors = standard_openers();
            open_options with;
            with.context = trusting;
            auto to = doors.parse(address + options).value();
            auto opening = doors.open(std::move(to), with);
            const auto road = co_await std::move(opening);
            auto reading = read_until_size(*road, 1);
            boost::system::error_code end;
            try {
                co_await within(std::chrono::milliseconds(3500), std::move(reading));
            } catch (const boost::system::system_error& error) {
                end = error.code();
            }
            if (end == transport_error::closed) co_return false;
            CHECK(end == transport_error::timed_out);
            auto echoing = emsctl::tests::echo_both_ways(*road, 10, 1);
            const auto difference = co_await std::move(echoing);
            road->close();
            co_return difference.empty();
        };
        asio::io_context io;
        CHECK(spin(io, survives("#ping=1")));
        CHECK(!spin(io, survives("#ping=0")));
    }

    TEST_CASE("a proxy that the environment names is gone through") {
        if (!peers_are_there({"node", "tinyproxy"})) return;
        const emsctl::test::scratch_folder where;
        const std::string port = emsctl::test::free_port();
        std::ofstream(where / "tinyproxy.conf") << "Port " << port << "\nListen 127.0.0.1\nAllow 127.0.0.1\n";
        const peer proxy({"tinyproxy", "-d", "-c", where / "tinyproxy.conf"}, "Accepting connections");
        const peer server({"node", support + "ws_echo.js"}, "listening", node_modules);
        // A loopback address that is not recognised as one, because those are never reached through a proxy.
        const std::string address = "ws:0x7f.1:" + server.port() + "/";
        ::setenv("HTTP_PROXY", ("http://127.0.0.1:" + port).c_str(), 1);
        std::string stations;
        road_context context;
        context.passed = [&](station, const std::string& found) { stations += found + "\n"; };
        CHECK(echo_difference(address, 1 << 20, context) == "");
        CHECK(has(stations, "to the proxy 127.0.0.1:" + port));
        ::setenv("HTTP_PROXY", ("http://name:canary@127.0.0.1:" + server.port()).c_str(), 1);
        const auto failure = failure_of(address);
        ::unsetenv("HTTP_PROXY");
        CHECK(failure.code == transport_error::bad_protocol);
        CHECK(has(failure.text, "no HTTP proxy"));
        CHECK(failure.text.find("canary") == std::string::npos);
    }

    TEST_CASE("an HTTP call over TLS gives the reply, and refuses one that is too long") {
        if (!peers_are_there({"node", "openssl"})) return;
        const emsctl::test::scratch_folder where;
        make_certificates(where);
        road_context trusting;
        trusting.ca_file = where / "ca.pem";
        const peer server({"node", support + "ws_echo.js", "--tls", where / "good.key", where / "good.pem"},
                          "listening", node_modules);
        asio::io_context io;
        const auto reply = spin(io, call("https://127.0.0.1:" + server.port() + "/?secret=1", trusting));
        CHECK(reply.status == 200);
        CHECK(reply.body == "plain http\n");
        CHECK(!reply.header("date").empty());
    }
}
