#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

namespace {

constexpr const char* done = "The operation completed successfully.\r\n";
constexpr const char* in_use =
    "ERROR: The process cannot access the file because it is being used by another process.\r\n";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("guest/offline disk") {
    TEST_CASE("a hive of the attached disk is loaded, changed and unloaded, and its file has the change") {
        cmd_bench bench("offline-gen1");
        CHECK(bench.type("reg load HKLM\\BROKENSYSTEM G:\\Windows\\System32\\config\\SYSTEM") == done);
        CHECK(contains(bench.type("reg query HKLM\\BROKENSYSTEM\\Select /v Current"),
                       "    Current    REG_DWORD    0x1\r\n"));
        CHECK(bench.type("reg load HKLM\\AGAIN G:\\Windows\\System32\\config\\SYSTEM") == in_use);
        CHECK(contains(bench.type("copy G:\\Windows\\System32\\config\\SYSTEM C:\\s.bak"), "being used"));
        const auto before = bench.content("G:\\Windows\\System32\\config\\SYSTEM");
        CHECK(bench.type("reg add HKLM\\BROKENSYSTEM\\ControlSet001\\Services\\gpsvc /v Start /t REG_DWORD /d 4 /f") ==
              "ERROR: Access is denied.\r\n");
        CHECK(
            bench.type("reg add HKLM\\BROKENSYSTEM\\ControlSet001\\Control\\CrashControl /v NMICrashDump /t REG_DWORD "
                       "/d 1 /f") == done);
        CHECK(bench.type("reg unload HKLM\\BROKENSYSTEM") == done);
        CHECK(bench.content("G:\\Windows\\System32\\config\\SYSTEM") != before);
        CHECK(!bench.os.reg.find("HKLM\\BROKENSYSTEM"));
        CHECK(bench.type("reg unload HKLM\\BROKENSYSTEM") == "ERROR: The parameter is incorrect.\r\n");
    }

    TEST_CASE("what is no hive, not there or the system's own is refused") {
        cmd_bench bench("offline-gen1");
        CHECK(bench.type("reg load HKLM\\X G:\\Windows\\System32\\config\\SYSTEM.hiv") ==
              "ERROR: The system cannot find the file specified.\r\n");
        CHECK(bench.type("reg load HKLM\\X C:\\Windows\\win.ini") ==
              "ERROR: The configuration registry database is corrupt.\r\n");
        CHECK(bench.type("reg load HKLM\\X C:\\Windows\\System32\\config\\SYSTEM") == in_use);
        CHECK(bench.type("reg load HKLM\\SYSTEM\\X G:\\Windows\\System32\\config\\SYSTEM") ==
              "ERROR: The parameter is incorrect.\r\n");
        CHECK(bench.errorlevel() == "1\r\n");
        CHECK(bench.type("reg load HKCX\\X G:\\x").starts_with("ERROR: Invalid key name.\r\n"));
    }

    TEST_CASE("a copied hive file is a hive, and a restored one is as it was") {
        cmd_bench bench("offline-gen1");
        const auto before = bench.os.state();
        bench.type("copy G:\\Windows\\System32\\config\\SYSTEM C:\\SYSTEM.bak");
        bench.type("reg load HKLM\\B G:\\Windows\\System32\\config\\SYSTEM");
        bench.type("reg add HKLM\\B\\ControlSet001\\Control /v X /d 1 /f");
        bench.type("reg unload HKLM\\B");
        CHECK(bench.os.state() != before);
        bench.type("copy /y C:\\SYSTEM.bak G:\\Windows\\System32\\config\\SYSTEM");
        bench.type("del C:\\SYSTEM.bak");
        CHECK(bench.os.state() == before);
    }

    TEST_CASE("a hive that is still loaded is in its file after a restart, and hangs nowhere any more") {
        cmd_bench bench("offline-gen1");
        bench.type("reg load HKLM\\B G:\\Windows\\System32\\config\\SYSTEM");
        bench.type("reg add HKLM\\B\\ControlSet001\\Control /v X /d 1 /f");
        bench.os.shut_down();
        bench.os.boot(bench.os.now());
        CHECK(!bench.os.reg.find("HKLM\\B"));
        bench.restart_shell();
        bench.type("reg load HKLM\\B G:\\Windows\\System32\\config\\SYSTEM");
        CHECK(contains(bench.type("reg query HKLM\\B\\ControlSet001\\Control /v X"), "    X    REG_SZ    1\r\n"));
    }

    TEST_CASE("a script of the registry goes out and comes back with every type") {
        cmd_bench bench;
        bench.type("reg add HKLM\\SOFTWARE\\T /v S /d \"a \\\"b\\\" c\\d\" /f");
        bench.type("reg add HKLM\\SOFTWARE\\T /v D /t REG_DWORD /d 0x1f /f");
        bench.type("reg add HKLM\\SOFTWARE\\T /v M /t REG_MULTI_SZ /d one\\0two /f");
        bench.type("reg add HKLM\\SOFTWARE\\T /v E /t REG_EXPAND_SZ /d ^%SystemRoot^%\\MEMORY.DMP /f");
        bench.type("reg add HKLM\\SOFTWARE\\T\\Sub /v B /t REG_BINARY /d 00ff10 /f");
        bench.type("reg add HKLM\\SOFTWARE\\T\\Sub /ve /d x /f");
        const auto before = bench.os.reg.state();
        CHECK(bench.type("reg export HKLM\\SOFTWARE\\T C:\\t.reg") == done);
        CHECK(contains(bench.type("type C:\\t.reg"), "\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\T]\r\n"));
        bench.type("reg delete HKLM\\SOFTWARE\\T /f");
        CHECK(bench.os.reg.state() != before);
        CHECK(bench.type("reg import C:\\t.reg 2>nul") == "");
        CHECK(bench.os.reg.state() == before);
        CHECK(bench.type("reg export HKLM\\SOFTWARE\\T C:\\t.reg <nul").ends_with("canceled by the user.\r\n"));
        CHECK(bench.type("reg export HKLM\\SOFTWARE\\T C:\\t.reg /y") == done);
        CHECK(bench.type("reg copy HKLM\\SOFTWARE\\T HKLM\\SOFTWARE\\U /s /f") == done);
        CHECK(bench.os.reg.value("HKLM\\SOFTWARE\\U\\Sub", "B"));
        CHECK(bench.type("reg save HKLM\\SOFTWARE\\T C:\\t.hiv /y") == done);
        CHECK(bench.type("reg load HKU\\T C:\\t.hiv") == done);
        CHECK(bench.os.reg.value("HKU\\T", "E")->text == "%SystemRoot%\\MEMORY.DMP");
    }

    TEST_CASE("SAC is switched on in the store of a generation 1 disk") {
        cmd_bench bench("offline-gen1");
        CHECK(
            contains(bench.type("bcdedit /store F:\\boot\\bcd /enum osloader"),
                     "\r\nWindows Boot Loader\r\n-------------------\r\nidentifier              {default}\r\ndevice    "
                     "              partition=G:\r\npath                    \\Windows\\system32\\winload.exe\r\n"));
        CHECK(contains(bench.type("bcdedit /store G:\\boot\\bcd /enum"), "could not be opened.\r\n"));
        CHECK(bench.errorlevel() == "1\r\n");
        CHECK(contains(bench.type("bcdedit /store F:\\boot\\bcd /ems {current} on"), "reference the specified entry"));
        CHECK(bench.type("bcdedit /store F:\\boot\\bcd /ems {default} on") == done);
        CHECK(bench.type("bcdedit /store F:\\boot\\bcd /emssettings EMSPORT:1 EMSBAUDRATE:115200") == done);
        CHECK(bench.type("bcdedit /store F:\\boot\\bcd /set {bootmgr} displaybootmenu yes") == done);
        CHECK(bench.type("bcdedit /store F:\\boot\\bcd /set {bootmgr} bootems yes") == done);
        CHECK(bench.type("bcdedit /store F:\\boot\\bcd /set {bootmgr} timeout 5") == done);
        const auto manager = bench.type("bcdedit /store F:\\boot\\bcd /enum {bootmgr}");
        CHECK(contains(manager, "displaybootmenu         Yes\r\n"));
        CHECK(contains(manager, "timeout                 5\r\n"));
        CHECK(bench.type("bcdedit /store F:\\boot\\bcd /deletevalue {bootmgr} displaybootmenu") == done);
        CHECK(contains(bench.type("bcdedit /store F:\\boot\\bcd /deletevalue {bootmgr} displaybootmenu"),
                       "Element not found."));
        CHECK(contains(bench.type("bcdedit /store F:\\boot\\bcd /enum all /v"),
                       "\r\nEMS Settings\r\n------------\r\nidentifier              "
                       "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}\r\nemsport                 1\r\nemsbaudrate             "
                       "115200\r\nbootems"));
        for (const auto& broken : bench.os.what_is_broken()) CHECK(!broken.starts_with("ems"));
    }

    TEST_CASE("the running system's store knows {current}, and refuses what it does not know") {
        cmd_bench bench("sac-not-enabled");
        CHECK(bench.os.what_is_broken() == std::vector<std::string>{"ems"});
        CHECK(bench.type("bcdedit /ems {current} on") == done);
        CHECK(contains(bench.type("bcdedit"), "identifier              {current}\r\n"));
        CHECK(contains(bench.type("bcdedit"), "ems                     Yes\r\n"));
        CHECK(bench.type("bcdedit /emssettings EMSPORT:1 EMSBAUDRATE:115200") == done);
        CHECK(bench.os.what_is_broken().empty());
        CHECK(bench.type("bcdedit /set {current} safeboot minimal") == done);
        CHECK(contains(bench.type("bcdedit /enum {current}"), "safeboot                Minimal\r\n"));
        CHECK(bench.type("bcdedit /deletevalue {current} safeboot") == done);
        CHECK(contains(bench.type("bcdedit /set {current} ems perhaps"), "Element not found."));
        CHECK(bench.type("bcdedit /export C:\\bcd.bak") == done);
        CHECK(bench.type("bcdedit /ems off") == done);
        CHECK(bench.type("bcdedit /import C:\\bcd.bak") == done);
        CHECK(bench.os.what_is_broken().empty());
        bench.type("bcdedit /copy {current} /d x");
        CHECK(bench.os.log.back().text == "not simulated: bcdedit /copy");
        bench.who().is_elevated = false;
        CHECK(bench.type("bcdedit") ==
              "The boot configuration data store could not be opened.\r\nAccess is denied.\r\n");
    }

    TEST_CASE("the system partition of a generation 2 disk gets a letter and loses it again") {
        cmd_bench bench("offline-gen2");
        const auto before = bench.os.state();
        bench.put("C:\\dp.txt",
                  "rem find it\nlist disk\nselect disk 1\nlist partition\nselect partition 1\nassign letter=S\n");
        const auto out = bench.type("diskpart /s C:\\dp.txt");
        CHECK(contains(out, "  Disk 1    Online "));
        CHECK(contains(out, "  Partition 2    Reserved  "));
        CHECK(contains(out, "\r\nDisk 1 is now the selected disk.\r\n\r\n"));
        CHECK(contains(out, "DiskPart successfully assigned the drive letter or mount point.\r\n"));
        CHECK(bench.errorlevel() == "0\r\n");
        CHECK(contains(bench.type("bcdedit /store S:\\EFI\\Microsoft\\Boot\\BCD /enum osloader"), "winload.efi\r\n"));
        bench.put("C:\\dp.txt", "select volume S\nremove letter=S\n");
        bench.type("diskpart /s C:\\dp.txt");
        bench.type("del C:\\dp.txt");
        CHECK(bench.os.state() == before);
        bench.put("C:\\dp.txt", "select disk 7\nassign letter=S\n");
        bench.type("diskpart /s C:\\dp.txt");
        CHECK(bench.errorlevel() == "1\r\n");
        CHECK(!bench.os.files.has_volume('S'));
        bench.put("C:\\dp.txt", "clean\n");
        bench.type("diskpart /s C:\\dp.txt");
        CHECK(bench.os.log.back().text == "not simulated: diskpart clean");
    }

    TEST_CASE("every seed gives a broken disk with the same things broken") {
        for (const char* name : {"offline-gen1", "offline-gen2"})
            for (std::uint64_t seed = 0; seed < 8; ++seed) {
                windows os(load_scenario(name, seed));
                os.boot({});
                CHECK(os.what_is_broken().size() == 3);
            }
    }
}
