#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/icacls") {
    TEST_CASE("a listing has the path once and the summary at the end") {
        cmd_bench bench;
        bench.put("C:\\t\\a.txt", "x");
        bench.os.files.set_security("C:\\t\\a.txt", *parse_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)"));
        bench.who().groups.push_back("S-1-5-18");
        bench.restart_shell();
        CHECK(bench.type("icacls C:\\t\\a.txt") ==
              "C:\\t\\a.txt NT AUTHORITY\\SYSTEM:(F)\r\n           NT AUTHORITY\\NETWORK SERVICE:(R)\r\n\r\n"
              "Successfully processed 1 files; Failed processing 0 files\r\n");
    }

    TEST_CASE("grants change the key file after takeown") {
        cmd_bench bench("machinekeys-acl");
        const auto file = bench.os.rdp_key_file();
        bench.os.files.set_security(file, *parse_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)"));
        const auto denied = bench.type("icacls \"" + file + "\" /c /grant *S-1-5-20:(R)");
        CHECK(denied.find(": Access is denied.\r\nSuccessfully processed 0 files; Failed processing 1 files\r\n") !=
              std::string::npos);
        CHECK(bench.errorlevel() == "5\r\n");
        CHECK(bench.type("takeown /f \"" + file + "\" /a") ==
              "\r\nSUCCESS: The file (or folder): \"" + file + "\" now owned by the administrators group.\r\n");
        CHECK(bench.type("icacls \"" + file + "\" /c /grant *S-1-5-18:(F) *S-1-5-20:(R) *S-1-5-32-544:(F)") ==
              "processed file: " + file + "\r\nSuccessfully processed 1 files; Failed processing 0 files\r\n");
        CHECK(bench.errorlevel() == "0\r\n");
        CHECK(may(bench.os.files.find(file)->security, network_service(), rights::file_read));
        bench.type("icacls \"" + file + "\" /setowner *S-1-5-18");
        CHECK(bench.os.files.find(file)->security.owner == "S-1-5-18");
    }

    TEST_CASE("save and restore go round") {
        cmd_bench bench;
        bench.put("C:\\t\\d\\a.txt", "x");
        bench.type("cd /d C:\\t");
        bench.type("icacls C:\\t\\d /save C:\\t\\d.acl /t /c /q");
        CHECK(bench.content("C:\\t\\d.acl").starts_with("\xff\xfe" + text::to_utf16le("d\r\nD:")));
        const auto before = bench.os.files.find("C:\\t\\d\\a.txt")->security;
        bench.type("icacls d\\a.txt /inheritance:r /grant *S-1-5-32-544:F");
        CHECK(bench.os.files.find("C:\\t\\d\\a.txt")->security.dacl != before.dacl);
        CHECK(bench.type("icacls C:\\t /restore C:\\t\\d.acl /c /q") ==
              "Successfully processed 2 files; Failed processing 0 files\r\n");
        CHECK(bench.os.files.find("C:\\t\\d\\a.txt")->security.dacl == before.dacl);
    }

    TEST_CASE("what is wrong is told by the exit code") {
        cmd_bench bench;
        CHECK(bench.type("icacls C:\\nix").starts_with("C:\\nix: The system cannot find the file specified.\r\n"));
        CHECK(bench.errorlevel() == "2\r\n");
        bench.put("C:\\t\\a.txt", "x");
        CHECK(bench.type("icacls C:\\t\\a.txt /grant Nobody:F")
                  .starts_with("Nobody: No mapping between account names and security IDs was done.\r\n"));
        CHECK(bench.errorlevel() == "1332\r\n");
        CHECK(
            bench.type("icacls C:\\t\\a.txt /findsid *S-1-5-20") ==
            "No files with a matching SID was found\r\nSuccessfully processed 1 files; Failed processing 0 files\r\n");
        CHECK(bench.type("icacls C:\\t\\a.txt /nix") == "Invalid parameter \"/nix\"\r\n");
        CHECK(bench.errorlevel() == "87\r\n");
    }
}
