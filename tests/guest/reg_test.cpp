#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

namespace {
const std::string key =
    "\"HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server\"";
}

TEST_SUITE("guest/commands/reg") {
    TEST_CASE("a value, as reg query prints it") {
        cmd_bench bench;
        CHECK(bench.type("reg query \"HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal "
                         "Server\\WinStations\\RDP-Tcp\" /v PortNumber") ==
              "\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp\r\n   "
              " PortNumber    REG_DWORD    0xd3d\r\n\r\n");
        CHECK(bench.errorlevel() == "0\r\n");
        CHECK(bench.type("reg query hklm\\software\\microsoft\\cryptography /v machineguid") ==
              "\r\nHKEY_LOCAL_MACHINE\\software\\microsoft\\cryptography\r\n    MachineGuid    REG_SZ    "
              "5d2f7c1e-9a34-4b60-8f15-2c7be0a9d648\r\n\r\n");
    }

    TEST_CASE("what is not there is an error on standard error, exit 1") {
        cmd_bench bench;
        CHECK(bench.type("reg query HKLM\\Nowhere 2>nul") == "");
        CHECK(bench.errorlevel() == "1\r\n");
        CHECK(bench.type("reg query HKLM\\Nowhere") ==
              "ERROR: The system was unable to find the specified registry key or value.\r\n");
        CHECK(bench.type("reg query NOWHERE\\x") == "ERROR: Invalid key name.\r\nType \"REG QUERY /?\" for usage.\r\n");
    }

    TEST_CASE("values and keys below, with and without /s") {
        cmd_bench bench;
        bench.type("reg add HKLM\\SOFTWARE\\T /v B /d \"x y\" /f");
        bench.type("reg add HKLM\\SOFTWARE\\T /v A /t REG_MULTI_SZ /d one\\0two /f");
        bench.type("reg add HKLM\\SOFTWARE\\T\\Sub /v C /t REG_BINARY /d 00ff10 /f");
        bench.type("reg add HKLM\\SOFTWARE\\T /ve /d dflt /f");
        CHECK(bench.type("reg query HKLM\\SOFTWARE\\T") ==
              "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\T\r\n    B    REG_SZ    x y\r\n    A    REG_MULTI_SZ    one\\0two\r\n "
              "   (Default)    REG_SZ    dflt\r\n\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\T\\Sub\r\n");
        CHECK(bench.type("reg query HKLM\\SOFTWARE\\T /s") ==
              "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\T\r\n    B    REG_SZ    x y\r\n    A    REG_MULTI_SZ    one\\0two\r\n "
              "   (Default)    REG_SZ    dflt\r\n\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\T\\Sub\r\n    C    REG_BINARY    "
              "00FF10\r\n\r\n");
    }

    TEST_CASE("without /f an existing value is asked about, and no input is a no") {
        cmd_bench bench;
        CHECK(bench.type("reg add " + key + " /v Enabled /t REG_DWORD /d 1") ==
              "The operation completed successfully.\r\n");
        CHECK(bench.type("reg add " + key + " /v Enabled /t REG_DWORD /d 0 <nul") ==
              "Value Enabled exists, overwrite(Yes/No)? The operation was canceled by the user.\r\n");
        bench.answers = {"maybe", "yes"};
        CHECK(bench.type("reg add " + key + " /v Enabled /t REG_DWORD /d 0") ==
              "Value Enabled exists, overwrite(Yes/No)? Value Enabled exists, overwrite(Yes/No)? The operation "
              "completed successfully.\r\n");
        CHECK(bench.type("reg query " + key + " /v Enabled").find("0x0") != std::string::npos);
        CHECK(bench.type("reg delete " + key + " /v Enabled /f") == "The operation completed successfully.\r\n");
        CHECK(bench.type("reg delete " + key + " /f") == "The operation completed successfully.\r\n");
        CHECK(!bench.os.reg.find(
            "HKLM\\SYSTEM\\ControlSet001\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Server"));
    }

    TEST_CASE("the key of a protected service cannot be written") {
        cmd_bench bench;
        CHECK(bench.type("reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\gpsvc /v Start /t REG_DWORD /d 4 /f") ==
              "ERROR: Access is denied.\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
    }

    TEST_CASE("numbers that are none and verbs that are not simulated") {
        cmd_bench bench;
        CHECK(bench.type("reg add HKLM\\SOFTWARE\\T /v N /t REG_DWORD /d ffffffff /f")
                  .starts_with("ERROR: Invalid syntax."));
        CHECK(bench.type("reg add HKLM\\SOFTWARE\\T /v N /t REG_DWORD /d 0xffffffff /f") ==
              "The operation completed successfully.\r\n");
        bench.type("reg compare HKLM\\X HKLM\\Y");
        CHECK(bench.os.log.back().text == "not simulated: reg compare");
    }
}
