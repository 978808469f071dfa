#include <doctest/doctest.h>

#include "tests/guest/powershell_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/local accounts") {
    TEST_CASE("WMI and the cmdlets tell the same of an account") {
        powershell_bench bench("account");
        CHECK(bench
                  .wrapped("Get-WmiObject Win32_UserAccount -Filter \"LocalAccount=True\" | Where-Object { $_.Name -eq "
                           "'helpdesk' } | ForEach-Object { '{0}|{1}|{2}' -f $_.SID, $_.Disabled, $_.Lockout }")
                  .out == "S-1-5-21-1417001333-1892048312-2390163721-1001|True|False\r\n");
        const auto ends = bench.wrapped("(Get-LocalUser helpdesk).AccountExpires.ToUniversalTime().ToString('o')").out;
        CHECK(ends == "2024-04-29T03:12:00.0000000Z\r\n");
        CHECK(bench.wrapped("(Get-LocalUser Administrator).AccountExpires -eq $null").out == "True\r\n");
        CHECK(bench.wrapped("Get-LocalGroupMember -SID 'S-1-5-32-544' | ForEach-Object { '{0}' -f $_.SID }").out ==
              "S-1-5-21-1417001333-1892048312-2390163721-500\r\n");
        CHECK(bench.wrapped("Get-LocalGroupMember -SID 'S-1-5-32-555'").out == "");
    }

    TEST_CASE("an account is let in when nothing keeps it out any more, and every change goes back") {
        powershell_bench bench("account");
        const auto before = bench.os.users.state();
        const auto may = [&] { return bench.os.users.log_on("", "helpdesk", "Other.0ne!", bench.os.clock.utc()); };
        CHECK(!may());
        bench.type("net user helpdesk /active:yes");
        CHECK(!may());
        CHECK(bench.wrapped("Set-LocalUser -Name helpdesk -AccountNeverExpires").code == 0);
        CHECK(may());
        CHECK(bench.os.what_is_broken() == std::vector<std::string>{"may_log_on_remotely helpdesk"});
        CHECK(bench.wrapped("Add-LocalGroupMember -SID 'S-1-5-32-555' -Member 'helpdesk'").code == 0);
        CHECK(bench.os.what_is_broken().empty());
        const auto groups = may()->groups;
        CHECK(std::find(groups.begin(), groups.end(), "S-1-5-32-555") != groups.end());
        bench.wrapped("Remove-LocalGroupMember -SID 'S-1-5-32-555' -Member (Get-LocalUser helpdesk).SID");
        bench.wrapped("Set-LocalUser helpdesk -AccountExpires ([datetime]'2024-04-29T03:12:00.0000000Z')");
        bench.type("net user helpdesk /active:no");
        CHECK(bench.os.users.state() == before);
    }

    TEST_CASE("enabling lifts a lock, and a new password is one that needs no change") {
        powershell_bench bench("account-locked");
        bench.type("net user helpdesk /active:yes");
        CHECK(bench.os.what_is_broken().empty());
        powershell_bench other("account-password");
        CHECK(other.os.what_is_broken() == std::vector<std::string>{"may_log_on_remotely helpdesk"});
        other.type("net user helpdesk Fresh.0ne!");
        CHECK(other.os.what_is_broken().empty());
    }

    TEST_CASE("who or what is not there is an error, and nothing is changed without rights") {
        powershell_bench bench("account");
        const auto before = bench.os.users.state();
        CHECK(bench.wrapped("Get-LocalUser nobody -ErrorAction Stop").code == 1);
        CHECK(bench.wrapped("Add-LocalGroupMember -SID 'S-1-5-32-555' -Member nobody").code == 1);
        CHECK(bench.wrapped("Remove-LocalGroupMember -SID 'S-1-5-32-555' -Member helpdesk -ErrorAction Stop").code ==
              1);
        CHECK(bench.wrapped("Get-LocalGroupMember -SID 'S-1-5-32-551'").code == 1);
        CHECK(bench.has_refused("S-1-5-32-551"));
        CHECK(bench.wrapped("Get-LocalGroupMember 'Remote Desktop Users'").code == 1);
        CHECK(bench.wrapped("Get-WmiObject Win32_UserAccount -Filter \"Name='x'\"").code == 1);
        bench.type("net user helpdesk /active:perhaps");
        CHECK(bench.errorlevel() == "2\r\n");
        bench.who().is_elevated = false;
        bench.type("net user helpdesk /active:yes");
        CHECK(bench.errorlevel() == "2\r\n");
        CHECK(bench.wrapped("Set-LocalUser helpdesk -AccountNeverExpires -ErrorAction Stop").code == 1);
        CHECK(bench.os.users.state() == before);
    }
}
