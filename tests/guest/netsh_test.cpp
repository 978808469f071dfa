#include <doctest/doctest.h>

#include "sac/guest/firewall.hpp"
#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/netsh") {
    TEST_CASE("a rule, as netsh shows it") {
        cmd_bench bench;
        CHECK(bench.type("netsh advfirewall firewall show rule name=\"Remote Desktop - User Mode (TCP-In)\"") ==
              "\r\nRule Name:                            Remote Desktop - User Mode (TCP-In)\r\n"
              "----------------------------------------------------------------------\r\n"
              "Enabled:                              Yes\r\n"
              "Direction:                            In\r\n"
              "Profiles:                             Domain,Private,Public\r\n"
              "Grouping:                             Remote Desktop\r\n"
              "LocalIP:                              Any\r\n"
              "RemoteIP:                             Any\r\n"
              "Protocol:                             TCP\r\n"
              "LocalPort:                            3389\r\n"
              "RemotePort:                           Any\r\n"
              "Edge traversal:                       No\r\n"
              "Action:                               Allow\r\n"
              "Ok.\r\n\r\n");
        CHECK(bench.type("netsh advfirewall firewall show rule name=nothing") ==
              "\r\nNo rules match the specified criteria.\r\n\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
    }

    TEST_CASE("the group of Remote Desktop is switched on by its resource, in any language") {
        cmd_bench bench("rdp-firewall");
        CHECK(bench.os.what_is_broken() == std::vector<std::string>{"rdp_admitted"});
        CHECK(bench.type("netsh advfirewall firewall set rule group=\"@FirewallAPI.dll,-28752\" new enable=yes") ==
              "\r\nUpdated 3 rule(s).\r\nOk.\r\n\r\n");
        CHECK(bench.os.what_is_broken().empty());
        CHECK(bench.os.reg.text(firewall_rules_key, "RemoteDesktop-UserMode-In-TCP")->find("Active=TRUE") !=
              std::string::npos);
    }

    TEST_CASE("a rule of our own is added and deleted, and nothing of it stays") {
        cmd_bench bench;
        const auto before = bench.os.state();
        CHECK(bench.type("netsh advfirewall firewall add rule name=\"rdp-alt\" dir=in action=allow protocol=TCP "
                         "localport=3390") == "Ok.\r\n\r\n");
        CHECK(firewall_admits(bench.os, true, 3390));
        CHECK(!firewall_admits(bench.os, false, 3390));
        CHECK(bench.type("netsh advfirewall firewall delete rule name=\"rdp-alt\"") ==
              "\r\nDeleted 1 rule(s).\r\nOk.\r\n\r\n");
        CHECK(bench.os.state() == before);
    }

    TEST_CASE("profiles are switched, a policy goes before them, and without its service nothing gets in") {
        cmd_bench bench("rdp-firewall");
        CHECK(bench.type("netsh advfirewall set allprofiles state off") == "Ok.\r\n\r\n");
        CHECK(firewall_admits(bench.os, true, 3389));
        CHECK(bench.type("netsh advfirewall show publicprofile state") ==
              "\r\nPublic Profile Settings: \r\n"
              "----------------------------------------------------------------------\r\n"
              "State                                 OFF\r\nOk.\r\n\r\n");
        bench.os.reg.create("HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\PublicProfile")
            .set("EnableFirewall", reg_dword(1));
        CHECK(!firewall_admits(bench.os, true, 3389));
        cmd_bench other;
        CHECK(firewall_admits(other.os, true, 3389));
        other.os.svc.fail("MpsSvc", 1067);
        CHECK(!firewall_admits(other.os, true, 3389));
    }

    TEST_CASE("a rule that blocks wins over one that allows") {
        cmd_bench bench;
        bench.type("netsh advfirewall firewall add rule name=no dir=in action=block protocol=tcp localport=3389");
        CHECK(!firewall_admits(bench.os, true, 3389));
    }

    TEST_CASE("ports that Windows keeps for itself, as netsh shows them") {
        cmd_bench bench;
        CHECK(bench.type("netsh int ipv4 show excludedportrange protocol=tcp") ==
              "\r\nProtocol tcp Port Exclusion Ranges\r\n\r\nStart Port    End Port      \r\n"
              "----------    --------      \r\n     50000       50059     *\r\n\r\n* - Administered port "
              "exclusions.\r\n\r\n");
        CHECK(bench.type("netsh interface ipv4 show excludedportrange udp").find("50000") == std::string::npos);
        CHECK(bench.errorlevel() == "0\r\n");
    }

    TEST_CASE("what is not simulated is refused by name, and changes need elevation") {
        cmd_bench bench;
        bench.type("netsh interface portproxy show all");
        CHECK(bench.errorlevel() == "1\r\n");
        bool is_named = false;
        for (const auto& line : bench.os.log)
            is_named = is_named || line.text == "not simulated: netsh interface portproxy show all";
        CHECK(is_named);
        bench.who().is_elevated = false;
        CHECK(
            bench.type("netsh advfirewall set allprofiles state off").starts_with("The requested operation requires"));
    }
}
