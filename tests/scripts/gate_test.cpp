#include "scripts/gate.hpp"

#include <doctest/doctest.h>

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/gate");

TEST_CASE("reading commands of cmd.exe are let through") {
    for (const char* text :
         {R"(reg query "HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp" /v PortNumber)",
          "netstat -ano -p TCP", R"(tasklist /svc /fi "PID eq 2044" /fo csv /nh)", "sc query TermService",
          "sc qc TermService 8192", "mountvol", "bcdedit /store \"F:\\Boot\\BCD\" /enum {default}",
          "sc enumdepend \"A & B\"", "qwinsta", "echo %ProgramData%", R"(whoami /groups | find "S-1-16-12288")",
          R"(dir /b /a-d "C:\a b\x*" 2>nul)", "ver >nul 2>&1",
          R"(wevtutil qe System /q:"*[System[(EventID=1) and TimeCreated[timediff(@SystemTime) <= 5]]]" /c:5)",
          R"(certutil -store "Remote Desktop")", R"(if exist "C:\x" echo yes)", "icacls \"C:\\x\""}) {
        INFO(text);
        CHECK(cmd_refusal(text) == std::nullopt);
    }
}

TEST_CASE("of Azure only what names its version is read, and nothing is sent there") {
    const auto judged = [](const char* text) {
        command sent;
        sent.in = shell::azure;
        sent.text = text;
        return refusal(sent);
    };
    CHECK(judged("GET instanceView?api-version=2022-11-01") == std::nullopt);
    CHECK(judged("GET /subscriptions/a/x?$expand=y&api-version=1") == std::nullopt);
    for (const char* text : {"GET instanceView", "POST restart?api-version=1", "PUT x?api-version=1\n{}",
                             "DELETE x?api-version=1", "get x?api-version=1", "GET a b?api-version=1", ""}) {
        INFO(text);
        CHECK(judged(text) != std::nullopt);
    }
}

TEST_CASE("whatever else cmd.exe could do is refused") {
    for (const char* text : {"",
                             "del x",
                             "reg add HKLM\\x /v y /f",
                             "ver & del x",
                             "ver | del x",
                             "ver && shutdown /r",
                             "type x > y",
                             "type x >> y",
                             "echo x >nulx",
                             "type <file",
                             "cmd /c del x",
                             "sc stop x",
                             "sc config x start= auto",
                             "ver\ndel x",
                             "ver ^& del x",
                             "(del x)",
                             "for %%a in (x) do del x",
                             "call x",
                             "\"del\" x",
                             "%comspec% /c del x",
                             "echo %x%",
                             "icacls x /grant y:(F)",
                             "icacls x /save y",
                             "certutil -store a b c",
                             "certutil -delstore a b",
                             "certutil -f -store a",
                             "wevtutil cl System",
                             "wevtutil qe System /sbm:x",
                             "net stop x",
                             "net user a b /add",
                             "netstat -an 5",
                             "if exist x del y",
                             "C:\\x\\reg.exe query",
                             "chcp 65001",
                             "powershell -c x",
                             "netsh int set x",
                             "netsh interface set interface name=\"show\" admin=disabled",
                             "netsh interface ip set address name=\"x\" source=dhcp",
                             "net user x /active:yes",
                             "bcdedit /deletevalue {current} safeboot",
                             "reg",
                             "@del x",
                             "echo \"x",
                             "ver,&del",
                             "bcdedit /set x",
                             "find \"x\" y | more > z"}) {
        INFO(text);
        CHECK(cmd_refusal(text) != std::nullopt);
    }
}

