// SSH against OpenSSH's own server: keys, trust, fallbacks, bytes.
#include "transport/ssh_stream.hpp"

#include <doctest/doctest.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

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

    TEST_CASE("the list that has nothing in common is named, and what would help") {
        if (!can_run_sshd()) return;
        const ssh_server modern("MACs hmac-sha2-256-etm@openssh.com\nCiphers aes128-ctr\n");
        const auto lacking = failure_of(modern.address("good", "&via=libssh2"));
        CHECK(lacking.code == transport_error::unsupported);
        CHECK(has(lacking.text, "no MAC in common (the server has hmac-sha2-256-etm@openssh.com; libssh2 1."));
        CHECK(lacking.text.find("no cipher") == std::string::npos);

        const ssh_server old("KexAlgorithms diffie-hellman-group14-sha1\nHostKeyAlgorithms ssh-rsa\n", "rsa");
        const auto refused = failure_of(old.address("good"));
        CHECK(refused.code == transport_error::bad_protocol);
        CHECK(has(refused.text, "no key exchange in common (the server has diffie-hellman-group14-sha1"));
        CHECK(has(refused.text, "legacy=yes would offer"));
        std::vector<std::string> warnings;
        road_context context;
        context.warn = [&](const std::string& text) { warnings.push_back(text); };
        CHECK(echo_difference(old.address("good", "&legacy=yes"), 100'000, context) == "");
        REQUIRE(warnings.size() == 1);
        CHECK(has(warnings[0], "agreed on diffie-hellman-group14-sha1, ssh-rsa"));
    }

    TEST_CASE("an idle line asks for signs of life, and they do not disturb what is sent") {
        if (!can_run_sshd()) return;
        const ssh_server server("LogLevel DEBUG1\n");
        asio::io_context io;
        const auto idle = [&]() -> asio::awaitable<void> {
            const openers doors = standard_openers();
            auto where = doors.parse(server.address("good", "&keepalive=2")).value();
            auto opening = doors.open(std::move(where));
            const auto road = co_await std::move(opening);
            // With its debug messages the server says a word or two on the line first.
            for (int silent = 0; silent < 2;) {
                std::array<char, 4096> buffer{};
                auto reading = road->read_some(buffer);
                try {
                    co_await within(2200ms, std::move(reading));
                } catch (const boost::system::system_error& error) {
                    REQUIRE(error.code() == transport_error::timed_out);
                    ++silent;
                }
            }
            auto echoing = emsctl::tests::echo_both_ways(*road, 100'000, 3);
            const auto difference = co_await within(60s, std::move(echoing));
            CHECK(difference == "");
            road->close();
        };
        spin(io, idle());
        CHECK(server.server->says("keepalive@libssh2.org"));
        CHECK(server.server->says("keepalive@libssh2.org"));
    }

    TEST_CASE("keys are read in every form that OpenSSH and OpenSSL write, with and without a passphrase") {
        if (!can_run_sshd() || !peers_are_there({"openssl"})) return;
        const ssh_server server("PubkeyAcceptedAlgorithms +ssh-rsa\n");
        const std::string folder = server.where.path().string();
        const std::string lock = " -passout pass:Pass-canary ";
        shell("cd " + folder + " && " +
              "openssl genpkey -algorithm ed25519 -out pkcs8_ed25519 && "
              "openssl pkcs8 -topk8 -in pkcs8_ed25519" +
              lock +
              "-out pkcs8_ed25519_locked && "
              "openssl ecparam -genkey -name prime256v1 -noout -out pem_ecdsa && "
              "openssl ec -in pem_ecdsa -aes256" +
              lock +
              "-out pem_ecdsa_locked && "
              "openssl pkcs8 -topk8 -nocrypt -in pem_ecdsa -out pkcs8_ecdsa && "
              "openssl pkcs8 -topk8 -in pem_ecdsa" +
              lock +
              "-out pkcs8_ecdsa_locked && "
              "openssl genrsa -traditional -out pem_rsa 3072 && "
              "openssl rsa -traditional -aes256 -in pem_rsa" +
              lock +
              "-out pem_rsa_locked && "
              "openssl pkcs8 -topk8 -nocrypt -in pem_rsa -out pkcs8_rsa && "
              "openssl pkcs8 -topk8 -in pem_rsa" +
              lock +
              "-out pkcs8_rsa_locked && "
              "ssh-keygen -q -t ecdsa -N Pass-canary -f openssh_ecdsa_locked && "
              "ssh-keygen -q -t rsa -N Pass-canary -f openssh_rsa_locked && "
              "cp good openssh_ed25519 && cp locked openssh_ed25519_locked && cp rsa openssh_rsa && "
              "cp ecdsa openssh_ecdsa && chmod 600 p* && "
              "for key in pem_ecdsa pem_rsa; do ssh-keygen -y -f $key >> authorized; done && "
              "cat openssh_*_locked.pub >> authorized");
        const std::string key = text_of(folder + "/pkcs8_ed25519");
        // ssh-keygen reads no Ed25519 key in PKCS#8; OpenSSL gives its public half, the last 32 of these bytes.
        shell("cd " + folder + " && openssl pkey -in pkcs8_ed25519 -pubout -outform DER | tail -c 32 > half && " +
              "{ printf '\\0\\0\\0\\013ssh-ed25519\\0\\0\\0\\040'; cat half; } | base64 -w0 > blob && " +
              "echo \"ssh-ed25519 $(cat blob)\" >> authorized");
        const unwatched_leaks libssh2_forgets_a_number_of_each_ecdsa_key;
        for (const std::string form : {"openssh_ed25519", "openssh_ecdsa", "openssh_rsa", "pem_ecdsa", "pem_rsa",
                                       "pkcs8_ed25519", "pkcs8_ecdsa", "pkcs8_rsa"}) {
            for (const std::string lock_or_not : {"", "_locked"}) {
                const std::string file = form + lock_or_not;
                if (file == "pem_ecdsa" || std::filesystem::exists(server.where / file)) {
                    CAPTURE(file);
                    CHECK(echo_difference(server.address(file, "&via=libssh2"), 100, with_secret("Pass-canary")) == "");
                }
            }
        }
    }

    TEST_CASE("Dropbear, a server of another make, takes keys and bytes, and BREAK is refused with its reason") {
        if (!peers_are_there({"dropbear", "dropbearkey", "ssh-keygen", "unshare"})) return;
        const emsctl::test::scratch_folder where;
        const std::string port = emsctl::test::free_port();
        // It reads the keys of the real home only, so it gets another one, which nobody else sees.
        const std::string folder = where.path().string();
        const std::string home = ::getpwuid(::getuid())->pw_dir;
        std::vector<std::string> command = {"unshare", "--mount"};
        if (::getuid() != 0) command.insert(command.end(), {"--user", "--map-current-user", "--keep-caps"});
        std::string unshare;
        for (const auto& word : command) unshare += word + " ";
        if (std::system((unshare + "mount --bind " + folder + " " + home + " 2>/dev/null").c_str()) != 0) {
            MESSAGE("skipped: this system allows no mounts of one's own");
            return;
        }
        shell("cd " + folder + " && dropbearkey -t ed25519 -f host && ssh-keygen -q -t ed25519 -N '' -f key && " +
              "mkdir -m 700 .ssh && cp key.pub .ssh/authorized_keys && chmod 600 .ssh/authorized_keys && " +
              "echo \"[127.0.0.1]:" + port +
              " $(dropbearkey -y -f host | grep ^ssh- | cut -d' ' -f1,2)\" > known_hosts");
        command.insert(command.end(), {"/bin/sh", "-c",
                                       "mount --bind " + folder + " " + home + " && exec dropbear -F -E -p 127.0.0.1:" +
                                           port + " -r " + folder + "/host -P " + folder + "/pid -c cat"});
        const peer server(command, "Not backgrounding");
        const std::string address = "ssh:127.0.0.1:" + port + "?agent=no&identity=" + (where / "key") +
                                    "&known_hosts=" + (where / "known_hosts");
        CHECK(echo_difference(address, 2 << 20) == "");
        asio::io_context io;
        const auto send_break = [&]() -> asio::awaitable<void> {
            const openers doors = standard_openers();
            auto to = doors.parse(address).value();
            auto opening = doors.open(std::move(to));
            const auto road = co_await std::move(opening);
            const out_of_band what{};
            co_await road->signal(what);
        };
        std::string reason;
        try {
            spin(io, send_break());
        } catch (const boost::system::system_error& error) {
            CHECK(error.code() == transport_error::unsupported);
            reason = error.what();
        }
        CHECK(has(reason, "no BREAK"));
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
