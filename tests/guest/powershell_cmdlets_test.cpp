#include <doctest/doctest.h>

#include "sac/guest/base64.hpp"
#include "tests/guest/powershell_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/powershell cmdlets") {
    TEST_CASE("the clock, and what the machine says of itself") {
        powershell_bench bench;
        const auto now = bench.wrapped("'now|{0:o}' -f (Get-Date).ToUniversalTime()");
        CHECK(now.out.starts_with("now|2024-05-0"));
        CHECK(now.out.size() == std::string("now|2024-05-02T03:12:00.0000000Z\r\n").size());
        CHECK(now.out.ends_with("Z\r\n"));
        CHECK(bench.wrapped("(Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('o')")
                  .out == iso_time(bench.os.boot_time()) + "\r\n");
        CHECK(bench.wrapped("(Get-CimInstance Win32_ComputerSystem).PartOfDomain").out == "False\r\n");
        CHECK(bench.wrapped("(Get-CimInstance Win32_Service -Filter \"Name='TermService'\").State").out ==
              "Running\r\n");
        CHECK(bench.wrapped("Get-CimInstance Win32_Bios").code == 1);
        CHECK(bench.has_refused("Win32_Bios"));
        bench.os.clock.zone_minutes = -180;
        CHECK(bench.wrapped("'{0:zzz}' -f (Get-Date); ((Get-Date) - (Get-Date).ToUniversalTime()).TotalHours")
                  .out.starts_with("-03:00\r\n-"));
    }

    TEST_CASE("certificates are listed, read and removed") {
        powershell_bench bench;
        const auto cert = bench.os.certs.in("Remote Desktop").at(0);
        const auto thumbprint = text::upper(cert.text.thumbprint);
        const auto listed = bench.wrapped(
            "Get-ChildItem 'Cert:\\LocalMachine\\Remote Desktop' | ForEach-Object { 'cert|{0}|{1:o}|{2:o}|{3}|{4}' -f "
            "$_.Thumbprint,$_.NotBefore.ToUniversalTime(),$_.NotAfter.ToUniversalTime(),$_.HasPrivateKey,$_.Subject }");
        CHECK(listed.out == "cert|" + thumbprint + "|" + iso_time(cert.text.not_before) + "|" +
                                iso_time(cert.text.not_after) + "|True|" + cert.text.subject + "\r\n");
        const auto chosen = "Get-ChildItem 'Cert:\\LocalMachine\\Remote Desktop' | Where-Object { $_.Thumbprint -eq '" +
                            thumbprint + "' } | ForEach-Object { ";
        CHECK(bench.wrapped(chosen + "[Convert]::ToBase64String($_.RawData) }").out == to_base64(cert.der) + "\r\n");
        bench.wrapped("[IO.File]::WriteAllBytes('C:\\t\\x.cer', [Convert]::FromBase64String('" + to_base64(cert.der) +
                      "'))");
        CHECK(bench.content("C:\\t\\x.cer") == cert.der);
        const auto removed = bench.wrapped(chosen + "Remove-Item -LiteralPath $_.PSPath -ErrorAction Stop }");
        CHECK(removed.out == "");
        CHECK(removed.err == "");
        CHECK(removed.code == 0);
        CHECK(bench.os.certs.in("Remote Desktop").empty());
        CHECK(bench.wrapped("Test-Path \"Cert:\\LocalMachine\\Remote Desktop\\" + thumbprint + "\"").out ==
              "False\r\n");
    }

    TEST_CASE("services stop with those that depend on them, and time passes") {
        powershell_bench bench;
        CHECK(
            bench
                .wrapped(
                    "Get-Service TermService | ForEach-Object { '{0}|{1}|{2}' -f $_.Name,[int]$_.Status,$_.StartType }")
                .out.starts_with("TermService|4|"));
        CHECK(bench
                  .wrapped("Get-NetTCPConnection -State Listen -LocalPort 3389 | ForEach-Object { '{0}|{1}' -f "
                           "$_.LocalAddress,$_.OwningProcess }")
                  .out.find("0.0.0.0|") == 0);
        const auto dependents = bench.os.svc.active_dependents("TermService");
        if (!dependents.empty()) {
            const auto refused = bench.wrapped("Stop-Service TermService");
            CHECK(refused.code == 1);
            CHECK(refused.err.find(
                      "because it has dependent services. It can only be stopped if the Force flag is set.") !=
                  std::string::npos);
        }
        const auto before = bench.os.now();
        CHECK(bench.wrapped("Stop-Service -Name 'TermService' -Force -ErrorAction Stop").code == 0);
        CHECK(bench.os.now() > before + std::chrono::milliseconds(300));
        CHECK(bench.os.svc.find("TermService")->state == service_state::stopped);
        CHECK(bench.wrapped("Get-NetTCPConnection -State Listen -LocalPort 3389").code == 1);
        CHECK(bench.wrapped("Start-Service TermService; (Get-Service TermService).Status").out == "Running\r\n");
        CHECK(bench.wrapped("Restart-Service -Name TermService -Force -ErrorAction Stop").code == 0);
        CHECK(bench.os.svc.find("TermService")->state == service_state::running);
        CHECK(bench.wrapped("Get-Service Nix").err == "Cannot find any service with service name 'Nix'.\r\n");
        CHECK(
            bench.wrapped("Set-Service TermService -StartupType Automatic; (Get-Service TermService).StartType").out ==
            "Automatic\r\n");
    }

    TEST_CASE("registry values are read and written with their types") {
        powershell_bench bench;
        const std::string key = "'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp'";
        CHECK(bench.wrapped("(Get-ItemProperty -LiteralPath " + key + ").PortNumber").out == "3389\r\n");
        CHECK(bench
                  .wrapped("Set-ItemProperty -LiteralPath " + key +
                           " -Name PortNumber -Type DWord -Value 3390; Get-ItemPropertyValue " + key + " PortNumber")
                  .out == "3390\r\n");
        CHECK(bench.os.reg.dword("HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp",
                                 "PortNumber") == 3390U);
        CHECK(bench
                  .wrapped("Set-ItemProperty " + key + " T text; (Get-ItemProperty " + key +
                           " T).T; Remove-ItemProperty " + key + " T; (Get-ItemProperty " + key + ").T -eq $null")
                  .out == "text\r\nTrue\r\n");
        CHECK(bench.wrapped("Test-Path -LiteralPath " + key + "; Test-Path HKLM:\\SOFTWARE\\Nix").out ==
              "True\r\nFalse\r\n");
        CHECK(bench
                  .wrapped("New-Item 'HKLM:\\SOFTWARE\\Made\\Deep' -Force | Out-Null; New-ItemProperty "
                           "HKLM:\\SOFTWARE\\Made\\Deep -Name V -PropertyType DWord -Value 1 | Out-Null; (Get-Item "
                           "HKLM:\\SOFTWARE\\Made\\Deep).Property")
                  .out == "V\r\n");
        CHECK(bench
                  .wrapped("Get-ChildItem HKLM:\\SOFTWARE\\Made | % { $_.PSChildName }; Remove-Item "
                           "HKLM:\\SOFTWARE\\Made -Recurse; Test-Path HKLM:\\SOFTWARE\\Made")
                  .out == "Deep\r\nFalse\r\n");
        const auto missing = bench.wrapped("Get-ItemProperty HKLM:\\SOFTWARE\\Nix");
        CHECK(missing.err == "Cannot find path 'HKLM:\\SOFTWARE\\Nix' because it does not exist.\r\n");
    }

    TEST_CASE("files, their contents and their rights") {
        powershell_bench bench;
        bench.put("C:\\t\\a.txt", "one\ntwo\n");
        CHECK(bench
                  .wrapped("(Get-Content C:\\t\\a.txt)[1]; (Get-Content C:\\t\\a.txt -Raw).Length; (Get-Content "
                           ".\\a.txt).Count")
                  .out == "two\r\n10\r\n2\r\n");
        bench.wrapped(
            "[IO.File]::WriteAllText('C:\\t\\x.acl', \"name`r`nD:PAI(A;;FA;;;SY)`r`n\", [Text.Encoding]::Unicode)");
        CHECK(bench.content("C:\\t\\x.acl") == "\xff\xfe" + text::to_utf16le("name\r\nD:PAI(A;;FA;;;SY)\r\n"));
        const auto key_file = bench.os.rdp_key_file();
        const auto sddl = to_sddl(bench.os.files.find(key_file)->security, true, true, bench.os.users.machine_sid());
        CHECK(bench.wrapped("(Get-Acl -LiteralPath '" + key_file + "').Sddl").out == sddl + "\r\n");
        CHECK(
            bench
                .wrapped("Get-ChildItem -Force '" + file_system::parent_of(key_file) + "' | ForEach-Object { $_.Name }")
                .out.find(file_system::name_of(key_file) + "\r\n") != std::string::npos);
        CHECK(bench
                  .wrapped("New-Item C:\\t\\n\\m -ItemType Directory | Out-Null; Test-Path C:\\t\\n\\m; Remove-Item "
                           "C:\\t\\n -Recurse; Test-Path C:\\t\\n")
                  .out == "True\r\nFalse\r\n");
        CHECK(bench.wrapped("(Get-FileHash C:\\t\\a.txt).Hash.Length; Join-Path C:\\t x; Split-Path C:\\t\\a.txt -Leaf")
                  .out == "64\r\nC:\\t\\x\r\na.txt\r\n");
        CHECK(bench.wrapped("Set-Acl C:\\t\\a.txt (Get-Acl C:\\t\\x.acl); 'ok'").out == "ok\r\n");
        CHECK(bench.wrapped("[IO.File]::ReadAllText('C:\\t\\nix')").err.find("Could not find file 'C:\\t\\nix'.") !=
              std::string::npos);
    }

    TEST_CASE("objects without a projection become tables and lists") {
        powershell_bench bench;
        CHECK(bench.run("[pscustomobject]@{Name='a';Size=5}").out ==
              "\r\nName Size\r\n---- ----\r\na       5\r\n\r\n\r\n");
        CHECK(bench.run("[pscustomobject]@{A=1;B=2} | Format-List").out.find("A : 1\r\nB : 2\r\n") !=
              std::string::npos);
        CHECK(bench.run("Start-Sleep -Milliseconds 1500; 'x' | Out-Host").out == "x\r\n");
        CHECK(bench.run("Get-Process -Id 4 | % { $_.ProcessName }").out == "System\r\n");
    }
}
