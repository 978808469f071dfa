#include <doctest/doctest.h>

#include "sac/guest/base64.hpp"
#include "tests/guest/powershell_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/powershell errors") {
    TEST_CASE("an error that ends its statement does not end the script") {
        powershell_bench bench;
        const auto got = bench.run("'a'\nGet-Item C:\\nix\n'b'; $?\n[int]'q'\n'c'");
        CHECK(got.out == "a\r\nb\r\nTrue\r\nc\r\n");
        CHECK(got.code == 0);
        CHECK(got.err.starts_with(
            "Get-Item : Cannot find path 'C:\\nix' because it does not exist.\r\n"
            "At C:\\t\\f.ps1:2 char:1\r\n+ Get-Item C:\\nix\r\n+ ~~~~~~~~~~~~~~~\r\n"
            "    + CategoryInfo          : ObjectNotFound: (C:\\nix:String) [Get-Item], ItemNotFoundException\r\n"
            "    + FullyQualifiedErrorId : PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand\r\n \r\n"));
        CHECK(got.err.find("Cannot convert value \"q\" to type \"System.Int32\". Error: \"Input string was not in a "
                           "correct format.\"") != std::string::npos);
    }

    TEST_CASE("throw and Stop end the script with 1") {
        powershell_bench bench;
        auto got = bench.run("'a'; throw 'boom'; 'b'");
        CHECK(got.out == "a\r\n");
        CHECK(got.err ==
              "boom\r\nAt C:\\t\\f.ps1:1 char:6\r\n+ 'a'; throw 'boom'; 'b'\r\n+      ~~~~~~~~~~~~\r\n"
              "    + CategoryInfo          : OperationStopped: (boom:String) [], RuntimeException\r\n"
              "    + FullyQualifiedErrorId : boom\r\n \r\n");
        CHECK(got.code == 1);
        got = bench.run("$ErrorActionPreference = 'Stop'; Get-Item C:\\nix; 'b'");
        CHECK(got.out == "");
        CHECK(got.code == 1);
        got = bench.run("Get-Item C:\\nix -ErrorAction Stop; 'b'");
        CHECK(got.out == "");
        CHECK(got.code == 1);
    }

    TEST_CASE("silenced errors are silent and $? knows of them") {
        powershell_bench bench;
        const auto got =
            bench.run("Get-Item C:\\nix -ErrorAction SilentlyContinue; $?; Get-Item C:\\nix -ea 0; $?; 1; $?");
        CHECK(got.out == "False\r\nFalse\r\n1\r\nTrue\r\n");
        CHECK(got.err == "");
    }

    TEST_CASE("try catches what is thrown, also what only ends a statement") {
        powershell_bench bench;
        CHECK(bench.run("try { throw 'x' } catch { \"c:$_\" } finally { 'f' }").out == "c:x\r\nf\r\n");
        CHECK(bench.run("try { [int]'q'; 'no' } catch { 'c' }; 'after'").out == "c\r\nafter\r\n");
        CHECK(bench.run("try { Get-Item C:\\nix; 'on' } catch { 'c' }").out == "on\r\n");
        CHECK(bench
                  .run("try { Get-Item C:\\nix -ErrorAction Stop } catch "
                       "[System.Management.Automation.ItemNotFoundException] { $_.FullyQualifiedErrorId } catch { "
                       "'other' }")
                  .out == "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand\r\n");
        CHECK(bench.run("try { 1/0 } catch { $_.Exception.Message }").out == "Attempted to divide by zero.\r\n");
        CHECK(bench.run("try { try { throw 'a' } finally { 'f' } } catch { 'c' }").out == "f\r\nc\r\n");
        CHECK(bench.run("try { throw 'a' } catch { throw }").code == 1);
        CHECK(bench.run("try { [Convert]::FromBase64String('*') } catch { $_.Exception.Message }")
                  .out.starts_with("Exception calling \"FromBase64String\" with \"1\" argument(s): \"The input is not "
                                   "a valid Base-64 string"));
    }

    TEST_CASE("exit codes of -File, -Command and -EncodedCommand") {
        powershell_bench bench;
        CHECK(bench.run("exit 3").code == 3);
        CHECK(bench.run("cmd /c exit 5").code == 0);
        CHECK(bench.run("cmd /c exit 5; exit $LASTEXITCODE").code == 5);
        CHECK(bench.run("cmd /c exit 5; $LASTEXITCODE; $?").out == "5\r\nTrue\r\n");
        CHECK(bench.run("cmd /c exit 5; $?").out == "False\r\n");
        CHECK(bench.shell("-Command \"exit 6\"").code == 6);
        CHECK(bench.shell("-Command \"cmd /c exit 5\"").code == 1);
        CHECK(bench.shell("-Command \"Get-Item C:\\nix\"").code == 1);
        CHECK(bench.shell("-Command \"Get-Item C:\\nix; 'x'\"").code == 0);
        CHECK(bench.shell("-Command \"throw 'x'\"").code == 1);
        CHECK(bench.shell("-Command 'a' + 1").out == "a1\r\n");
        CHECK(bench.shell("\"1+1\"").out == "2\r\n");
        const auto encoded = bench.shell("-EncodedCommand " + to_base64(text::to_utf16le("'enc'; exit 2")));
        CHECK(encoded.out == "enc\r\n");
        CHECK(encoded.code == 2);
        CHECK(bench.shell("-File nix.ps1").code == -196608);
        CHECK(bench.run("param($a, [int]$b) \"$a|$($b + 1)\"", "x -b 4").out == "x|5\r\n");
    }

    TEST_CASE("the wrapper reports nothing, a code, a failure, a throw") {
        powershell_bench bench;
        auto got = bench.wrapped("");
        CHECK(got.out == "");
        CHECK(got.err == "");
        CHECK(got.code == 0);
        got = bench.wrapped("'x'\nexit 3");
        CHECK(got.out == "x\r\n");
        CHECK(got.code == 3);
        got = bench.wrapped("'a'\nGet-Item C:\\nix\n'b'");
        CHECK(got.out == "a\r\n");
        CHECK(got.err == "Cannot find path 'C:\\nix' because it does not exist.\r\n");
        CHECK(got.code == 1);
        got = bench.wrapped("throw 'boom'");
        CHECK(got.err == "boom\r\n");
        CHECK(got.code == 1);
        got = bench.wrapped("cmd /c exit 9");
        CHECK(got.code == 9);
        got = bench.wrapped("Get-Item C:\\nix -ErrorAction SilentlyContinue");
        CHECK(got.code == 0);
        got = bench.wrapped("if (");
        CHECK(got.code == 1);
        CHECK(got.out == "");
        CHECK(!got.err.empty());
        got = bench.wrapped("No-Such-Thing");
        CHECK(got.err.starts_with("The term 'No-Such-Thing' is not recognized"));
        CHECK(got.code == 1);
    }

    TEST_CASE("a program that writes to standard error does not by that fail the script") {
        powershell_bench bench;
        bench.put("C:\\t\\noisy.cmd", "@echo out\n@echo err>&2\n@exit /b 0\n");
        auto got = bench.wrapped(".\\noisy.cmd");
        CHECK(got.out == "out\r\n");
        CHECK(got.err == "err\r\n");
        CHECK(got.code == 0);
        // Redirected, the same line becomes an error record, and Stop acts on it.
        got = bench.wrapped(".\\noisy.cmd 2>&1");
        CHECK(got.code == 1);
        CHECK(got.err == "err\r\n");
    }

    TEST_CASE("programs get their arguments and give their text") {
        powershell_bench bench;
        bench.put("C:\\t\\args.cmd", "@echo [%1][%2]\n");
        CHECK(bench.run(".\\args.cmd a 'b c'").out == "[a][\"b c\"]\r\n");
        CHECK(bench.run("$x = hostname; \"<$x>\"").out == "<WEB-RDS01>\r\n");
        CHECK(bench.run("$d='C:\\t'; icacls $d /grant '*S-1-5-20:(R)' | Out-Null; $LASTEXITCODE").out == "0\r\n");
        CHECK(bench.run("'b','a' | sort.exe").out == "a\r\nb\r\n");
        CHECK(bench.run("nosuch.exe").err.find("CommandNotFoundException") != std::string::npos);
    }
}
