#include "sac/guest/cmd_interpreter.hpp"

#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/cmd_interpreter") {
    TEST_CASE("what a line typed at the prompt writes") {
        struct {
            const char* line;
            const char* output;
        } cases[] = {
            {"echo hello", "hello\r\n"},
            {"echo  a  b ", " a  b \r\n"},
            {"echo.", "\r\n"},
            {"echo.x", "x\r\n"},
            {"echo(", "\r\n"},
            {"echo", "ECHO is on.\r\n"},
            {"echo a^&b", "a&b\r\n"},
            {"echo \"a&b\"", "\"a&b\"\r\n"},
            {"echo a&echo b", "a\r\nb\r\n"},
            {"echo a & echo b", "a \r\nb\r\n"},
            {"(echo a&echo b)", "a\r\nb\r\n"},
            {"ver >nul && echo yes", "yes\r\n"},
            {"cd nowhere 2>nul || echo no", "no\r\n"},
            {"echo a 1>&2", "a \r\n"},
            {"echo 100%", "100%\r\n"},
            {"echo %nothing%", "%nothing%\r\n"},
            {"echo %nothing:a=b%", "%nothing:a=b%\r\n"},
            {"echo %OS%", "Windows_NT\r\n"},
            {"echo %os:nt=XX%", "Windows_XX\r\n"},
            {"echo %OS:~0,3% %OS:~-2%", "Win NT\r\n"},
            {"if 1==1 echo same", "same\r\n"},
            {"if 1==2 (echo a) else (echo b)", "b\r\n"},
            {"if /i A==a echo same", "same\r\n"},
            {"if not A==a echo other", "other\r\n"},
            {"if 10 gtr 9 echo more", "more\r\n"},
            {"if abc lss abd echo less", "less\r\n"},
            {"if defined OS echo there", "there\r\n"},
            {"if exist C:\\Windows echo there", "there\r\n"},
            {"if not exist C:\\x if 2 geq 2 echo both", "both\r\n"},
            {"for %a in (1 2,3) do @echo [%a]", "[1]\r\n[2]\r\n[3]\r\n"},
            {"for /l %i in (3,-1,1) do @echo %i", "3\r\n2\r\n1\r\n"},
            {"for /f \"tokens=1* delims=:\" %a in (\"x:y:z\") do @echo %a-%b", "x-y:z\r\n"},
            {"for /f \"tokens=2,3\" %a in (\"1 2 3 4\") do @echo %a%b", "23\r\n"},
            {"for /f \"usebackq delims=\" %a in (`echo a b`) do @echo [%a]", "[a b]\r\n"},
            {"for /f %a in ('echo one ^& echo two') do @echo %a", "one\r\ntwo\r\n"},
            {"for %f in (C:\\Windows\\win.ini) do @echo %~nxf %~zf", "win.ini 92\r\n"},
            {"set /a 7*(3+4)", "49"},
            {"set /a \"x=010, x+=0x10\"", "24"},
            {"echo a|findstr a", "a\r\n"},
            {"echo a| findstr b || echo none", "none\r\n"},
            {"@echo x", "x\r\n"},
            {"rem nothing & echo x", ""},
            {"echo x>nul", ""},
            {"title abc", ""},
        };
        cmd_bench bench;
        for (const auto& c : cases) {
            CAPTURE(c.line);
            CHECK(bench.type(c.line) == c.output);
        }
    }

    TEST_CASE("what cmd.exe says about lines it does not understand") {
        cmd_bench bench;
        CHECK(bench.type("frobnicate /x") ==
              "'frobnicate' is not recognized as an internal or external command,\r\noperable program or batch "
              "file.\r\n");
        CHECK(bench.errorlevel() == "9009\r\n");
        CHECK(bench.os.log.at(bench.os.log.size() - 2).text == "not simulated: frobnicate");
        CHECK(bench.type("& echo x") == "& was unexpected at this time.\r\n");
        CHECK(bench.type("echo x >") == "The syntax of the command is incorrect.\r\n");
        CHECK(bench.type("if %nix%==") == "The syntax of the command is incorrect.\r\n");
        CHECK(bench.type("if a b c") == "b was unexpected at this time.\r\n");
        CHECK(bench.type("for %a in (1) echo") == "echo was unexpected at this time.\r\n");
        CHECK(bench.type("type nowhere.txt") == "The system cannot find the file specified.\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
        CHECK(bench.type("cd nowhere") == "The system cannot find the path specified.\r\n");
        CHECK(bench.type("C:\\nowhere\\x.exe") == "The system cannot find the path specified.\r\n");
        CHECK(bench.type("echo " + std::string(8200, 'x')) == "The input line is too long.\r\n");
    }

    TEST_CASE("redirections stand anywhere, and a digit is a handle only as a word of its own") {
        cmd_bench bench;
        bench.type("md C:\\t & cd /d C:\\t");
        bench.type("echo one> a.txt");
        CHECK(bench.content("C:\\t\\a.txt") == "one\r\n");
        bench.type(">>a.txt echo two");
        CHECK(bench.content("C:\\t\\a.txt") == "one\r\ntwo\r\n");
        bench.type("echo 1>a.txt");
        CHECK(bench.content("C:\\t\\a.txt") == "ECHO is on.\r\n");
        bench.type("echo x1>a.txt");
        CHECK(bench.content("C:\\t\\a.txt") == "x1\r\n");
        bench.type(">a.txt echo x1 y");
        CHECK(bench.content("C:\\t\\a.txt") == "x1 y\r\n");
        bench.type("type nowhere >a.txt 2>&1");
        CHECK(bench.content("C:\\t\\a.txt") == "The system cannot find the file specified.\r\n");
        bench.type("echo a >a.txt b");
        CHECK(bench.content("C:\\t\\a.txt") == "a  b\r\n");
        CHECK(bench.type("echo x > nowhere\\a.txt") == "The system cannot find the path specified.\r\n");
        bench.type("(echo 1& echo 2) > a.txt");
        CHECK(bench.content("C:\\t\\a.txt") == "1\r\n2\r\n");
        CHECK(bench.type("findstr /n \"^\" <a.txt") == "1:1\r\n2:2\r\n");
    }

    TEST_CASE("a variable called ERRORLEVEL hides the real one") {
        cmd_bench bench;
        CHECK(bench.batch("@set ERRORLEVEL=5\n@cmd /c exit 3\n@echo %ERRORLEVEL%\n@set \"ERRORLEVEL=\"\n@cmd /c exit "
                          "3\n@echo %ERRORLEVEL%\n") == "5\r\n3\r\n");
    }

    TEST_CASE("the error level after built-in commands, in .cmd and .bat files") {
        cmd_bench bench;
        const auto script = [](const std::string& line) {
            return "@echo off\ncmd /c exit 7\n" + line + "\necho %ERRORLEVEL%\n";
        };
        CHECK(bench.batch(script("echo x>nul")) == "7\r\n");
        CHECK(bench.batch(script("set X=1")) == "0\r\n");
        CHECK(bench.batch(script("set X=1"), "", "b.bat") == "7\r\n");
        CHECK(bench.batch(script("ver >nul"), "", "b.bat") == "0\r\n");
        CHECK(bench.batch(script("if 1==1 rem x")) == "7\r\n");
        CHECK(bench.batch(script("del nowhere 2>nul")) == "0\r\n");
        CHECK(bench.batch(script("rd nowhere 2>nul")) == "7\r\n");
        CHECK(bench.batch(script("rd nowhere 2>nul || echo failed")) == "failed\r\n7\r\n");
    }

    TEST_CASE("percent signs in a batch file") {
        cmd_bench bench;
        CHECK(bench.batch("@echo [%nothing%] 100%% %1 %~2 %* 50%\n", "\"a b\" \"c d\"") ==
              "[] 100% \"a b\" c d \"a b\" \"c d\" 50\r\n");
        CHECK(bench.batch("@echo %~dp0 %~n0 %~x0 %~f0\n") == "C:\\t\\ b .cmd C:\\t\\b.cmd\r\n");
        // Of an undefined %name:spec% only the name goes away, and the sign that is left alone.
        CHECK(bench.batch("@echo [%nothing: =x%]\n") == "[ =x]\r\n");
        CHECK(bench.batch("@set H=ab cd ef\n@echo %H: =%\n") == "abcdef\r\n");
    }

    TEST_CASE("labels, calls and their arguments") {
        cmd_bench bench;
        CHECK(bench.batch("@echo off\ngoto %1\n:a\necho was a\ngoto :eof\n:b\ncall :sub one two\necho back "
                          "%ERRORLEVEL%\nexit /b 4\n:sub\necho %0 %2 %1\nexit /b 3\n",
                          "b") == ":sub two one\r\nback 3\r\n");
        CHECK(bench.errorlevel() == "4\r\n");
        CHECK(bench.batch("@goto nowhere\n") == "The system cannot find the batch label specified - nowhere\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
        CHECK(bench.batch("@echo off\ncall b2.cmd x\necho after\n") ==
              "'b2.cmd' is not recognized as an internal or external command,\r\noperable program or batch "
              "file.\r\nafter\r\n");
        bench.put("C:\\t\\b2.cmd", "@echo inner %1\n");
        CHECK(bench.batch("@echo off\ncall b2 x\nb2 y\necho not reached\n") == "inner x\r\ninner y\r\n");
        CHECK(bench.batch("@echo off\n:again\nif \"%1\"==\"\" goto :eof\necho %1\nshift\ngoto again\n", "1 2 3") ==
              "1\r\n2\r\n3\r\n");
    }

    TEST_CASE("each line is parsed when it is reached, a block as a whole") {
        cmd_bench bench;
        CHECK(bench.batch("@echo off\nset X=1\nset X=2& echo %X%\necho %X%\n(\nset X=3\necho %X%\n)\necho %X%\n") ==
              "1\r\n2\r\n2\r\n3\r\n");
        CHECK(bench.batch(
                  "@echo off\nsetlocal enabledelayedexpansion\nset X=1\nset X=2& echo !X!\nendlocal\necho [%X%]\n") ==
              "2\r\n[3]\r\n");
        CHECK(bench.batch("@echo off\nif 1==1 (\n  echo a\n) else (\n  echo b\n)\necho c ^\nd\n") == "a\r\nc d\r\n");
    }

    TEST_CASE("a batch file that echoes its lines shows prompt and command") {
        cmd_bench bench;
        CHECK(bench.batch("echo hi\n") == "\r\nC:\\t>echo hi \r\nhi\r\n");
    }

    TEST_CASE("standard input reaches set /p and ends") {
        cmd_bench bench;
        bench.put("C:\\t\\in.txt", "first\nsecond\n");
        CHECK(bench.batch("@echo off\nset X=\nset /p X=<in.txt\necho [%X%]\nset /p X=<nul\necho [%X%]\n(set /p A=\nset "
                          "/p B=) <in.txt\necho %A%%B%\n") == "[first]\r\n[first]\r\nfirstsecond\r\n");
        bench.answers = {"typed"};
        CHECK(bench.type("set /p X=Say: ") == "Say: ");
        CHECK(bench.type("echo %X%") == "typed\r\n");
        CHECK(bench.type("pause <nul") == "Press any key to continue . . . \r\n");
    }

    TEST_CASE("quotes behind cmd /c") {
        cmd_bench bench;
        bench.put("C:\\a b\\x.cmd", "@echo [%1]\n");
        CHECK(bench.type("cmd /c echo \"a\" b") == "\"a\" b\r\n");
        CHECK(bench.type("cmd /c \"echo a&echo b\"") == "a\r\nb\r\n");
        CHECK(bench.type("cmd /c \"C:\\a b\\x.cmd\"") == "[]\r\n");
        CHECK(bench.type("cmd /c \"\"C:\\a b\\x.cmd\" y\"") == "[y]\r\n");
        CHECK(bench.type("cmd /c exit 5") == "");
        CHECK(bench.errorlevel() == "5\r\n");
        CHECK(bench.type("cmd /v:on /c \"set X=1&echo !X!\"") == "1\r\n");
    }

    TEST_CASE("^C ends a batch file and prompts again") {
        cmd_bench bench;
        bench.put("C:\\t\\b.cmd", "@echo off\nsetlocal\nset SHADOW=1\npause\necho not reached\n");
        bench.type("cd /d C:\\t");
        bench.con.text.clear();
        bench.con.complete("b.cmd");
        bench.run();
        bench.con.interrupt();
        bench.run();
        CHECK(bench.con.text == "Press any key to continue . . . ^C\r\nC:\\t>");
        CHECK(bench.type("echo [%SHADOW%]") == "[%SHADOW%]\r\n");
    }

    TEST_CASE("the title names the program that runs, two blanks before its arguments") {
        cmd_bench bench;
        bench.con.titles.clear();
        bench.type("find /c \"x\" <nul");
        const std::vector<std::string> expected = {"Administrator: C:\\Windows\\system32\\cmd.exe - find  /c \"x\" ",
                                                   "Administrator: C:\\Windows\\system32\\cmd.exe"};
        CHECK(bench.con.titles == expected);
        bench.type("echo x");
        CHECK(bench.con.titles.size() == 2);
    }

    TEST_CASE("any line whatsoever is survived") {
        cmd_bench bench;
        const std::string alphabet = "&&||()<>^^\"%%*~!:;,= ab1/\\.@";
        const std::vector<std::string> words = {"echo ", "if ",  "for ",   "set ",  "in ",  "do ",     "==",
                                                "%a",    "not ", "exist ", "else ", "2>&1", "cmd /c ", "%OS%"};
        std::uint32_t state = 1;
        const auto draw = [&](std::size_t n) { return (state = state * 1664525 + 1013904223, (state >> 8) % n); };
        for (int i = 0; i < 4000; ++i) {
            std::string line;
            for (auto n = draw(12) + 1; n > 0; --n)
                line += draw(2) ? words[draw(words.size())] : std::string(1, alphabet[draw(alphabet.size())]);
            bench.type(line);
            // An open parenthesis or a caret wants more lines.
            for (int closing = 0; bench.con.text.ends_with("More? ") && closing < 20; ++closing) bench.type(")");
            if (bench.con.text.ends_with("More? ")) {
                bench.con.interrupt();
                bench.run();
            }
            REQUIRE(!bench.has_ended());
        }
        bench.type(std::string(8000, '('));
        CHECK(bench.type("echo still here") == "still here\r\n");
    }

    TEST_CASE("set /a knows its errors") {
        cmd_bench bench;
        CHECK(bench.type("set /a 1/0") == "Divide by zero error.\r\n");
        CHECK(bench.errorlevel() == "1073750993\r\n");
        CHECK(bench.type("set /a 08").starts_with("Invalid number."));
        CHECK(bench.type("set /a 1+") == "Missing operand.\r\n");
        CHECK(bench.type("set /a (1") == "Unbalanced parenthesis.\r\n");
        CHECK(bench.type("set /a 2147483647+1") == "-2147483648");
    }
}
