// SSH against OpenSSH's own server: keys, trust, fallbacks, bytes.
#include "transport/ssh_stream.hpp"

#include <doctest/doctest.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#include <sys/stat.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <filesystem>
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

void shell(const std::string& command) {
    REQUIRE(std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) == 0);
}

std::string text_of(const std::filesystem::path& path) {
    return emsctl::test::file_text(path);
}

// An sshd of our own: our keys, our account, one command behind every login.
struct ssh_server {
    emsctl::test::scratch_folder where;
    std::string port = emsctl::test::free_port();
    std::unique_ptr<peer> server;

    explicit ssh_server(const std::string& more = "", const std::string& host_key_type = "ed25519") {
        ::mkdir("/run/sshd", 0755);  // Debian's sshd wants it; refused where it is there or not ours to make
        const std::string folder = where.path().string();
        shell("cd " + folder + " && ssh-keygen -q -t " + host_key_type + " -N '' -f host && " +
              "ssh-keygen -q -t ed25519 -N '' -f good && ssh-keygen -q -t ed25519 -N '' -f stranger && " +
              "ssh-keygen -q -t ecdsa -N '' -f ecdsa && ssh-keygen -q -t rsa -N '' -f rsa && " +
              "ssh-keygen -q -t ed25519 -N 'Pass-canary' -f locked && " +
              "cat good.pub ecdsa.pub rsa.pub locked.pub > authorized && chmod 600 authorized && " +
              "echo \"[127.0.0.1]:" + port + " $(cut -d' ' -f1,2 host.pub)\" > known_hosts");
        std::ofstream(where / "sshd.conf")
            << "Port " << port << "\nListenAddress 127.0.0.1\nHostKey " << folder << "/host\nPidFile none\nUsePAM no\n"
            << "StrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            << "AuthorizedKeysFile " << folder << "/authorized\nForceCommand exec cat\n"
            << more;
        server = std::make_unique<peer>(
            std::vector<std::string>{"/usr/sbin/sshd", "-D", "-e", "-f", where / "sshd.conf"}, "listening on");
    }

    std::string address(const std::string& key, const std::string& more = "") const {
        return "ssh:127.0.0.1:" + port + "?agent=no&identity=" + (where / key) +
               "&known_hosts=" + (where / "known_hosts") + more;
    }
};

// libssh2 1.10 never frees one big number of an ECDSA key it has read: 48 bytes a login, and not ours to free.
#ifdef __SANITIZE_ADDRESS__
using unwatched_leaks = __lsan::ScopedDisabler;
#else
struct unwatched_leaks {
    unwatched_leaks() {}
};
#endif

bool can_run_sshd() {
    return peers_are_there({"/usr/sbin/sshd", "ssh-keygen", "ssh"});
}

