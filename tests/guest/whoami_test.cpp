#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/whoami") {
    TEST_CASE("name, SID and groups") {
        cmd_bench bench;
        CHECK(bench.type("whoami") == "web-rds01\\administrator\r\n");
        CHECK(bench.type("whoami /user")
                  .find("web-rds01\\administrator S-1-5-21-1417001333-1892048312-2390163721-500\r\n") !=
              std::string::npos);
        const auto groups = bench.type("whoami /groups");
        CHECK(groups.starts_with("\r\nGROUP INFORMATION\r\n-----------------\r\n\r\nGroup Name"));
        CHECK(groups.find("S-1-5-32-544") != std::string::npos);
        CHECK(
            bench.type("whoami /groups | find \"S-1-16-12288\"").starts_with("Mandatory Label\\High Mandatory Level"));
        CHECK(bench.errorlevel() == "0\r\n");
        CHECK(bench.type("whoami /priv").find("SeTakeOwnershipPrivilege") != std::string::npos);
        bench.type("whoami /nix");
        CHECK(bench.errorlevel() == "1\r\n");
    }
}
