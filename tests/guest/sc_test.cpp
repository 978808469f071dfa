#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;
using namespace std::chrono_literals;

TEST_SUITE("guest/commands/sc") {
    TEST_CASE("a running service and a stopped one") {
        cmd_bench bench;
        CHECK(bench.type("sc query W32Time") ==
              "\r\nSERVICE_NAME: W32Time\r\n        TYPE               : 20  WIN32_SHARE_PROCESS  \r\n        STATE    "
              "          : 4  RUNNING \r\n"
              "                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)\r\n        WIN32_EXIT_CODE  "
              "  : 0  (0x0)\r\n"
              "        SERVICE_EXIT_CODE  : 0  (0x0)\r\n        CHECKPOINT         : 0x0\r\n        WAIT_HINT          "
              ": 0x0\r\n");
        CHECK(
            bench.type("sc queryex WSearch") ==
            "\r\nSERVICE_NAME: WSearch\r\n        TYPE               : 10  WIN32_OWN_PROCESS  \r\n        STATE        "
            "      : 1  STOPPED \r\n"
            "        WIN32_EXIT_CODE    : 1077  (0x435)\r\n        SERVICE_EXIT_CODE  : 0  (0x0)\r\n        CHECKPOINT "
            "        : 0x0\r\n"
            "        WAIT_HINT          : 0x0\r\n        PID                : 0\r\n        FLAGS              : \r\n");
        CHECK(bench.type("sc query nix") ==
              "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n\r\nThe specified service does not exist as an "
              "installed service.\r\n\r\n");
        CHECK(bench.errorlevel() == "1060\r\n");
    }

    TEST_CASE("stopping and starting takes its time and minds dependents") {
        cmd_bench bench;
        CHECK(bench.type("sc stop TermService").starts_with("[SC] ControlService FAILED 1051:"));
        CHECK(bench.errorlevel() == "1051\r\n");
        CHECK(bench.type("sc stop UmRdpService").find(": 3  STOP_PENDING") != std::string::npos);
        CHECK(bench.type("sc stop UmRdpService").find("FAILED 1061") != std::string::npos);
        bench.pass(1s);
        CHECK(bench.type("sc stop TermService").find(": 3  STOP_PENDING") != std::string::npos);
        bench.pass(3s);
        CHECK(bench.type("sc query TermService").find(": 1  STOPPED") != std::string::npos);
        CHECK(bench.type("sc stop TermService").find("FAILED 1062") != std::string::npos);
        CHECK(bench.type("sc start TermService").find(": 2  START_PENDING") != std::string::npos);
        CHECK(bench.errorlevel() == "0\r\n");
        bench.pass(3s);
        CHECK(bench.type("sc start TermService").find("FAILED 1056") != std::string::npos);
    }

    TEST_CASE("disabled, protected and unstoppable services") {
        cmd_bench bench;
        CHECK(bench.type("sc start WSearch") ==
              "[SC] StartService FAILED 1058:\r\n\r\nThe service cannot be started, either because it is disabled or "
              "because it has no enabled devices associated with it.\r\n\r\n");
        CHECK(bench.type("sc config gpsvc start= disabled").starts_with("[SC] OpenService FAILED 5:"));
        CHECK(bench.errorlevel() == "5\r\n");
        CHECK(bench.type("sc stop RpcSs").find("FAILED 1052") != std::string::npos);
    }

    TEST_CASE("sc config writes the registry, and sc qc shows it") {
        cmd_bench bench;
        CHECK(bench.type("sc config Spooler start= demand") == "[SC] ChangeServiceConfig SUCCESS\r\n");
        CHECK(bench.os.reg.dword("HKLM\\SYSTEM\\CurrentControlSet\\Services\\Spooler", "Start") == 3);
        CHECK(bench.type("sc config Spooler start=demand").find("SUCCESS") == std::string::npos);
        CHECK(bench.type("sc qc UmRdpService 8192") ==
              "[SC] QueryServiceConfig SUCCESS\r\n\r\nSERVICE_NAME: UmRdpService\r\n        TYPE               : 20  "
              "WIN32_SHARE_PROCESS\r\n"
              "        START_TYPE         : 3   DEMAND_START\r\n        ERROR_CONTROL      : 1   NORMAL\r\n"
              "        BINARY_PATH_NAME   : %SystemRoot%\\System32\\svchost.exe -k LocalSystemNetworkRestricted -p\r\n "
              "       LOAD_ORDER_GROUP   : \r\n"
              "        TAG                : 0\r\n        DISPLAY_NAME       : Remote Desktop Services UserMode Port "
              "Redirector\r\n"
              "        DEPENDENCIES       : TermService\r\n                           : RDPDR\r\n        "
              "SERVICE_START_NAME : LocalSystem\r\n");
        CHECK(bench.type("sc qc TermService 100").starts_with("[SC] QueryServiceConfig FAILED 122:"));
        CHECK(bench.type("sc enumdepend TermService")
                  .starts_with("Enum: entriesRead  = 1\r\n\r\nSERVICE_NAME: UmRdpService\r\nDISPLAY_NAME: Remote"));
    }

    TEST_CASE("net stop asks about dependents; net start and stop end with 2 on what went wrong") {
        cmd_bench bench;
        CHECK(bench.type("net stop TermService <nul").ends_with("Do you want to continue this operation? (Y/N) [N]: "));
        CHECK(bench.errorlevel() == "2\r\n");
        const auto out = bench.type("net stop TermService /y");
        CHECK(out.find("The Remote Desktop Services UserMode Port Redirector service was stopped successfully.") !=
              std::string::npos);
        CHECK(out.ends_with("The Remote Desktop Services service was stopped successfully.\r\n\r\n"));
        CHECK(bench.type("net stop TermService") ==
              "The Remote Desktop Services service is not started.\r\n\r\nMore help is available by typing NET HELPMSG "
              "3521.\r\n\r\n");
        CHECK(bench.type("net start TermService") ==
              "The Remote Desktop Services service is starting.\r\nThe Remote Desktop Services service was started "
              "successfully.\r\n\r\n");
        CHECK(bench.type("net start TermService") ==
              "The requested service has already been started.\r\n\r\nMore help is available by typing NET HELPMSG "
              "2182.\r\n\r\n");
        CHECK(bench.errorlevel() == "2\r\n");
    }
}
