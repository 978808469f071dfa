// From Markdown to commands: where they stand, how far they go, and what is no command.
#include "scripts/article/article_commands.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "scripts/article/article_reader.hpp"

using namespace emsctl::scripts;

namespace {

std::vector<article_command> commands_in(const std::string& markdown) {
    auto text = read_article(markdown);
    return commands_of(text);
}

std::string texts_in(const std::string& markdown) {
    std::string all;
    for (const auto& c : commands_in(markdown))
        all += std::to_string(c.line) + (c.in == shell::cmd ? " cmd " : " ps ") + c.text + "\n";
    return all;
}

std::string block(const std::string& info, const std::string& text) {
    return "```" + info + "\n" + text + "\n```\n";
}

bool is_told(const std::string& markdown, const std::string& code) {
    auto text = read_article(markdown);
    static_cast<void>(commands_of(text));
    return std::any_of(text.findings.begin(), text.findings.end(), [&](const auto& f) { return f.code == code; });
}

}  // namespace

TEST_SUITE("scripts/article_commands") {
    TEST_CASE(
        "commands keep their line, heading and list item, behind front matter and in nested lists of any language") {
        const auto all = commands_in(
            "---\ntitle: 'Tiden går fel'\n---\n# <a name=\"x\"></a>Uhr\n\n## 時刻サービス\n\n1. Erst sehen:\n\n"
            "   - Genauer:\n\n     ```console\n     sc query W32Time\n     ```\n");
        REQUIRE(all.size() == 1);
        CHECK(all[0].text == "sc query W32Time");
        CHECK(all[0].line == 13);
        CHECK(all[0].heading == "Uhr > 時刻サービス");
        CHECK(all[0].paragraph == "Genauer:");
        CHECK(read_article("---\ntitle: 'Tiden går fel'\n---\n# a\n").title == "Tiden går fel");
    }

    TEST_CASE("the shell is told by the words of a command, whatever the block is called") {
        CHECK(texts_in(block("powershell", "Get-Service spooler\nsc.exe query spooler")) ==
              "2 ps Get-Service spooler\n3 cmd sc.exe query spooler\n");
        CHECK(texts_in(block("console", "Get-Service spooler\nipconfig /all")) ==
              "2 ps Get-Service spooler\n3 cmd ipconfig /all\n");
        CHECK(texts_in("Text:\n\n    ipconfig /flushdns\n") == "3 cmd ipconfig /flushdns\n");
        CHECK(texts_in("~~~ DOS\nver\n~~~\n") == "2 cmd ver\n");
    }

    TEST_CASE("a statement goes on as its shell says, and comments become what it is for") {
        const auto ps = commands_in(
            block("powershell",
                  "# first look\nif ($true) {\n  Get-Date\n}\nelse {\n  Get-Host\n}\nGet-Service `\n  -Name a"));
        REQUIRE(ps.size() == 2);
        CHECK(ps[0].paragraph == "first look");
        CHECK(ps[0].text.find("Get-Host\n}") != std::string::npos);
        CHECK(ps[1].text == "Get-Service `\n  -Name a");
        const auto cmd =
            commands_in(block("cmd", "REM see\nreg query HKLM\\A ^\n  /v B\nif exist c:\\a (\n  ver\n)\nver"));
        REQUIRE(cmd.size() == 3);
        CHECK(cmd[0].text == "reg query HKLM\\A ^\n  /v B");
        CHECK(cmd[0].paragraph == "see");
        CHECK(cmd[1].text == "if exist c:\\a (\n  ver\n)");
    }

    TEST_CASE("a quote or bracket that never ends costs one line and not the rest of the block") {
        const auto all = commands_in(block("powershell", "Write-Host \"a\nGet-Date\nGet-Host"));
        REQUIRE(all.size() == 3);
        CHECK(all[1].text == "Get-Date");
    }

    TEST_CASE("prompts are taken off, and what was printed between them is left out") {
        const std::string shown =
            block("", "PS C:\\Users\\a> Get-Date\n\nMonday\n\nC:\\Windows\\system32>ver\nMicrosoft Windows");
        CHECK(texts_in(shown) == "2 ps Get-Date\n6 cmd ver\n");
        CHECK(is_told(shown, "output"));
        CHECK(texts_in(block("cmd", "C:\\tools\\a.exe /x > c:\\out.txt")) ==
              "2 cmd C:\\tools\\a.exe /x > c:\\out.txt\n");
    }

    TEST_CASE("output, data and scripts of other languages are no commands") {
        CHECK(texts_in(block("output", "sc query a")).empty());
        CHECK(texts_in(block("json", "{}")).empty());
        CHECK(texts_in(block("cmd", "Log Name:   System\nSource:  Disk\nDate: today")).empty());
        CHECK(texts_in(block("", "HKEY_LOCAL_MACHINE\\SYSTEM\\Setup")).empty());
        CHECK(is_told(block("vbscript", "WScript.Echo 1"), "not-a-shell"));
        CHECK(is_told("[!INCLUDE [shared](../a.md)]\n", "included"));
        CHECK(is_told(":::code language=\"powershell\" source=\"a.ps1\":::\n", "included"));
    }

    TEST_CASE("commands for other places are known by where they have to be given") {
        const auto where = [](const std::string& info, const std::string& text) {
            const auto all = commands_in(block(info, text));
            REQUIRE_FALSE(all.empty());
            return all.back().where;
        };
        CHECK(where("azurecli", "az vm restart --name a") == command_place::outside);
        CHECK(where("bash", "systemctl status sshd") == command_place::outside);
        CHECK(where("powershell", "$vm = Get-AzVM -Name a") == command_place::outside);
        CHECK(where("", "SAC>ch -si 1") == command_place::sac);
        CHECK(where("", "ch -si 1") == command_place::sac);
        CHECK(where("console", "diskpart\nlist disk") == command_place::program);
        CHECK(where("console", "diskpart\nlist disk\nexit\nver") == command_place::shell);
    }

    TEST_CASE("a sentence holds a command only when it says enough, and bold names of buttons are none") {
        CHECK(texts_in("Führen Sie `sfc /scannow` aus.\n") == "1 cmd sfc /scannow\n");
        CHECK(texts_in("- `sc query netlogon`\n") == "1 cmd sc query netlogon\n");
        CHECK(texts_in("Type **chkdsk c: /f** there.\n") == "1 cmd chkdsk c: /f\n");
        CHECK(texts_in("| A | B |\n|---|---|\n| x | `net stop spooler` |\n") == "3 cmd net stop spooler\n");
        CHECK(texts_in("Use `netstat`, `reg add`, `net`, **Find Next**, **Start** and `HKLM\\SYSTEM`.\n").empty());
        CHECK(texts_in("See `sfc /scannow`.\n\n" + block("cmd", "sfc  /SCANNOW")) == "4 cmd sfc  /SCANNOW\n");
    }

    TEST_CASE("statements that hand a variable on stay together") {
        CHECK(texts_in(block("powershell", "$a = Get-Service x\nGet-Date\n$a | Stop-Service\nGet-Host")) ==
              "2 ps $a = Get-Service x\nGet-Date\n$a | Stop-Service\n5 ps Get-Host\n");
        CHECK(texts_in(block("cmd", "set d=c:\\x\ndir %d%\nver")) == "2 cmd set d=c:\\x\ndir %d%\n4 cmd ver\n");
    }

    TEST_CASE("commands in raw HTML are read without its tags") {
        CHECK(texts_in("<pre lang=\"bat\">\nreg query &quot;HKLM\\A <i>b</i>&quot;\n</pre>\n") ==
              "2 cmd reg query \"HKLM\\A b\"\n");
    }

    TEST_CASE("a block without an end is told, and what is no text is refused") {
        CHECK(is_told("```cmd\nver\n", "unclosed"));
        CHECK_FALSE(is_told(block("cmd", "ver"), "unclosed"));
        CHECK(article_refusal(std::string("a\0b", 3)));
        CHECK(article_refusal("\xff\xfe\x41"));
        CHECK(article_refusal(std::string(largest_article + 1, 'a')));
        CHECK_FALSE(article_refusal("# fine\n"));
    }
}
