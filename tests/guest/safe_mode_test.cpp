#include "sac/guest/safe_mode.hpp"

#include <doctest/doctest.h>

#include "sac/guest/service_duties.hpp"
#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;
using namespace std::chrono_literals;

namespace {

const std::string option = R"(reg query "HKLM\SYSTEM\CurrentControlSet\Control\SafeBoot\Option" /v OptionValue)";

bool runs(const windows& os, const char* service) {
    return os.svc.find(service)->state == service_state::running;
}

void restart(cmd_bench& bench) {
    bench.os.shut_down();
    bench.os.boot(bench.os.now() + 30s);
    bench.restart_shell();
}

}  // namespace

TEST_SUITE("guest/safe mode") {
    TEST_CASE("a machine in safe mode says so, has its console's services and no Remote Desktop") {
        cmd_bench bench("safe-mode");
        CHECK(bench.type("bcdedit /enum {current}").find("\r\nsafeboot                Minimal\r\n") !=
              std::string::npos);
        CHECK(bench.type(option).find("OptionValue    REG_DWORD    0x1\r\n") != std::string::npos);
        CHECK(runs(bench.os, "sacsvr"));
        CHECK(runs(bench.os, "EventLog"));
        CHECK(!runs(bench.os, "Dhcp"));
        CHECK(!runs(bench.os, "TermService"));
        CHECK(!has_rdp_listener(bench.os));
        bench.type("sc start TermService");
        CHECK(bench.errorlevel() == "1084\r\n");
    }

    TEST_CASE("it is left by taking the value away and starting again, and entered again by setting it") {
        cmd_bench bench("safe-mode");
        const auto before = bench.os.state();
        bench.type("bcdedit /deletevalue {current} safeboot");
        CHECK(bench.errorlevel() == "0\r\n");
        CHECK(bench.os.what_is_broken() ==
              std::vector<std::string>{"normal_mode", "service {\"name\":\"TermService\"}", "rdp_listener"});
        restart(bench);
        bench.pass(5s);
        CHECK(bench.os.what_is_broken().empty());
        bench.type(option);
        CHECK(bench.errorlevel() == "1\r\n");
        bench.type("bcdedit /set {current} safeboot Minimal");
        CHECK(!safe_mode_in_effect(bench.os.reg));
        restart(bench);
        CHECK(bench.os.state()["registry"] == before["registry"]);
        CHECK(bench.os.state()["services"] == before["services"]);
    }

    TEST_CASE("safe mode with network starts the network's services too") {
        cmd_bench bench("safe-mode");
        bench.type("bcdedit /set {current} safeboot network");
        restart(bench);
        CHECK(safe_mode_in_effect(bench.os.reg) == safe_mode::network);
        CHECK(runs(bench.os, "Dhcp"));
        CHECK(!runs(bench.os, "TermService"));
        bench.type("bcdedit /set {current} safeboot sometimes");
        CHECK(bench.errorlevel() == "1\r\n");
    }
}
