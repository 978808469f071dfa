#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/takeown") {
    TEST_CASE("/r asks about a folder that cannot be read") {
        cmd_bench bench;
        bench.os.files.place("C:\\t\\closed\\x.txt", false, "x");
        bench.os.files.set_security("C:\\t\\closed", *parse_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)"));
        bench.answers = {"y"};
        const auto out = bench.type("takeown /f C:\\t\\closed /a /r");
        CHECK(out.find("full control (\"Y\" for YES, \"N\" for NO or \"C\" to CANCEL)? ") != std::string::npos);
        CHECK(out.find("\"C:\\t\\closed\\x.txt\" now owned by the administrators group.") != std::string::npos);
        CHECK(bench.os.files.find("C:\\t\\closed\\x.txt")->security.owner == "S-1-5-32-544");
        bench.os.files.set_security("C:\\t\\closed", *parse_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)"));
        CHECK(bench.type("takeown /f C:\\t\\closed /a /r /d n").find("YES") == std::string::npos);
    }

    TEST_CASE("owner, missing file, wrong option") {
        cmd_bench bench;
        bench.put("C:\\t\\a.txt", "x");
        CHECK(
            bench.type("takeown /f C:\\t\\a.txt") ==
            "\r\nSUCCESS: The file (or folder): \"C:\\t\\a.txt\" now owned by user \"WEB-RDS01\\Administrator\".\r\n");
        CHECK(bench.type("takeown /f C:\\t\\nix.txt") == "ERROR: The system cannot find the file specified.\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
        bench.type("takeown /x");
        CHECK(bench.errorlevel() == "1\r\n");
    }
}
