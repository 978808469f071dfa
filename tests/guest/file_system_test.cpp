#include "sac/guest/file_system.hpp"

#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

TEST_SUITE("guest/file_system") {
    TEST_CASE("paths are made absolute as Windows does it") {
        CHECK(file_system::normalize("a\\..\\b/c", "C:\\x") == "C:\\x\\b\\c");
        CHECK(file_system::normalize("\\a", "C:\\x") == "C:\\a");
        CHECK(file_system::normalize("c:a", "C:\\x") == "C:\\x\\a");
        CHECK(file_system::normalize("D:a", "C:\\x") == "D:\\a");
        CHECK(file_system::normalize("..\\..\\..", "C:\\x\\y") == "C:\\");
        CHECK(file_system::normalize("C:\\a\\", "C:\\") == "C:\\a");
        CHECK(file_system::normalize("a. ", "C:\\") == "C:\\a");
    }

    TEST_CASE("rights decide, and the way to them is ownership") {
        cmd_bench bench("machinekeys-acl");
        auto& files = bench.os.files;
        const auto path = bench.os.rdp_key_file();
        const auto& who = bench.who();
        CHECK(files.set_dacl(path, *parse_sddl("D:PAI(A;;FA;;;SY)"), local_system()) == win32::success);
        CHECK(files.read(path, who).error == win32::access_denied);
        CHECK(files.set_dacl(path, *parse_sddl("D:PAI(A;;FA;;;BA)"), who) == win32::access_denied);
        CHECK(files.set_owner(path, "S-1-5-32-544", network_service()) == win32::access_denied);
        CHECK(files.set_owner(path, "S-1-5-32-544", who) == win32::success);
        CHECK(files.set_dacl(path, *parse_sddl("D:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;BA)"), who) == win32::success);
        CHECK(files.read(path, who).error == win32::success);
        CHECK(bench.os.what_is_broken().empty());
        CHECK(files.set_owner(path, "S-1-5-18", who) == win32::success);
    }

    TEST_CASE("a new DACL of a folder reaches what inherits from it") {
        cmd_bench bench;
        auto& files = bench.os.files;
        bench.put("C:\\t\\a.txt", "x");
        CHECK(files.set_dacl("C:\\t", *parse_sddl("D:PAI(A;OICI;FA;;;SY)(A;;FA;;;BA)"), bench.who()) == win32::success);
        CHECK(to_sddl(files.find("C:\\t\\a.txt")->security, false, true) == "D:AI(A;ID;FA;;;SY)");
        CHECK(bench.type("type C:\\t\\a.txt") == "Access is denied.\r\n");
    }

    TEST_CASE("md, copy, ren, move, del and rd") {
        cmd_bench bench;
        bench.type("md C:\\t\\u\\v & cd /d C:\\t");
        CHECK(bench.type("md u") == "A subdirectory or file u already exists.\r\n");
        bench.type("echo one>a.txt& echo two>b.txt");
        CHECK(bench.type("copy a.txt u\\c.txt") == "        1 file(s) copied.\r\n");
        CHECK(bench.type("copy a.txt+b.txt ab.txt") == "a.txt\r\nb.txt\r\n        1 file(s) copied.\r\n");
        CHECK(bench.content("C:\\t\\ab.txt") == "one\r\ntwo\r\n");
        CHECK(bench.type("copy nix u") ==
              "The system cannot find the file specified.\r\n        0 file(s) copied.\r\n");
        bench.answers = {"n"};
        CHECK(bench.type("copy b.txt a.txt") == "Overwrite C:\\t\\a.txt? (Yes/No/All):         0 file(s) copied.\r\n");
        CHECK(bench.type("ren a.txt b.txt").starts_with("A duplicate file name exists"));
        CHECK(bench.type("ren a.txt z.txt") == "");
        CHECK(bench.type("move z.txt u") == "        1 file(s) moved.\r\n");
        CHECK(bench.type("dir /b") == "ab.txt\r\nb.txt\r\nu\r\n");
        CHECK(bench.type("dir /b /a-d") == "ab.txt\r\nb.txt\r\n");
        CHECK(bench.type("dir /s /b u") == "C:\\t\\u\\c.txt\r\nC:\\t\\u\\v\r\nC:\\t\\u\\z.txt\r\n");
        CHECK(bench.type("dir nix /b") == "File Not Found\r\n");
        CHECK(bench.type("del nix") == "Could Not Find C:\\t\\nix\r\n");
        bench.answers = {"y"};
        CHECK(bench.type("del *") == "C:\\t\\*, Are you sure (Y/N)? ");
        CHECK(bench.type("rd u") == "The directory is not empty.\r\n");
        CHECK(bench.type("rd /s u <nul") == "u, Are you sure (Y/N)? \r\n");
        CHECK(bench.type("rd /s /q u") == "");
        CHECK(bench.type("dir /b") == "File Not Found\r\n");
    }

    TEST_CASE("dir in full") {
        cmd_bench bench;
        bench.type("md C:\\t\\u & cd /d C:\\t");
        bench.put("C:\\t\\a.txt", std::string(1234, 'x'));
        const auto out = bench.type("dir");
        CHECK(
            out.starts_with(" Volume in drive C has no label.\r\n Volume Serial Number is 5D2F-7C1E\r\n\r\n Directory "
                            "of C:\\t\r\n\r\n05/02/2024  03:12 AM    <DIR>          .\r\n"));
        CHECK(out.find("05/02/2024  03:12 AM             1,234 a.txt\r\n05/02/2024  03:12 AM    <DIR>          u\r\n   "
                       "            1 File(s)          1,234 bytes\r\n               3 Dir(s)  21,4") !=
              std::string::npos);
        CHECK(out.ends_with(" bytes free\r\n"));
    }

    TEST_CASE("text goes through the code page into files") {
        cmd_bench bench;
        bench.type("md C:\\t & cd /d C:\\t");
        bench.type("echo \xc3\xa9\xe2\x82\xac>a.txt");
        CHECK(bench.content("C:\\t\\a.txt") == "\x82?\r\n");
        CHECK(bench.type("type a.txt") == "\xc3\xa9?\r\n");
        bench.os.files.place("C:\\t\\u.txt", false,
                             std::string("\xff\xfe"
                                         "a\0\r\0\n\0",
                                         8));
        CHECK(bench.type("type u.txt") == "a\r\n");
        CHECK(bench.type("echo \xc3\xa9|findstr \xc3\xa9") == "\xc3\xa9\r\n");
    }
}
