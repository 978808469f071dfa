// What is suspicious in a command: each doubt with a command that earns it and one that does not.
#include "scripts/article/command_doubts.hpp"

#include <doctest/doctest.h>

#include "scripts/article/article_draft.hpp"

using namespace emsctl::scripts;

namespace {

// The codes of what is said about the commands of one block.
std::string said(const std::string& info, const std::string& commands) {
    const auto draft = draft_runbook("## a\n\n```" + info + "\n" + commands + "\n```\n", "a", "a.md");
    std::string codes;
    for (const auto& step : draft.steps)
        for (const auto& finding : step.findings)
            if (finding.is == article_finding::level::warning) codes += finding.code + " ";
    return codes;
}

bool cmd(const std::string& command, const std::string& code) {
    const auto codes = said("cmd", command);
    CAPTURE(command);
    CAPTURE(codes);
    return codes.find(code + " ") != std::string::npos;
}
bool powershell(const std::string& command, const std::string& code) {
    const auto codes = said("powershell", command);
    CAPTURE(command);
    CAPTURE(codes);
    return codes.find(code + " ") != std::string::npos;
}

}  // namespace

TEST_SUITE("scripts/command_doubts") {
    TEST_CASE("plain commands earn no doubt") {
        for (const auto* command :
             {"sc query spooler", "ipconfig /all", "reg query \"HKLM\\SYSTEM\\Select\" /v Current",
              "sc config spooler start= auto", "reg add HKLM\\Software\\A /v B /t REG_DWORD /d 0x1f /f",
              "netsh interface ip show config", "md c:\\temp", "wevtutil qe System /c:5 /f:text",
              "takeown /f c:\\a.txt", "net start spooler", "schtasks /query /tn sc", "certutil -store My"})
            CHECK(said("cmd", command) == "");
        for (const auto* command : {"Get-Service -Name spooler", "Get-Process | Where-Object { $_.Id -eq 4 }",
                                    "Restart-Service -Name spooler -Force", "Get-Help icacls", "$a = Get-Date"})
            CHECK(said("powershell", command) == "");
    }

    TEST_CASE("two commands on one line are seen by the second's name and verb") {
        CHECK(cmd("sc stop spooler sc start spooler", "glued"));
        CHECK(cmd("reg add HKLM\\A /v B /t REG_SZ /d x /f reg unload HKLM\\C", "glued"));
        CHECK(cmd("md c:\\a icacls c:\\a /t", "glued"));
        CHECK(powershell("Stop-Service spooler Start-Service spooler", "glued"));
        CHECK(powershell("Remove-Module x bcdedit", "glued"));
        CHECK_FALSE(cmd("where icacls", "glued"));
        CHECK_FALSE(cmd("taskkill /im netsh.exe /f", "glued"));
        CHECK_FALSE(cmd("sc stop a & sc start a", "glued"));
    }

    TEST_CASE("what was cut off is seen at its end") {
        CHECK(cmd("reg add HKLM\\A /v B /t REG_DWO", "truncated"));
        CHECK(cmd("reg add HKLM\\A /v B /t", "truncated"));
        CHECK(cmd("netstat -ano |", "truncated"));
        CHECK(cmd("reg query ...", "left-out"));
        CHECK(powershell("Get-Service -Name", "truncated"));
        CHECK(cmd("reg query \"HKLM\\A", "open-quote"));
        CHECK(powershell("Get-Service | Where-Object { $_.Name", "open-bracket"));
        CHECK(powershell("Set-Service a\n-StartupType Automatic", "line-break"));
    }

    TEST_CASE("characters of word processors and of translations are named") {
        CHECK(cmd("sc query \u201cspooler\u201d", "typographic-quote"));
        CHECK(powershell("Get-Service \u2013Name a", "typographic-dash"));
        CHECK(cmd("sc\u00a0query spooler", "odd-blank"));
        CHECK(cmd("sc query \u200bspooler", "invisible"));
        CHECK(cmd("ipconfig /\u0430ll", "translated"));
        CHECK(powershell("Get-Service -N\u00e4me a", "translated"));
        CHECK(cmd("net parar spooler", "unknown-verb"));
        CHECK(cmd("sc query &quot;a&quot;", "markup"));
        CHECK_FALSE(cmd("dir \"c:\\Datei f\u00fcr alle\"", "translated"));
    }

    TEST_CASE("each shell's own forms are not taken for the other's") {
        CHECK(powershell("Get-ItemProperty -Path 'HKLM\\SYSTEM\\Select'", "key-form"));
        CHECK(cmd("reg query HKLM:\\SYSTEM\\Select", "key-form"));
        CHECK(cmd("reg add HKLM\\A /v 'B' /t REG_SZ /d x /f", "single-quotes"));
        CHECK(powershell("sc config spooler start= auto", "alias"));
        CHECK(powershell("Get-Date && Get-Host", "shell"));
        CHECK(powershell("Set-ItemProperty -Path 'HKLM:\\A' -Name B -Value 1", "type"));
        CHECK_FALSE(powershell("Set-ItemProperty -Path 'HKLM:\\A' -Name B -Value 1 -Type DWord", "type"));
    }

    TEST_CASE("options and values that a program does not know are named") {
        CHECK(cmd("reg query HKLM\\A /v B /t REG_DWORD /d 1", "unknown-option"));
        CHECK(cmd("reg add HKLM\\A /v B /t REG_WORD /d 1 /f", "unknown-option"));
        CHECK(cmd("reg add HKLM\\A /v B /t REG_DWORD /d ffff /f", "number"));
        CHECK(cmd("sc config spooler start= automatic", "unknown-option"));
        CHECK(cmd("sc config spooler start=auto", "blank"));
        CHECK(cmd("reg add HKLM\\A /v \" B\" /t REG_SZ /d x /f", "blank"));
        CHECK(cmd("reg load HKLM\\X E:\\Windows\\System32\\config\\SOFTWARE.dat", "hive"));
        CHECK_FALSE(cmd("reg load HKLM\\X E:\\Windows\\System32\\config\\SOFTWARE\nreg unload HKLM\\X", "hive"));
        CHECK(cmd("dir C:Windows", "path"));
        CHECK(cmd("reg query \"HKLM\\A\\TLS x.x\" /v B", "example"));
        CHECK(cmd("msiexec [/i] [/x] a.msi", "syntax"));
    }

    TEST_CASE("what waits for a person, or for a desktop, does so for ever on a console") {
        CHECK(cmd("netstat -ano | more", "pager"));
        CHECK(cmd("reg delete HKLM\\A", "asks"));
        CHECK(cmd("takeown /f c:\\a /r", "asks"));
        CHECK(powershell("Enable-PSRemoting", "asks"));
        CHECK(cmd("regedit", "desktop"));
        CHECK(cmd("diskpart", "dialogue"));
    }

    TEST_CASE("effects that are easily overlooked are said") {
        CHECK(cmd("icacls c:\\a /t /grant BUILTIN\\Users:(R)", "wide"));
        CHECK(cmd("icacls c:\\a /grant BUILTIN\\Users:(R)", "translated-name"));
        CHECK_FALSE(cmd("icacls c:\\a /grant *S-1-5-32-545:(R)", "translated-name"));
        CHECK(cmd("icacls c:\\a /t > c:\\b.txt", "no-backup"));
        CHECK(cmd("reg add HKLM\\A /v B /t REG_EXPAND_SZ /d %SystemRoot%\\x /f", "expanded"));
        CHECK(cmd("reg add HKLM\\OFF\\ControlSet001\\A /v B /t REG_SZ /d x /f", "control-set"));
        CHECK(cmd("sc stop lsm", "untouchable"));
        CHECK(cmd("netsh advfirewall set allprofiles state off", "security"));
        CHECK(cmd("bcdedit /set {default} safeboot minimal", "temporary"));
        CHECK(cmd("net user paul Secret1", "secret"));
        CHECK(cmd("shutdown /r /t 0", "restart"));
        CHECK(cmd("cd c:\\a", "state"));
        CHECK(cmd("copy a %target%", "unset-variable"));
        CHECK(powershell("Remove-Item ('c:\\a\\' + (Get-Item x).Name)", "computed-target"));
    }

    TEST_CASE("what only shows between commands is said at the command") {
        CHECK(cmd("reg load HKLM\\X E:\\Windows\\System32\\config\\SYSTEM\nreg query HKLM\\X", "not-unloaded"));
        CHECK(cmd("md E:\\save\nicacls E:\\a /t > C:\\save\\a.txt", "other-folder"));
        CHECK_FALSE(cmd("md E:\\save\nicacls E:\\a /t > E:\\save\\a.txt", "other-folder"));
    }
}
