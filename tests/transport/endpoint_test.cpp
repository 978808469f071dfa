#include "transport/endpoint.hpp"

#include <doctest/doctest.h>

#include "transport/command_line.hpp"

using namespace emsctl::transport;

TEST_SUITE("transport/endpoint") {
    TEST_CASE("an address is taken apart and can be put together again") {
        for (const char* text :
             {"serial:/dev/ttyS0?baud=9600&parity=e", "unix:/run/x y.sock", "tcp:host:23", "tcp:[::1]:4000",
              "exec:a 'b?c=d' --e", "replay:a.cast?level=commands", "sim:healthy?profile=w&seed=7"}) {
            CAPTURE(text);
            const auto parsed = parse_endpoint(text);
            REQUIRE(parsed.has_value());
            CHECK(parsed->text() == text);
        }
        const auto serial = parse_endpoint("serial:/dev/ttyS0?baud=9600&parity=e").value();
        CHECK(serial.kind == "serial");
        CHECK(serial.target == "/dev/ttyS0");
        CHECK(serial.parameters.at("baud") == "9600");
        const auto v6 = parse_host_and_port("[fe80::1]:99").value();
        CHECK(v6.host == "fe80::1");
        CHECK(v6.port == "99");
    }

    TEST_CASE("a wrong address is answered with what would be right") {
        const auto problem = [](const char* text) {
            const auto parsed = parse_endpoint(text);
            REQUIRE(!parsed.has_value());
            return parsed.error().text;
        };
        const auto has = [](const std::string& text, const char* part) {
            CAPTURE(text);
            return text.find(part) != std::string::npos;
        };
        CHECK(has(problem("/dev/ttyS0"), "did you mean serial:/dev/ttyS0?"));
        CHECK(has(problem("/run/vm.sock"), "did you mean unix:/run/vm.sock?"));
        CHECK(has(problem("seral:/dev/ttyS0"), "did you mean serial:/dev/ttyS0?"));
        CHECK(has(problem("vnc:x"), "serial, unix, tcp, telnet, rfc2217, ssh,"));
        CHECK(has(problem("localhost:4000"), "tcp:localhost:4000"));
        CHECK(has(problem("tcp:host"), "HOST:PORT"));
        CHECK(has(problem("tcp:host:99999"), "1 to 65535"));
        CHECK(has(problem("tcp:::1:80"), "brackets"));
        CHECK(has(problem("serial:"), "needs a device"));
        CHECK(has(problem("serial"), "needs a device"));
        CHECK(has(problem("exec: "), "needs a command"));
        CHECK(has(problem("serial:/dev/x?baud"), "name=value"));
        CHECK(has(problem("serial:/dev/x?baud=1&baud=2"), "twice"));
        CHECK(has(problem(""), "empty"));
    }

    TEST_CASE("a command line is split as a shell would, without the shell") {
        using words = std::vector<std::string>;
        CHECK(split_command_line("a  b\tc").value() == words{"a", "b", "c"});
        CHECK(split_command_line(R"('a b' "c \" d" e\ f "" $x '\')").value() ==
              words{"a b", "c \" d", "e f", "", "$x", "\\"});
        CHECK(!split_command_line("a 'b").has_value());
        CHECK(!split_command_line("a\\").has_value());
        CHECK(!split_command_line("  ").has_value());
    }
}
