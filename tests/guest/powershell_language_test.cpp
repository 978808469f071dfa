#include <doctest/doctest.h>

#include "tests/guest/powershell_bench.hpp"

using namespace emsctl::guest;

namespace {

struct language_case {
    const char* script;
    const char* out;
};

const language_case cases[] = {
    // text
    {R"('a''b')", "a'b\r\n"},
    {R"($x = 7; "x=$x $($x+1) `$x `"q`" ${x}y")", "x=7 8 $x \"q\" 7y\r\n"},
    {"@'\na $x\nb\n'@", "a $x\r\nb\r\n"},
    {"$x=1; @\"\na $x\n\"@", "a 1\r\n"},
    {R"("a`tb" -replace "`t", '-')", "a-b\r\n"},
    {R"('{0}|{1,5}|{2,-4}|{3:X4}|{{}}' -f 'a',12,'b',255)", "a|   12|b   |00FF|{}\r\n"},
    {R"('{0:D3} {1:N1} {2:0.00}' -f 7,1234.56,2)", "007 1,234.6 2.00\r\n"},
    {R"('{0}' -f $null)", "\r\n"},
    {R"("a,b,,c".Split(',').Count)", "4\r\n"},
    {R"('  x '.Trim() + 'Abc'.ToUpper() + 'abc'.Substring(1,1) + 'abc'.Replace('b','x'))", "xABCbaxc\r\n"},
    {R"('abc'.StartsWith('ab'); 'abc'.Contains('B'); 'abc'.IndexOf('c'); 'abc'.Length)", "True\r\nFalse\r\n2\r\n3\r\n"},
    {R"('a,b;c' -split '[,;]' -join '+')", "a+b+c\r\n"},
    {R"('x'.PadLeft(3,'0') + 'y'.PadRight(3) + '|')", "00xy  |\r\n"},
    // numbers
    {"1 + 2 * 3", "7\r\n"},
    {"7 / 2; 6 / 2; 7 % 3; -7 / 2", "3.5\r\n3\r\n1\r\n-3.5\r\n"},
    {"0x1F; 0xffffffff; 2kb; [int]'42'; [int]2.5; [int]3.5", "31\r\n-1\r\n2048\r\n42\r\n2\r\n4\r\n"},
    {"2147483647 + 1", "2147483648\r\n"},
    {"5 -band 4; 1 -bor 2; -not 0; !$true", "4\r\n3\r\nTrue\r\nFalse\r\n"},
    {"$i = 5; $i++; $i += 2; $i; $i--; $i", "8\r\n7\r\n"},
    // comparisons
    {"'ABC' -eq 'abc'; 'ABC' -ceq 'abc'; 'abc' -like 'A*'; 'abc' -match '^a(.)'; $Matches[1]",
     "True\r\nFalse\r\nTrue\r\nTrue\r\nb\r\n"},
    {"1,2,3 -contains 2; 2 -in 1,2; 'a' -notin 'b','c'; (1,2,3,4 -gt 2) -join ','", "True\r\nTrue\r\nTrue\r\n3,4\r\n"},
    {"$true -and $false; $true -or $false; $null -eq $null; 10 -gt 9; '10' -gt 9",
     "False\r\nTrue\r\nTrue\r\nTrue\r\nFalse\r\n"},
    {"'abc' -is [string]; 5 -is [int]; ('12' -as [int]) + 1", "True\r\nTrue\r\n13\r\n"},
    // collections
    {"$a = @(); $a += 1; $a += 2; $a.Count; $a[-1]; $a[0..1] -join ','", "2\r\n2\r\n1,2\r\n"},
    {"(1..3 | ForEach-Object { $_ * 2 }) -join ' '; (3..1) -join ' '", "2 4 6\r\n3 2 1\r\n"},
    {"$h = @{ a = 1; 'b c' = 2 }; $h.a; $h['b c']; $h.Count; $h.x = 9; $h.ContainsKey('X')", "1\r\n2\r\n2\r\nTrue\r\n"},
    {"$a, $b = 1, 2, 3; $a; $b -join '/'", "1\r\n2/3\r\n"},
    {"(,1).Count; @(5).Count; @().Count; $null.Count; 'x'.Count", "1\r\n1\r\n0\r\n0\r\n1\r\n"},
    {"$o = [pscustomobject]@{ Name = 'n'; Value = 3 }; $o.Name; $o.Value + 1; @($o,$o).Name -join ','",
     "n\r\n4\r\nn,n\r\n"},
    // control
    {"if (1 -gt 2) { 'a' } elseif (2 -gt 1) { 'b' } else { 'c' }", "b\r\n"},
    {"foreach ($x in 1,2,3) { if ($x -eq 2) { continue }; $x }", "1\r\n3\r\n"},
    {"for ($i = 0; $i -lt 5; $i++) { if ($i -eq 2) { break }; $i }", "0\r\n1\r\n"},
    {"$n = 0; while ($n -lt 2) { $n++ }; do { $n++ } until ($n -ge 5); $n", "5\r\n"},
    {"switch ('b') { 'a' { 1 } 'B' { 2 } default { 3 } }; switch (9) { 1 { 'x' } default { 'd' } }", "2\r\nd\r\n"},
    {"function add($a, $b = 10) { return $a + $b }; add 1 2; add 5; add -b 1 -a 2", "3\r\n15\r\n3\r\n"},
    {"function f { param([switch]$s, [int]$n) if ($s) { \"s$n\" } else { \"-$n\" } }; f -s 4; f '5'", "s4\r\n-5\r\n"},
    {"function f { $args.Count; $args[1] }; f a b c", "3\r\nb\r\n"},
    {"$x = 1; function f { $x = 2; $script:x = 3 }; f; $x; & { $x = 9 }; $x", "3\r\n3\r\n"},
    {"& { param($a) \"<$a>\" } 'q'; $b = { 'blk' }; & $b", "<q>\r\nblk\r\n"},
    {"'a' # comment\n<# more\n#> 'b'; 'c' + `\n 'd'", "a\r\nb\r\ncd\r\n"},
    {"$x = if ($true) { 'yes' } else { 'no' }; $x; $y = foreach ($i in 1..2) { $i }; $y.Count", "yes\r\n2\r\n"},
    {"$e = @(1,\n 2\n 3)\n$e.Count\n'a' |\n ForEach-Object { $_ + 'b' }", "3\r\nab\r\n"},
    // pipelines
    {"1..5 | Where-Object { $_ % 2 } | Select-Object -First 2", "1\r\n3\r\n"},
    {"3,1,2 | Sort-Object -Descending | Select-Object -First 1; (1..4 | Measure-Object -Sum).Sum", "3\r\n10\r\n"},
    {"'b','a','b' | sort -Unique; (1,2 | measure).Count; 'x','yy' | % Length", "a\r\nb\r\n2\r\n1\r\n2\r\n"},
    {"[pscustomobject]@{A=1;B='x'} | ConvertTo-Csv -NoTypeInformation", "\"A\",\"B\"\r\n\"1\",\"x\"\r\n"},
    {"[pscustomobject]@{A=1;B=@('x',$true,$null)} | ConvertTo-Json -Compress", "{\"A\":1,\"B\":[\"x\",true,null]}\r\n"},
    {"1,2 | Out-Null; $null = 5; [void]'x'.Length; 'end' | Out-String -Stream", "end\r\n"},
    {"Write-Output a 5; Write-Host 'h' 1; echo 0x10", "a\r\n5\r\nh 1\r\n16\r\n"},
    // dates
    {"([datetime]'2024-05-02 03:12:00').ToString('yyyy/MM/dd HH-mm-ss')", "2024/05/02 03-12-00\r\n"},
    {"$d = [datetime]'2024-12-31'; $d.AddDays(1).Year; ($d - [datetime]'2024-12-30').TotalHours; \"$d\"",
     "2025\r\n24\r\n12/31/2024 00:00:00\r\n"},
    {"'{0:o}' -f [datetime]'2024-05-02T03:12:00'", "2024-05-02T03:12:00.0000000\r\n"},
    // .NET
    {"[Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes('hi'))", "aABpAA==\r\n"},
    {"[Text.Encoding]::ASCII.GetString([Convert]::FromBase64String('aGk='))", "hi\r\n"},
    {"[math]::Max(3, 4 + 1); [string]::IsNullOrEmpty(''); [Environment]::MachineName", "5\r\nTrue\r\nWEB-RDS01\r\n"},
    {"$env:X = 'v'; $env:X; \"$env:ProgramData\"; Test-Path Env:X", "v\r\nC:\\ProgramData\r\nTrue\r\n"},
    {"'{0}' -f $PSVersionTable.PSVersion.Major; $x = 5; \"$($x)$(1..2)\"", "5\r\n51 2\r\n"},
};

}  // namespace

