// Azure's serial console against a double that imitates its documented replies.
#include "transport/azure_console.hpp"

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>

#include "tests/support/both_ways.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/azure_error.hpp"
#include "transport/deadline.hpp"
#include "transport/http_client.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/transport_error.hpp"

using namespace emsctl::transport;
using namespace std::chrono_literals;
using emsctl::test::peer;
using emsctl::test::peers_are_there;
using emsctl::tests::spin;

namespace {

struct azure {
    emsctl::test::scratch_folder where;
    peer server;

    explicit azure(const std::vector<std::string>& settings = {}) : server(command(settings), "listening") {
        ::setenv("EMSCTL_TEST_TOKEN", token().c_str(), 1);
    }

    static std::vector<std::string> command(const std::vector<std::string>& settings) {
        std::vector<std::string> words = {"/usr/bin/python3", EMSCTL_SOURCE_DIR "/tests/support/azure_double.py"};
        for (const auto& setting : settings) words.insert(words.end(), {"--set", setting});
        return words;
    }
    std::string base() const { return "http://127.0.0.1:" + server.port(); }
    std::string ask(const std::string& path, const std::string& body = "") const {
        http_request request;
        request.url = base() + path;
        request.method = body.empty() ? "GET" : "POST";
        request.body = body;
        asio::io_context io;
        return spin(io, http_call(request, {})).body;
    }
    std::string token() const {
        const auto said = ask("/double/token");
        const auto start = said.find("eyJ");
        return said.substr(start, said.find('"', start) - start);
    }
    std::string address(const std::string& more = "", const std::string& machine = "winbox") const {
        return "azure:11111111-2222-3333-4444-555555555555/rescue/" + machine + "?endpoint=" + base() +
               "&token=env:EMSCTL_TEST_TOKEN" + more;
    }
};

bool can_run() {
    return peers_are_there({"/usr/bin/python3"});
}

asio::awaitable<std::unique_ptr<byte_stream>> open(std::string address, road_context context) {
    const openers doors = standard_openers();
    open_options options;
    options.context = std::move(context);
    auto where = doors.parse(address).value();
    auto opening = doors.open(std::move(where), options);
    co_return co_await std::move(opening);
}

asio::awaitable<std::string> echo(std::string address, std::size_t count, road_context context) {
    auto opening = open(std::move(address), std::move(context));
    const auto road = co_await std::move(opening);
    auto echoing = emsctl::tests::echo_both_ways(*road, count, 3);
    auto difference = co_await within(120s, std::move(echoing));
    road->close();
    co_return difference;
}

std::string echo_difference(const std::string& address, std::size_t count, road_context context = {}) {
    asio::io_context io;
    return spin(io, echo(address, count, context));
}

struct outcome {
    boost::system::error_code code;
    std::string text;
};

outcome failure_of(const std::string& address, std::size_t count = 10, road_context context = {}) {
    try {
        echo_difference(address, count, context);
    } catch (const boost::system::system_error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

asio::awaitable<void> send_signal(std::string address, out_of_band what) {
    auto opening = open(std::move(address), {});
    const auto road = co_await std::move(opening);
    co_await road->signal(what);
    road->close();
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("transport/azure_console") {
    TEST_CASE("an address names its machine by the subscription's id, and holds no token") {
        const auto problem = [](const std::string& target, endpoint::parameter_map parameters = {}) {
            const auto parsed = parse_azure_settings(endpoint("azure", target, std::move(parameters)));
            return parsed ? std::string() : parsed.error().text;
        };
        const std::string sub = "11111111-2222-3333-4444-555555555555";
        CHECK(problem(sub + "/rg/vm") == "");
        CHECK(problem(sub + "/rg/set/0") == "");
        CHECK(has(problem("Production/rg/vm"), "az account list"));
        CHECK(has(problem(sub + "/rg"), "SUBSCRIPTION/GROUP/MACHINE"));
        CHECK(has(problem(sub + "/rg/../vm"), "SUBSCRIPTION"));
        CHECK(has(problem(sub + "/rg/vm", {{"token", "eyJcanary"}}), "does not stand in an address"));
        CHECK(problem(sub + "/rg/vm", {{"token", "eyJcanary"}}).find("eyJ") == std::string::npos);
        CHECK(has(problem(sub + "/rg/vm", {{"endpoint", "http://evil.example"}}), "https"));
    }

    TEST_CASE("ten megabytes go both ways at once, as text and as binary frames, and no token reaches the line") {
        if (!can_run()) return;
        for (const auto* frames : {"binary", "text", "mixed", "split"}) {
            CAPTURE(frames);
            const azure cloud({std::string("frames=") + frames});
            const std::size_t count = std::string(frames) == "binary" ? 10 << 20 : 1 << 20;
            CHECK(echo_difference(cloud.address(), count) == "");
            CHECK(has(cloud.ask("/double"), "\"violations\": []"));
        }
    }

    TEST_CASE("a machine of a scale set is reached as well") {
        if (!can_run()) return;
        const azure cloud;
        CHECK(echo_difference(cloud.address("", "farm/0"), 1000) == "");
    }

    TEST_CASE("what looks wrong beforehand is a warning with the fix, and the service decides") {
        if (!can_run()) return;
        const azure cloud({"power=deallocated", "diagnostics=off", "disabled=true"});
        std::string warnings;
        road_context context;
        context.warn = [&](const std::string& text) { warnings += text + "\n"; };
        failure_of(cloud.address(), 10, context);
        CHECK(has(warnings, "deallocated; az vm start"));
        CHECK(has(warnings, "az vm boot-diagnostics enable"));
        CHECK(has(warnings, "az serial-console enable"));
    }

    TEST_CASE("each refusal is one message with its code and what to do, and shows no token") {
        if (!can_run()) return;
        struct row {
            std::string scenario;
            transport_error code;
            const char* advice;
        };
        const std::vector<row> rows = {
            {"vm-missing", transport_error::not_found, "az vm list"},
            {"subscription-missing", transport_error::not_found, "az account list"},
            {"forbidden", transport_error::forbidden, "Virtual Machine Contributor"},
            {"denied", transport_error::forbidden, "deny assignment"},
            {"storage-firewall", transport_error::forbidden, "firewall"},
            {"token-expired", transport_error::login_refused, "az login"},
            {"token-bad", transport_error::login_refused, "az login"},
            {"locked", transport_error::wrong_state, "lock"},
            {"conflict", transport_error::wrong_state, "lock"},
            {"hierarchical-storage", transport_error::wrong_state, "managed storage"},
            {"provisioning", transport_error::wrong_state, "provisioned"},
            {"host-silent", transport_error::wrong_state, "az vm reapply"},
            {"throttled", transport_error::throttled, "17 s"},
            {"backend-down", transport_error::wrong_state, "try again"},
            {"media-type", transport_error::bad_protocol, "content"},
            {"not-json", transport_error::bad_protocol, "proxy"},
            {"error-not-json", transport_error::wrong_state, "no JSON"},
            {"oversized", transport_error::bad_protocol, "longer than"},
            {"empty", transport_error::bad_protocol, "no gateway"},
            {"no-string", transport_error::bad_protocol, "no gateway"},
            {"array", transport_error::bad_protocol, "no gateway"},
            {"odd-string", transport_error::bad_protocol, "no websocket"},
            {"plain-string", transport_error::not_trusted, "without TLS"},
            {"drop", transport_error::bad_protocol, "hung up"},
            {"half", transport_error::bad_protocol, "breaks off"},
        };
        const azure cloud;
        road_context impatient;
        impatient.patience = 0s;
        for (const auto& one : rows) {
            cloud.ask("/double", std::string("{\"fail\": \"connect:") + one.scenario + "\"}");
            const auto failure = failure_of(cloud.address(), 10, impatient);
            CAPTURE(one.scenario);
            CHECK(failure.code == one.code);
            CHECK(has(failure.text, one.advice));
            CHECK(failure.text.find("eyJ") == std::string::npos);
        }
        cloud.ask("/double", "{\"fail\": \"connect:hang\"}");
        road_context hasty;
        hasty.step_limit = 200ms;
        CHECK(failure_of(cloud.address(), 10, hasty).code == transport_error::timed_out);
    }

    TEST_CASE("a cloud that takes no more calls is waited for as it asks, and says so; one that asks too much is not") {
        if (!can_run()) return;
        const azure cloud;
        cloud.ask("/double", "{\"fail\": \"connect:throttled-briefly:2\"}");
        std::vector<std::string> told;
        road_context context;
        context.warn = [&](const std::string& text) { told.push_back(text); };
        CHECK(echo_difference(cloud.address(), 100, context) == "");
        REQUIRE(told.size() == 2);
        CHECK(has(told[0], "coming back in 1 s"));
        cloud.ask("/double", "{\"fail\": \"connect:throttled\"}");
        context.patience = 16s;
        CHECK(failure_of(cloud.address(), 10, context).code == transport_error::throttled);
    }

    TEST_CASE("a console whose token has expired says so, and calls beside it take a new token") {
        if (!can_run()) return;
        const azure cloud({"lifetime=1", "end_after=500", "require=any"});
        ::setenv("AZURE_AUTHORITY_HOST", cloud.base().c_str(), 1);
        ::setenv("AZURE_TENANT_ID", "99999999-8888-7777-6666-555555555555", 1);
        ::setenv("AZURE_CLIENT_ID", "app", 1);
        ::setenv("AZURE_CLIENT_SECRET", "s3cret-canary", 1);
        std::string address = cloud.address();
        address.replace(address.find("env:EMSCTL_TEST_TOKEN"), 21, "secret");
        std::string told;
        road_context context;
        context.warn = [&](const std::string& text) { told += text + "\n"; };
        std::string end;
        const auto outlive = [&]() -> asio::awaitable<void> {
            auto opening = open(address, context);
            const auto road = co_await std::move(opening);
            line_timer second(co_await asio::this_coro::executor);
            second.expires_after(1100ms);
            co_await second.async_wait(asio::use_awaitable);
            cloud.ask("/double", "{\"lifetime\": 3600}");
            out_of_band nmi;
            nmi.what = out_of_band::kind::nmi;
            co_await road->signal(nmi);
            std::string bytes(600, 'x');
            co_await road->write_all(std::move(bytes));
            std::array<char, 64> buffer{};
            try {
                while (true) co_await road->read_some(buffer);
            } catch (const boost::system::system_error& error) {
                end = error.what();
            }
        };
        asio::io_context io;
        spin(io, outlive());
        CHECK(has(told, "the token of this console has expired"));
        CHECK(has(end, "after its token had expired"));
        for (const char* name : {"AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"})
            ::unsetenv(name);
    }

    TEST_CASE("another user's connection ends ours with that word, and it is not fought for") {
        if (!can_run()) return;
        const azure cloud({"end_after=100"});
        const auto failure = failure_of(cloud.address(), 100'000);
        CHECK(failure.code == transport_error::evicted);
        CHECK(has(failure.text, "another user"));
        CHECK(has(cloud.ask("/double"), "\"sockets\": 1"));
        const azure abrupt({"end_after=100", "end=reset"});
        CHECK(failure_of(abrupt.address(), 100'000).code == transport_error::closed);
    }

    TEST_CASE("a gateway that does not trust the token is a refused login") {
        if (!can_run()) return;
        const azure cloud({"first=after-token", "require=any"});
        CHECK(echo_difference(cloud.address(), 100) == "");
        const azure wrong;
        ::setenv("EMSCTL_TEST_TOKEN", "eyJwrong.canary.token", 1);
        const auto failure = failure_of(wrong.address());
        CHECK(failure.code == transport_error::login_refused);
        CHECK(failure.text.find("canary") == std::string::npos);
    }

    TEST_CASE("NMI, reset and SysRq go to the gateway; there is no BREAK") {
        if (!can_run()) return;
        const azure cloud;
        for (const auto kind : {out_of_band::kind::nmi, out_of_band::kind::reset, out_of_band::kind::sysrq}) {
            out_of_band what;
            what.what = kind;
            what.key = 'b';
            asio::io_context io;
            spin(io, send_signal(cloud.address(), what));
        }
        const auto seen = cloud.ask("/double");
        for (const auto* name : {"nmi", "reset", "sysrq"}) CHECK(has(seen, name));
        CHECK(has(seen, "\"violations\": []"));
        asio::io_context io;
        CHECK_THROWS(spin(io, send_signal(cloud.address(), out_of_band())));
    }
}
