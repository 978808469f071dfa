#include "sac/guest/adapters.hpp"

#include <doctest/doctest.h>

#include "tests/guest/powershell_bench.hpp"

using namespace emsctl::guest;
using namespace std::chrono_literals;

namespace {

const std::string set_address = "netsh interface ip set address name=\"Ethernet\" source=";
const std::string set_dns = "netsh interface ip set dnsservers name=\"Ethernet\" source=";

}  // namespace

TEST_SUITE("guest/adapters") {
    TEST_CASE("an adapter is switched off and on, and its lease goes and comes") {
        cmd_bench bench;
        const auto before = bench.os.state();
        CHECK(is_on_network(bench.os));
        CHECK(bench.type("ipconfig").find("   IPv4 Address. . . . . . . . . . . : 10.0.0.4\r\n") != std::string::npos);
        CHECK(bench.type("netsh interface set interface name=\"Ethernet\" admin=disabled") == "\r\n");
        CHECK(!is_on_network(bench.os));
        CHECK(bench.type("ipconfig").find("Ethernet") == std::string::npos);
        CHECK(bench.type("netsh interface show interface")
                  .find("Disabled       Disconnected   Dedicated        "
                        "Ethernet\r\n") != std::string::npos);
        CHECK(bench.type("netsh interface set interface name=\"Ethernet\" admin=enabled") == "\r\n");
        CHECK(bench.os.state() == before);
    }

    TEST_CASE("PowerShell tells disabled adapters by the error of the device, and others by their lack of a name") {
        powershell_bench bench("network-adapter");
        const std::string read =
            "Get-WmiObject Win32_NetworkAdapter | Where-Object { $_.NetConnectionID } | ForEach-Object { "
            "'{0}|{1}|{2}|{3}' -f $_.ConfigManagerErrorCode, $_.NetEnabled, $_.MACAddress, $_.NetConnectionID }";
        CHECK(bench.wrapped(read).out == "22|False||Ethernet\r\n");
        bench.type("netsh interface set interface name=ethernet admin=enabled");
        CHECK(bench.wrapped(read).out == "0|True|00:0D:3A:5E:21:7C|Ethernet\r\n");
        CHECK(bench.wrapped("@(Get-WmiObject Win32_NetworkAdapter).Count").out == "2\r\n");
    }

    TEST_CASE("a disabled adapter stays disabled over a restart") {
        cmd_bench bench("network-adapter");
        bench.os.shut_down();
        bench.os.boot(bench.os.now() + 30s);
        CHECK(bench.os.what_is_broken() == std::vector<std::string>{"on_network"});
    }

    TEST_CASE("an address set by hand goes, comes back, and lies in the registry") {
        cmd_bench bench("static-address");
        const auto before = bench.os.state();
        CHECK(bench.type("ipconfig").find(": 10.0.0.77\r\n") != std::string::npos);
        CHECK(bench.os.what_is_broken() == std::vector<std::string>{"on_network"});
        CHECK(bench.type(set_address + "dhcp") == "\r\n");
        CHECK(bench.os.what_is_broken().empty());
        CHECK(in_effect(bench.os, bench.os.adapters[0]).dns == std::vector<std::string>{"10.0.0.53", "10.0.0.54"});
        CHECK(bench.type(set_dns + "dhcp") == "\r\n");
        CHECK(in_effect(bench.os, bench.os.adapters[0]).dns == std::vector<std::string>{"168.63.129.16"});
        CHECK(bench.type(set_address + "dhcp") == "DHCP is already enabled on this interface.\r\n\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
        bench.type(set_address + "static address=10.0.0.77 mask=255.255.255.128 gateway=10.0.0.126");
        bench.type(set_dns + "static address=10.0.0.53 validate=no");
        bench.type("netsh interface ip add dnsservers name=\"Ethernet\" address=10.0.0.54 index=2 validate=no");
        CHECK(bench.os.state() == before);
    }

    TEST_CASE("without the DHCP client there is no lease after a restart, only an address of nobody's") {
        cmd_bench bench("dhcp-client-disabled");
        CHECK(bench.type("ipconfig").find("   Autoconfiguration IPv4 Address. . : 169.254.") != std::string::npos);
        CHECK(!is_on_network(bench.os));
    }

    TEST_CASE("netsh refuses what it does not know, and whoever may not") {
        cmd_bench bench;
        const auto before = bench.os.state();
        for (const char* line :
             {"netsh interface ip set address name=\"Ethernet\" source=static address=10.0.0 mask=255.0.0.0",
              "netsh interface ip set address name=\"Ethernet\" source=static address=10.0.0.300 mask=255.0.0.0",
              "netsh interface ip set address \"Ethernet\" dhcp",
              "netsh interface set interface name=Wlan admin=enabled",
              "netsh interface set interface name=Ethernet admin=perhaps", "netsh interface ip delete dnsservers x all",
              "netsh interface ip set dnsservers name=Ethernet source=static address=10.0.0.1"}) {
            INFO(line);
            bench.type(line);
            CHECK(bench.errorlevel() == "1\r\n");
        }
        bench.who().is_elevated = false;
        CHECK(bench.type("netsh interface set interface name=Ethernet admin=disabled")
                  .starts_with("The requested operation requires"));
        CHECK(bench.os.state() == before);
    }
}
