#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/sessions") {
    TEST_CASE("the listener is there while Remote Desktop listens") {
        cmd_bench bench;
        const auto up = bench.type("qwinsta");
        CHECK(up.starts_with(" SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE"));
        CHECK(up.find("\r\n>services                                    0  Disc") != std::string::npos);
        CHECK(up.find("\r\n rdp-tcp                                 65536  Listen") != std::string::npos);
        CHECK(bench.type("query session") == up);
        bench.type("net stop TermService /y");
        CHECK(bench.type("qwinsta").find("rdp-tcp") == std::string::npos);
    }

    TEST_CASE("nobody is logged on") {
        cmd_bench bench;
        CHECK(bench.type("quser") == "No User exists for *\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
    }
}
