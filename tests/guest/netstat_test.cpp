#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/netstat") {
    TEST_CASE("listeners with their process, in the columns of netstat") {
        cmd_bench bench;
        const auto pid = std::to_string(bench.os.svc.find("TermService")->pid);
        const auto out = bench.type("netstat -ano -p TCP");
        CHECK(out.starts_with(
            "\r\nActive Connections\r\n\r\n  Proto  Local Address          Foreign Address        State           "
            "PID\r\n  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       "));
        CHECK(out.find("  TCP    0.0.0.0:3389           0.0.0.0:0              LISTENING       " + pid + "\r\n") !=
              std::string::npos);
        CHECK(out.find("[::]") == std::string::npos);
        CHECK(bench.type("netstat -ano -p TCPv6")
                  .find("  TCP    [::]:3389              [::]:0                 LISTENING       " + pid + "\r\n") !=
              std::string::npos);
        CHECK(bench.type("netstat -ano -p UDP")
                  .find("  UDP    0.0.0.0:3389           *:*                                    " + pid + "\r\n") !=
              std::string::npos);
        CHECK(bench.type("netstat -anob").find(pid + "\r\n  TermService\r\n [svchost.exe]\r\n") != std::string::npos);
        CHECK(bench.type("tasklist /svc /fi \"PID eq " + pid + "\" /fo csv /nh") ==
              "\"svchost.exe\",\"" + pid + "\",\"TermService\"\r\n");
    }

    TEST_CASE("the process that holds the port of a broken machine is the service's own") {
        cmd_bench bench("rdp-port-conflict");
        const auto pid = std::to_string(bench.os.svc.find("ContosoRelay")->pid);
        CHECK(bench.type("netstat -ano")
                  .find("0.0.0.0:3389           0.0.0.0:0              LISTENING       " + pid + "\r\n") !=
              std::string::npos);
        CHECK(bench.type("tasklist /svc /fi \"PID eq " + pid + "\" /fo csv /nh") ==
              "\"relay.exe\",\"" + pid + "\",\"ContosoRelay\"\r\n");
    }

    TEST_CASE("tasklist with nothing to show still ends with nought") {
        cmd_bench bench;
        CHECK(bench.type("tasklist /fi \"PID eq 99999\"") ==
              "INFO: No tasks are running which match the specified criteria.\r\n");
        CHECK(bench.errorlevel() == "0\r\n");
        CHECK(bench.type("tasklist")
                  .starts_with("\r\nImage Name                     PID Session Name        Session#    Mem "
                               "Usage\r\n========================= ======== ================ =========== "
                               "============\r\nSystem Idle Process              0 Services                   0        "
                               "  8 K\r\nSystem                           4 "));
        CHECK(bench.type("tasklist /svc").find("\r\nlsass.exe") != std::string::npos);
    }
}