asio::awaitable<std::string> echo(std::string address, std::size_t count, road_context context) {
    const openers doors = standard_openers();
    open_options options;
    options.context = std::move(context);
    auto where = doors.parse(address).value();
    auto opening = doors.open(std::move(where), options);
    const auto road = co_await std::move(opening);
    auto echoing = emsctl::tests::echo_both_ways(*road, count, 9);
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

outcome failure_of(const std::string& address, road_context context = {}) {
    try {
        echo_difference(address, 10, context);
    } catch (const boost::system::system_error& error) {
        return {error.code(), error.what()};
    }
    return {};
}

road_context with_secret(const std::string& secret) {
    road_context context;
    context.secret = [secret](const std::string&) { return std::optional(secret); };
    return context;
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("transport/ssh_stream") {
    TEST_CASE("an address says user, host, port and how to trust; odd user names stay whole") {
        const auto parse = [](const char* target, endpoint::parameter_map parameters = {}) {
            return parse_ssh_settings(endpoint("ssh", target, std::move(parameters)));
        };
        CHECK(parse("i-0abc.port0@gw.example").value().user == "i-0abc.port0");
        CHECK(parse("corp.example:proj.zone.vm@x@gw:9600").value().user == "corp.example:proj.zone.vm@x");
        CHECK(parse("corp.example:proj.zone.vm@x@gw:9600").value().port == "9600");
        CHECK(parse("a@[::1]").value().host == "::1");
        CHECK(parse("a@h", {{"host_key", "SHA256:abc"}}).value().pinned == std::vector<std::string>{"SHA256:abc"});
        CHECK(has(parse("a@h", {{"host_key", "maybe"}}).error().text, "accept-new"));
        CHECK(has(parse("a@h", {{"via", "putty"}}).error().text, "libssh2"));
    }

    TEST_CASE("ten megabytes go both ways at once, with Ed25519 and ECDSA keys and with a passphrase") {
        if (!can_run_sshd()) return;
        const ssh_server server;
        CHECK(echo_difference(server.address("good"), 10 << 20) == "");
        {
            const unwatched_leaks libssh2_forgets_a_number_of_each_ecdsa_key;
            CHECK(echo_difference(server.address("ecdsa"), 100'000) == "");
        }
        CHECK(echo_difference(server.address("locked"), 1000, with_secret("Pass-canary")) == "");
        CHECK(echo_difference(server.address("good", "&terminal=no"), 1 << 20) == "");
    }

    TEST_CASE("a refused login says what was tried and what the server takes, and shows no secret") {
        if (!can_run_sshd()) return;
        const ssh_server server;
        const auto stranger = failure_of(server.address("stranger"));
        CHECK(stranger.code == transport_error::login_refused);
        CHECK(has(stranger.text, "stranger"));
        CHECK(has(stranger.text, "the server takes publickey"));
        const auto wrong = failure_of(server.address("locked"), with_secret("canary-wrong"));
        CHECK(wrong.code == transport_error::login_refused);
        CHECK(wrong.text.find("canary") == std::string::npos);
        CHECK(has(failure_of(server.address("locked")).text, "nobody to ask"));
        CHECK(has(failure_of(server.address("none")).text, "cannot be read"));
    }

    TEST_CASE("an unknown, changed or revoked host key ends it before any login, with both fingerprints") {
        if (!can_run_sshd()) return;
        const ssh_server server;
        const std::string file = server.where / "known_hosts";
        const std::string right = text_of(file);
        std::ofstream(file) << "";
        const auto unknown = failure_of(server.address("good"));
        CHECK(unknown.code == transport_error::not_trusted);
        CHECK(has(unknown.text, "SHA256:"));
        const std::string shown = unknown.text.substr(unknown.text.find("SHA256:"), 50);
        std::ofstream(file) << "[127.0.0.1]:" << server.port << " " << text_of(server.where / "stranger.pub");
        const auto changed = failure_of(server.address("good"));
        CHECK(changed.code == transport_error::not_trusted);
        CHECK(has(changed.text, "has changed from SHA256:"));
        CHECK(has(changed.text, "to " + shown));
        std::ofstream(file) << right << "@revoked * " << right.substr(right.find(' ') + 1);
        CHECK(has(failure_of(server.address("good")).text, "revoked"));
        CHECK(has(failure_of(server.address("good", "&host_key=SHA256:nothing")).text, "expected SHA256:nothing"));
        CHECK(echo_difference(server.address("good", "&host_key=" + shown), 100) == "");
        std::ofstream(file) << "";
        CHECK(echo_difference(server.address("good", "&host_key=accept-new"), 100) == "");
        CHECK(text_of(file) == right);
        CHECK(echo_difference(server.address("good"), 100) == "");
    }

    TEST_CASE("what libssh2 lacks goes through the system's ssh, which is said, or is refused where only libssh2 may") {
        if (!can_run_sshd()) return;
        const ssh_server server("HostKeyAlgorithms rsa-sha2-256,rsa-sha2-512\n", "rsa");
        std::vector<std::string> warnings;
        road_context context;
        context.warn = [&](const std::string& text) { warnings.push_back(text); };
        CHECK(echo_difference(server.address("good"), 300'000, context) == "");
        REQUIRE(warnings.size() == 1);
        CHECK(has(warnings[0], "the system's ssh is used instead"));
        CHECK(failure_of(server.address("good", "&via=libssh2")).code == transport_error::unsupported);
    }

    TEST_CASE("an RSA key goes through the system's ssh") {
        if (!can_run_sshd()) return;
        const ssh_server server;
        CHECK(echo_difference(server.address("rsa"), 10'000) == "");
        CHECK(echo_difference(server.address("good", "&via=ssh"), 1 << 20) == "");
    }

    TEST_CASE(
        "a password opens a server that wants one, asked for as such or as a question, and a wrong one is not shown") {
        if (!peers_are_there({"/usr/bin/python3", "/usr/lib/python3/dist-packages/asyncssh"})) return;
        for (const std::string method : {"password", "keyboard-interactive"}) {
            CAPTURE(method);
            const emsctl::test::scratch_folder where;
            const peer server({"/usr/bin/python3", "-W", "ignore", EMSCTL_SOURCE_DIR "/tests/support/ssh_double.py",
                               method, where.path().string()},
                              "listening on");
            const std::string address = "ssh:corp.example:proj.zone.vm@port0@127.0.0.1:" + server.port() +
                                        "?agent=no&known_hosts=" + (where / "known_hosts");
            CHECK(echo_difference(address, 1 << 20, with_secret("Road-canary")) == "");
            const auto wrong = failure_of(address, with_secret("Wrong-canary"));
            CHECK(wrong.code == transport_error::login_refused);
            CHECK(wrong.text.find("canary") == std::string::npos);
            CHECK(has(failure_of(address).text, "--road-password-env"));
        }
    }

    TEST_CASE("the agent's keys are offered") {
        if (!can_run_sshd() || !peers_are_there({"ssh-agent", "ssh-add"})) return;
        const ssh_server server;
        const std::string socket = server.where / "agent";
        const peer agent({"ssh-agent", "-D", "-a", socket}, "SSH_AUTH_SOCK");
        shell("SSH_AUTH_SOCK=" + socket + " ssh-add " + (server.where / "good"));
        ::setenv("SSH_AUTH_SOCK", socket.c_str(), 1);
        const auto address =
            "ssh:127.0.0.1:" + server.port + "?identity=/dev/null&known_hosts=" + (server.where / "known_hosts");
        CHECK(echo_difference(address, 1000) == "");
        ::unsetenv("SSH_AUTH_SOCK");
    }

    TEST_CASE("nobody there, or somebody who says nothing or something else, is one message each") {
        CHECK(failure_of("ssh:a@127.0.0.1:1?agent=no").code == transport_error::refused);
        CHECK(failure_of("ssh:a@no-such-host.invalid?agent=no").code == transport_error::not_found);
        asio::io_context io;
        const auto silent = listen_tcp(io.get_executor(), "127.0.0.1", "0");
        const std::string port = silent->address().substr(silent->address().rfind(':') + 1);
        road_context hasty;
        hasty.step_limit = 200ms;
        const auto failure = failure_of("ssh:a@127.0.0.1:" + port + "?agent=no", hasty);
        CHECK(failure.code == transport_error::timed_out);
        CHECK(has(failure.text, "handshake"));
    }
}
