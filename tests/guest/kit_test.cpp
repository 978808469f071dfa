// The kind of batch file a driver uploads to run commands and to fetch their output, run end to end.
#include <doctest/doctest.h>

#include <openssl/sha.h>

#include "sac/guest/text.hpp"
#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

namespace {

constexpr const char* kit = R"(@echo off
cd /d "%~dp0"
set "ERRORLEVEL="
cls
goto %1
:up
certutil -f -decode u.64 %2 >nul
for /f "delims=" %%h in ('certutil -hashfile %2 SHA256 ^| findstr /v ":"') do set "H=%%h"
echo K7Q2XA:u:%H: =%
goto :eof
:run
if exist %2.b echo K7Q2XA:used& goto :eof
>%2.b echo %2
if exist %2.ps1 (powershell -NoProfile -NonInteractive -ExecutionPolicy Bypass -File w.ps1 %2 <nul >%2.o 2>%2.e) else (cmd /q /d /c %2.cmd <nul >%2.o 2>%2.e)
>%2.x echo %ERRORLEVEL%
:show
set X=
set /p X=<%2.x
echo K7Q2XA:%2:x:%X%
for %%s in (o e) do call :one %2 %%s
echo K7Q2XA:%2:end
goto :eof
:one
for %%f in (%1.%2) do set "S=%%~zf"
echo K7Q2XA:%1:%2:s:%S%
if %S%==0 goto :eof
for /f "delims=" %%h in ('certutil -hashfile %1.%2 SHA256 ^| findstr /v ":"') do set "H=%%h"
echo K7Q2XA:%1:%2:h:%H: =%
certutil -f -encode %1.%2 %1.%2.64 >nul
goto :eof
:page
set /a A=%3,B=%3+%4
for /f "tokens=1* delims=:" %%a in ('findstr /n "^" %2.64') do if %%a geq %A% if %%a lss %B% echo %%a:%%b
goto :eof
)";

std::string sha256(const std::string& bytes) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    return text::hex({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace

TEST_SUITE("guest/kit") {
    TEST_CASE("a driver's batch file runs commands once and gives their output in pages with hashes") {
        cmd_bench bench("rdp-internal-error", 3);
        const auto root = bench.os.system_root;
        bench.type("prompt @@$S");
        bench.type("md %SystemRoot%\\Temp\\emsK7Q2XA& cd /d %SystemRoot%\\Temp\\emsK7Q2XA");
        const auto folder = root + "\\Temp\\emsK7Q2XA";
        CHECK(bench.type("chcp") == "Active code page: 437\r\n");
        CHECK(bench.con.text.ends_with("\r\n@@ "));
        bench.put(folder + "\\k.cmd", kit);
        bench.put(folder + "\\1.cmd", "@reg query HKLM\\SYSTEM\\Select /v Current\n@echo to stderr 1>&2\n@exit /b 7\n");

        auto answer = bench.type("k run 1");
        const auto stdout_text = bench.content(folder + "\\1.o");
        const auto stderr_text = bench.content(folder + "\\1.e");
        CHECK(stdout_text == "\r\nHKEY_LOCAL_MACHINE\\SYSTEM\\Select\r\n    Current    REG_DWORD    0x1\r\n\r\n");
        CHECK(stderr_text == "to stderr \r\n");
        CHECK(answer == "<cls>K7Q2XA:1:x:7\r\nK7Q2XA:1:o:s:" + std::to_string(stdout_text.size()) +
                            "\r\nK7Q2XA:1:o:h:" + sha256(stdout_text) +
                            "\r\nK7Q2XA:1:e:s:" + std::to_string(stderr_text.size()) +
                            "\r\nK7Q2XA:1:e:h:" + sha256(stderr_text) + "\r\nK7Q2XA:1:end\r\n");
        CHECK(bench.type("k run 1") == "<cls>K7Q2XA:used\r\n");
        CHECK(bench.type("k show 1") == answer);

        const auto page = bench.type("k page 1.o 2 2");
        CHECK(page.starts_with("<cls>2:"));
        CHECK(page.find("\r\n3:") != std::string::npos);

        bench.type(">u.64 echo aGVs");
        bench.type(">>u.64 echo bG8=");
        CHECK(bench.type("k up h.txt") == "<cls>K7Q2XA:u:" + sha256("hello") + "\r\n");
        CHECK(bench.content(folder + "\\h.txt") == "hello");

        bench.type("cd \\& rd /s /q %SystemRoot%\\Temp\\emsK7Q2XA");
        CHECK(!bench.os.files.exists(folder));
        bench.type("exit");
        CHECK(bench.has_ended());
    }

    TEST_CASE("an empty output has size nought and no hash") {
        cmd_bench bench;
        bench.put("C:\\t\\k.cmd", kit);
        bench.put("C:\\t\\2.cmd", "@rem nothing\n");
        bench.type("cd /d C:\\t");
        CHECK(bench.type("k run 2") == "<cls>K7Q2XA:2:x:0\r\nK7Q2XA:2:o:s:0\r\nK7Q2XA:2:e:s:0\r\nK7Q2XA:2:end\r\n");
    }
}