TEST_CASE("reading commands of PowerShell are let through") {
    for (const char* text :
         {"'now|{0:o}' -f (Get-Date).ToUniversalTime()",
          "Get-ChildItem 'Cert:\\LocalMachine\\Remote Desktop' | ForEach-Object { 'cert|{0}|{1:o}' -f "
          "$_.Thumbprint,$_.NotBefore.ToUniversalTime() }",
          "Get-ChildItem 'Cert:\\x' | Where-Object { $_.Thumbprint -eq 'AB' } | ForEach-Object { "
          "[Convert]::ToBase64String($_.RawData) }",
          "(Get-Acl -LiteralPath 'C:\\x').Sddl", "(Get-CimInstance Win32_ComputerSystem).PartOfDomain",
          "Get-Service TermService | ForEach-Object { '{0}|{1}' -f $_.Name,[int]$_.Status }",
          "$x = Get-Date; $x.AddDays(1).ToString('o')", "if (Test-Path -LiteralPath 'C:\\x') { 'yes' } else { 'no' }",
          "Get-WmiObject Win32_NetworkAdapter | Where-Object { $_.NetConnectionID } | ForEach-Object { '{0}|{1}' -f "
          "$_.ConfigManagerErrorCode, $_.GUID }",
          "foreach ($i in Get-Service) { $i.Name }", "Get-Process | % { $_.Id }"}) {
        INFO(text);
        CHECK(powershell_refusal(text) == std::nullopt);
    }
}

TEST_CASE("whatever else PowerShell could do is refused") {
    for (const char* text : {"",
                             "Remove-Item x",
                             "Get-Item x | Remove-Item",
                             "Get-Service x | % Stop",
                             "Get-Service | ForEach-Object Stop",
                             "(Get-Service x).Stop()",
                             "(Get-WmiObject Win32_NetworkAdapter).Enable()",
                             "Enable-NetAdapter x",
                             "Set-LocalUser -SID 'x' -AccountNeverExpires",
                             "Get-LocalGroupMember -SID 'x' | Remove-LocalGroupMember -SID 'x'",
                             "& 'x'",
                             ". ./x",
                             "Get-Date > x",
                             "iex 'x'",
                             "del x",
                             "cmd /c del x",
                             "[IO.File]::Delete('x')",
                             "$t = [IO.File]; $t::Delete('x')",
                             "\"$(Remove-Item x)\"",
                             "$x.'Delete'()",
                             "$_.Value = 5",
                             "$env:x = 1",
                             "Get-Content x -Wait",
                             "foreach ($i in Remove-Item x) { }",
                             "Get-Date; Stop-Computer",
                             "Get-Date\nStop-Computer",
                             "{ Remove-Item x }",
                             "if ($true) { Stop-Service x }",
                             "@{a = Remove-Item x}",
                             "return Remove-Item x",
                             "Get-Date | ForEach-Object { } Delete",
                             "Get-Item x | % { } -MemberName Delete",
                             "Get-Date # x",
                             "Get-Date `\n",
                             "$x = Stop-Service y",
                             "while ($true) { }",
                             "(Get-Date",
                             "'a",
                             "Set-Content x y",
                             "$function:x = 1",
                             "Get-Date @args",
                             "[Environment]::Exit(1)",
                             "shutdown /r"}) {
        INFO(text);
        CHECK(powershell_refusal(text) != std::nullopt);
    }
}

TEST_CASE("of the programs of this computer only those that look are readings") {
    for (const char* text : {"ping\n-c\n1\nhost", "/usr/bin/getent\nhosts\nx", "az\nvm\nshow\n--name\nx",
                             "az\nnetwork\nnsg\nrule\nlist\n-o\njson", "aws\nec2\ndescribe-instances",
                             "gcloud\ncompute\ninstances\ndescribe\nx", "emsctl\nrdp-probe\nhost"}) {
        INFO(text);
        CHECK(local_refusal(text) == std::nullopt);
    }
    for (const char* text :
         {"", "touch\nx", "sh\n-c\nping", "az", "az\nrest", "az\nvm\nstart\n--name\nshow",
          "az\nvm\nrun-command\ninvoke", "az\nrest\nshow", "aws\nec2\nstop-instances", "gcloud\ncompute\nssh\nlist",
          "gcloud\ncompute\ninstances\nstart\nlist", "emsctl\nrun", "curl\nhttp://x", "env\nping"}) {
        INFO(text);
        CHECK(local_refusal(text) != std::nullopt);
    }
}

TEST_CASE("a command that says it changes something is never a reading") {
    command c;
    c.text = "ver";
    CHECK(refusal(c) == std::nullopt);
    c.changes = true;
    CHECK(refusal(c) != std::nullopt);
}

TEST_SUITE_END();
