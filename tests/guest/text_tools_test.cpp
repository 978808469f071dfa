#include <doctest/doctest.h>

#include "sac/guest/commands/text_patterns.hpp"
#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/commands/text_tools") {
    TEST_CASE("the regular expressions of findstr") {
        const auto matches = [](const char* line, const char* pattern) {
            return findstr_matches(line, pattern, true, {});
        };
        CHECK(matches("abc", "b"));
        CHECK(matches("", "^"));
        CHECK(matches("abc", "^a.c$"));
        CHECK(matches("abbbc", "ab*c"));
        CHECK(!matches("abc", "^b"));
        CHECK(matches("x1", "[0-9]"));
        CHECK(!matches("x", "[^a-z]"));
        CHECK(matches("a.b", "a\\.b"));
        CHECK(!matches("axb", "a\\.b"));
        CHECK(matches("one two", "\\<two\\>"));
        CHECK(!matches("onetwo", "\\<two"));
    }

    TEST_CASE("findstr and find on files and pipes") {
        cmd_bench bench;
        bench.put("C:\\t\\a.txt", "one:1\nTwo:2\nthree\n");
        bench.put("C:\\t\\b.txt", "two\n");
        bench.type("cd /d C:\\t");
        CHECK(bench.type("findstr /v \":\" a.txt") == "three\r\n");
        CHECK(bench.type("findstr /i two a.txt b.txt") == "a.txt:Two:2\r\nb.txt:two\r\n");
        CHECK(bench.type("findstr /n \"one three\" a.txt") == "1:one:1\r\n3:three\r\n");
        CHECK(bench.type("findstr /c:\"one three\" a.txt") == "");
        CHECK(bench.errorlevel() == "1\r\n");
        CHECK(bench.type("findstr /b /n \"t\" a.txt") == "3:three\r\n");
        CHECK(bench.type("findstr x nix.txt") == "FINDSTR: Cannot open nix.txt\r\n");
        CHECK(bench.type("find \"two\" b.txt") == "\r\n---------- B.TXT\r\ntwo\r\n");
        CHECK(bench.type("find /c /v \"\" a.txt") == "\r\n---------- A.TXT: 3\r\n");
        CHECK(bench.type("type a.txt | find /c \":\"") == "2\r\n");
        CHECK(bench.type("find x b.txt") == "FIND: Parameter format not correct\r\n");
        CHECK(bench.errorlevel() == "2\r\n");
        CHECK(bench.type("more +1 <a.txt >c.txt") == "");
        CHECK(bench.content("C:\\t\\c.txt") == "Two:2\r\nthree\r\n");
        CHECK(bench.type("sort /r a.txt") == "Two:2\r\nthree\r\none:1\r\n");
    }

    TEST_CASE("more stops after a page on the console") {
        cmd_bench bench;
        std::string lines;
        for (int i = 1; i <= 30; ++i) lines += std::to_string(i) + "\n";
        bench.put("C:\\t\\a.txt", lines);
        bench.answers = {"q"};
        const auto out = bench.type("more C:\\t\\a.txt");
        CHECK(out.find("23\r\n-- More  -- ") != std::string::npos);
        CHECK(out.find("24") == std::string::npos);
    }

    TEST_CASE("small programs about the machine") {
        cmd_bench bench;
        CHECK(bench.type("hostname") == "WEB-RDS01\r\n");
        CHECK(bench.type("chcp 850") == "Active code page: 850\r\n");
        CHECK(bench.type("chcp 932") == "Invalid code page\r\n");
        CHECK(bench.type("where find") == "C:\\Windows\\System32\\find.exe\r\n");
        CHECK(bench.type("where nix") == "INFO: Could not find files for the given pattern(s).\r\n");
        CHECK(bench.type("ver") == "\r\nMicrosoft Windows [Version 10.0.17763.5696]\r\n");
        CHECK(bench.type("echo %ProgramData% %SystemDrive%") == "C:\\ProgramData C:\r\n");
    }
}
