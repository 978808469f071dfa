// One command there, its output and its exit code here.
#include <doctest/doctest.h>

#include "tests/src/run_emsctl.hpp"

using namespace emsctl::test;

namespace {

ended_program exec(const std::string& address, const std::string& command, const std::string& shell = "cmd") {
    const scratch_folder where;
    return run_emsctl(where, with_account({"exec", address, "--shell", shell, "--", command}));
}

}  // namespace

TEST_SUITE("src/exec") {
    TEST_CASE("output, error output and exit code come back apart, on every kind of console") {
        for (const auto* profile : {"windows-11", "2025", "2022", "2019", "2016", "2012r2", "2008r2"}) {
            CAPTURE(profile);
            const auto address = "sim:healthy?profile=" + std::string(profile);
            const auto ended = exec(address, "echo to out& echo to err 1>&2& exit 41");
            CHECK(ended.status == 41);
            CHECK(ended.out == "to out\n");
            CHECK(ended.err.find("to err") != std::string::npos);
        }
    }

    TEST_CASE("text with everything that breaks a naive frame arrives as it was") {
        const auto ended = exec("sim:healthy?profile=2019", "echo a) (b !c! ^& \"d\" %%e%% ;,=");
        CHECK(ended.out == "a) (b !c! & \"d\" %e% ;,=\n");
    }

    TEST_CASE("doubled letters survive a console that merges equal keys") {
        const auto ended = exec("sim:healthy?profile=2016", "echo aabbccddeeffgg 1122334455 ------ ____");
        CHECK(ended.out == "aabbccddeeffgg 1122334455 ------ ____\n");
    }

    TEST_CASE("more output than a screen arrives whole from a painter that loses lines") {
        const auto ended = exec("sim:healthy?profile=2019", "for /l %%i in (1,1,150) do @echo line number %%i of many");
        CHECK(ended.out.find("line number 1 of many\n") == 0);
        CHECK(ended.out.find("line number 150 of many\n") != std::string::npos);
        CHECK(std::count(ended.out.begin(), ended.out.end(), '\n') == 150);
    }

    TEST_CASE("a command without output has none") {
        const auto ended = exec("sim:healthy", "rem nothing");
        CHECK(ended.status == 0);
        CHECK(ended.out.empty());
    }

    TEST_CASE("a command that asks gets the end of its input") {
        const auto ended = exec("sim:healthy", "set /p x=name? & echo got [%x%]");
        CHECK(ended.out.find("got [") != std::string::npos);
    }

    TEST_CASE("a variable named ERRORLEVEL does not fake an exit code") {
        const auto ended = exec("sim:healthy", "set ERRORLEVEL=99\n\"%ComSpec%\" /d /c exit 3");
        CHECK(ended.status == 3);
    }

    TEST_CASE("an exit code that fits no status is 254, and exact in JSON") {
        const scratch_folder where;
        CHECK(exec("sim:healthy", "exit 70000").status == 254);
        const auto ended =
            run_emsctl(where, with_account({"exec", "sim:healthy", "--output", "json", "--", "exit 70000"}));
        CHECK(nlohmann::json::parse(ended.out).at("exit_code") == 70000);
    }

    TEST_CASE("PowerShell: output, a failing cmdlet, exit and exit $null") {
        CHECK(exec("sim:healthy?profile=2019", "'a' + 'b'", "powershell").out == "ab\n");
        const auto failed = exec("sim:healthy", "Get-Item C:\\nowhere", "powershell");
        CHECK(failed.status == 1);
        CHECK(failed.err.find("C:\\nowhere") != std::string::npos);
        CHECK(exec("sim:healthy", "exit 7", "powershell").status == 7);
        CHECK(exec("sim:healthy", "exit $null", "powershell").status == 0);
    }

    TEST_CASE("a command that does not end is cancelled, and what became of it is said") {
        const scratch_folder where;
        const auto ended = run_emsctl(where, with_account({"exec", "sim:healthy", "--timeout", "5", "--shell",
                                                           "powershell", "--", "Start-Sleep 900"}));
        CHECK(ended.status == 255);
        CHECK(ended.err.find("did not end in time") != std::string::npos);
    }
}