TEST_SUITE("guest/powershell language") {
    TEST_CASE("scripts print what PowerShell 5.1 prints") {
        powershell_bench bench;
        for (const auto& one : cases) {
            CAPTURE(one.script);
            const auto got = bench.run(one.script);
            CHECK(got.out == one.out);
            CHECK(got.err == "");
            CHECK(got.code == 0);
        }
    }

    TEST_CASE("a file that does not parse runs nothing") {
        powershell_bench bench;
        for (const auto* script : {"'before'\nif (1 {", "'before'; 'open", "'before'; foreach ($x) {}",
                                   "'before'; @{a}", "'before'; 1 +", "'before'; a && b", "'before' }", "try { 1 }"}) {
            CAPTURE(script);
            const auto got = bench.run(script);
            CHECK(got.out == "");
            CHECK(got.err.find("ParserError: (:) [], ParentContainsErrorRecordException") != std::string::npos);
            CHECK(got.code == 1);
        }
        CHECK(
            bench.run("if ($x {\n")
                .err.starts_with("Missing closing ')' after expression in 'if' statement.\r\nAt C:\\t\\f.ps1:1 char:"));
    }

    TEST_CASE("what is outside the subset fails and is in the log") {
        powershell_bench bench;
        CHECK(bench.run("Get-Foo -Bar 1")
                  .err.starts_with("Get-Foo : The term 'Get-Foo' is not recognized as the name of a cmdlet"));
        CHECK(bench.has_refused("Get-Foo"));
        CHECK(bench.run("Get-Service -Bar x")
                  .err.find("A parameter cannot be found that matches parameter name 'Bar'.") != std::string::npos);
        CHECK(bench.has_refused("Get-Service Bar"));
        CHECK(bench.run("[Net.Sockets.TcpClient]::new()")
                  .err.starts_with("Unable to find type [Net.Sockets.TcpClient]."));
        CHECK(bench.has_refused("[Net.Sockets.TcpClient]"));
        CHECK(bench.run("'x'.Normalize()").err.find("does not contain a method named 'Normalize'") !=
              std::string::npos);
        CHECK(bench.has_refused("Normalize"));
        CHECK(bench.run("class A { }").code == 1);
        CHECK(bench.has_refused("syntax"));
    }

    TEST_CASE("what never ends is ended") {
        powershell_bench bench;
        CHECK(bench.run("function f { if ($true) { f } }; f")
                  .err.starts_with("The script failed due to call depth overflow."));
        CHECK(bench.run(std::string(3000, '(')).code == 1);
        CHECK(bench.run("while ($true) { }").err.find("ran too long") != std::string::npos);
        CHECK(bench.run("$x = 'a' * 30000; $x -match 'b'").err.find("too long") != std::string::npos);
    }

    TEST_CASE("an alias hides the program of the same name") {
        powershell_bench bench;
        CHECK(bench.run("sc C:\\t\\x.txt hello").code == 0);
        CHECK(bench.content("C:\\t\\x.txt") == "hello\r\n");
        CHECK(bench.run("sc.exe query TermService").out.find("SERVICE_NAME: TermService") != std::string::npos);
    }

    TEST_CASE("redirection writes UTF-16 and merges errors") {
        powershell_bench bench;
        bench.run("'hi' > C:\\t\\u.txt; 'there' >> C:\\t\\u.txt");
        CHECK(bench.content("C:\\t\\u.txt") == "\xff\xfe" + text::to_utf16le("hi\r\nthere\r\n"));
        CHECK(bench.run("Get-Item C:\\nix 2>$null; 'on'").out == "on\r\n");
        CHECK(bench.run("$x = Get-Item C:\\nix 2>&1; $x.ToString()").out ==
              "Cannot find path 'C:\\nix' because it does not exist.\r\n");
        bench.run("'a' | Out-File C:\\t\\o.txt -Encoding ascii; 'b' | Set-Content C:\\t\\s.txt");
        CHECK(bench.content("C:\\t\\o.txt") == "a\r\n");
        CHECK(bench.content("C:\\t\\s.txt") == "b\r\n");
    }

    TEST_CASE("it can be used at its prompt") {
        cmd_bench bench;
        bench.answers = {"1 + 1", "if ($true) {", "'in'", "}", "", "exit 4"};
        const auto out = bench.type("powershell");
        CHECK(out.find("Windows PowerShell") == 0);
        CHECK(out.find("PS C:\\") != std::string::npos);
        CHECK(out.find("2\r\n") != std::string::npos);
        CHECK(out.find("in\r\n") != std::string::npos);
        CHECK(bench.errorlevel() == "4\r\n");
    }
}
