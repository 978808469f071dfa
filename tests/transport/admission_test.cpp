// Servers that take one client at a time: a second one is told who is served, instead of hearing nothing for ever.
#include "transport/detail/admission.hpp"

#include <doctest/doctest.h>

#include <unistd.h>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <filesystem>

#include "tests/support/peer.hpp"
#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/socket_stream.hpp"
#include "transport/transport_error.hpp"

using namespace emsctl::transport;
using namespace std::chrono_literals;
using detail::admission;
using emsctl::tests::spin;

namespace {

asio::awaitable<std::unique_ptr<byte_stream>> open_address(std::string address, open_options options = {}) {
    const openers doors = standard_openers();
    auto where = doors.parse(address).value();
    auto opening = doors.open(std::move(where), options);
    co_return co_await std::move(opening);
}

struct machine {
    emsctl::test::scratch_folder where;
    std::string port = emsctl::test::free_port();
    emsctl::test::peer qemu{{"qemu-system-x86_64", "-accel", "tcg", "-display", "none", "-net", "none", "-S",
                             "-monitor", "stdio", "-serial", "unix:" + (where / "vm.sock") + ",server=on,wait=off",
                             "-serial", "tcp:127.0.0.1:" + port + ",server=on,wait=off"},
                            "QEMU"};
};

std::string busy_text(asio::io_context& io, const std::string& address) {
    try {
        spin(io, open_address(address));
    } catch (const boost::system::system_error& e) {
        CHECK(e.code() == transport_error::busy);
        return e.what();
    }
    return "";
}

bool has(const std::string& text, const std::string& part) {
    CAPTURE(text);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("transport/admission") {
    TEST_CASE("a row of the kernel's table without an inode is a connection that nobody has taken") {
        const std::string table =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
            "   1: 0100007F:B267 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 41 2 0 100 0\n"
            "   2: 0100007F:B267 0100007F:B6DE 01 00000000:00000000 00:00000000 00000000     0        0 42 1 0 20 4\n"
            "   3: 0100007F:B267 0100007F:B6E6 01 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4\n"
            "   4: short\n";
        CHECK(detail::admission_in_table(table, "0100007F:B267", "0100007F:B6DE") == admission::let_in);
        CHECK(detail::admission_in_table(table, "0100007F:B267", "0100007F:B6E6") == admission::waiting);
        CHECK(detail::admission_in_table(table, "0100007F:B267", "00000000:0000") == admission::unknown);
        CHECK(detail::admission_in_table("", "0100007F:B267", "0100007F:B6E6") == admission::unknown);
    }

    TEST_CASE("a second client of a serial port of QEMU is told who has it, and gets it when that one leaves") {
        if (!emsctl::test::peers_are_there({"qemu-system-x86_64"})) return;
        machine vm;
        std::string address;
        SUBCASE("unix") {
            address = "unix:" + (vm.where / "vm.sock");
        }
        SUBCASE("tcp") {
            address = "tcp:127.0.0.1:" + vm.port;
        }
        SUBCASE("telnet codec over the same port") {
            address = "telnet:127.0.0.1:" + vm.port + "?raw=yes";
        }
        asio::io_context io;
        open_options patient;
        patient.wait = 20s;  // it may greet before it listens
        auto first = spin(io, open_address(address, patient));
        const auto text = busy_text(io, address);
        CHECK(has(text, "is served there"));
        CHECK(has(text, "process " + std::to_string(::getpid())));

        line_timer later(io.get_executor());
        later.expires_after(300ms);
        later.async_wait([&](auto) { first->close(); });
        CHECK(spin(io, open_address(address, patient)) != nullptr);
    }

    TEST_CASE("a listener that takes nobody is a warning, and the stream is given out") {
        const emsctl::test::scratch_folder where;
        asio::io_context io;
        const auto idle = listen_unix(io.get_executor(), where / "s");
        open_options options;
        std::string warned, passed;
        options.context.warn = [&](const std::string& text) { warned = text; };
        options.context.passed = [&](station, const std::string& text) { passed = text; };
        CHECK(spin(io, open_address(idle->address(), options)) != nullptr);
        CHECK(has(warned, "has not taken the connection yet"));
        CHECK(has(passed, "not let in yet"));
    }
}
