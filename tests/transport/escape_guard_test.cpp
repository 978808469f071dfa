#include "transport/escape_guard.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <fstream>

#include <array>

#include "tests/support/program.hpp"
#include "tests/support/spin.hpp"
#include "transport/open_endpoint.hpp"
#include "transport/transport_error.hpp"

using namespace emsctl::transport;

namespace {

// A program called ipmitool that treats `~` as ipmitool does: `~.` after a newline ends it, `~~` is one tilde.
asio::awaitable<std::string> through_child(std::string address) {
    const openers doors = standard_openers();
    auto where = doors.parse(address).value();
    auto opening = doors.open(std::move(where));
    const auto road = co_await std::move(opening);
    std::string got;
    std::array<char, 256> buffer{};
    while (got.find("ready") == std::string::npos) {
        const auto count = co_await road->read_some(buffer);
        got.append(buffer.data(), count);
    }
    got.clear();
    co_await road->write_all("~.\r~~x\r!");
    while (got.find('!') == std::string::npos) {
        const auto count = co_await road->read_some(buffer);
        got.append(buffer.data(), count);
    }
    road->close();
    co_return got;
}

}  // namespace

TEST_SUITE("transport/escape_guard") {
    TEST_CASE("each program's own key is known by its command line") {
        CHECK(escape_rule_of({"virsh", "console", "vm1"})->key == 0x1D);
        CHECK(escape_rule_of({"/usr/bin/ipmitool", "-I", "lanplus", "sol", "activate"})->is_doubled);
        CHECK(escape_rule_of({"ssh", "host"}));
        CHECK(!escape_rule_of({"ssh", "-e", "none", "host"}));
        CHECK(!escape_rule_of({"virsh", "list"}));
        CHECK(!escape_rule_of({"cat"}));
    }

    TEST_CASE("a tilde at the start of a line is doubled, however the bytes are cut") {
        const std::string typed = "~.\r~a~b\n~\r\n~~x";
        escape_guard whole({'~', true, true});
        const auto wanted = whole.pass(typed);
        CHECK(wanted == "~~.\r~~a~b\n~~\r\n~~~x");
        escape_guard pieces({'~', true, true});
        std::string got;
        for (const char c : typed) got += pieces.pass(std::string(1, c));
        CHECK(got == wanted);
    }

    TEST_CASE("a key that cannot be sent is refused, and nothing of the write goes out") {
        escape_guard guard({0x1D, false, false});
        CHECK(guard.pass("abc") == "abc");
        CHECK_THROWS_AS(guard.pass("ab\x1D"), boost::system::system_error);
        CHECK(guard.pass("c") == "c");
    }

    TEST_CASE("a real child with such a key passes everything on and stays") {
        const emsctl::test::scratch_folder where;
        const std::string program = where / "ipmitool";
        std::ofstream(program) << "#!/usr/bin/python3\n"
                                  "import os, sys\n"
                                  "os.write(1, b'ready')\n"
                                  "start, held = True, False\n"
                                  "while True:\n"
                                  "    c = os.read(0, 1)\n"
                                  "    if not c: break\n"
                                  "    if held:\n"
                                  "        held = False\n"
                                  "        if c == b'.': sys.exit(0)\n"
                                  "        if c != b'~': os.write(1, b'~')\n"
                                  "    elif start and c == b'~':\n"
                                  "        held = True\n"
                                  "        continue\n"
                                  "    os.write(1, c)\n"
                                  "    start = c in b'\\r\\n'\n";
        ::chmod(program.c_str(), 0755);
        asio::io_context io;
        CHECK(emsctl::tests::spin(io, through_child("exec:" + program + " sol activate")) == "~.\r~~x\r!");
    }
}
