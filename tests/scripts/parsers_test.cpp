#include "scripts/parsers.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/parsers");

TEST_CASE("reg query: names with blanks, empty data, subkeys, a footer in any language") {
    const auto r = parse_reg(
        "\r\nHKEY_LOCAL_MACHINE\\A\r\n    My Name    REG_DWORD    0xd3d\r\n    E    REG_SZ    \r\n"
        "    M    REG_MULTI_SZ    a\\0b\r\n\r\nHKEY_LOCAL_MACHINE\\A\\B\r\n\r\nFim da pesquisa: 2.\r\n");
    REQUIRE(!r.error);
    CHECK(r.value["values"]["My Name"]["number"] == 3389);
    CHECK(r.value["values"]["E"]["data"] == "");
    CHECK(r.value["keys"].size() == 2);
    CHECK(parse_reg("HKEY_LOCAL_MACHINE\\A\n    X    REG_DWORD    zz\n").error);
    CHECK(parse_reg("Zugriff verweigert\n").error->starts_with("line 1:"));
}

TEST_CASE("netstat: listeners by address, whatever the language") {
    const auto r = parse_netstat(
        "\nAktive Verbindungen\n\n  Proto  Lokale Adresse  Remoteadresse  Status  PID\n"
        "  TCP    0.0.0.0:3389    0.0.0.0:0    ABHOEREN    416\n  TermService\n [svchost.exe]\n"
        "  TCP    [fe80::1%4]:546    [::]:0    X    8\n  TCP    1.2.3.4:5    6.7.8.9:10    Y    9\n"
        "  UDP    [::1]:62261    *:*    1036\n");
    REQUIRE(!r.error);
    REQUIRE(r.value.size() == 4);
    CHECK(r.value[0]["listening"] == true);
    CHECK(r.value[0]["image"] == "svchost.exe");
    CHECK(r.value[1]["local_address"] == "[fe80::1%4]");
    CHECK(r.value[2]["listening"] == false);
    CHECK(r.value[3]["pid"] == 1036);
    CHECK(parse_netstat("  TCP    0.0.0.0:3389    0.0.0.0:0\n").error);
}

TEST_CASE("sc: numbers are read, labels are not") {
    const auto r = parse_sc(
        "\nNOME: x y\n        TIPO  : 30  WIN32\n        ESTADO  : 4  RUNNING \n"
        "                 (STOPPABLE, NOT_PAUSABLE)\n        A  : 0  (0x0)\n        B : 0  (0x0)\n"
        "        C : 0x0\n        D : 0x0\n        PID : 88\n        FLAGS :\n");
    REQUIRE(!r.error);
    CHECK(r.value["name"] == "x y");
    CHECK(r.value["state"] == 4);
    CHECK(r.value["pid"] == 88);
    const auto c = parse_sc(
        "[SC] QueryServiceConfig SUCCESS\n\nSERVICE_NAME: a\n        TYPE : 10  WIN32_OWN_PROCESS\n"
        "        START_TYPE : 2   AUTO_START  (DELAYED)\n        ERROR_CONTROL : 1   NORMAL\n"
        "        BINARY : \"C:\\x y\\z.exe\" -k: q\n        GROUP :\n        TAG : 0\n        DISPLAY : A: b\n"
        "        DEPENDENCIES : RPCSS\n                     : Tcpip\n        ACCOUNT : LocalSystem\n");
    REQUIRE(!c.error);
    CHECK(c.value["start"] == 2);
    CHECK(c.value["delayed"] == true);
    CHECK(c.value["binary"] == "\"C:\\x y\\z.exe\" -k: q");
    CHECK(c.value["depends_on"] == nlohmann::json({"RPCSS", "Tcpip"}));
    CHECK(c.value["account"] == "LocalSystem");
    const auto none = parse_sc("Enum: entriesRead  = 0\n");
    REQUIRE(!none.error);
    CHECK(none.value["services"].empty());
    CHECK(parse_sc("SERVICE_NAME: a\n        TYPE : 10  X\n").error);
    CHECK(parse_sc("The handle is invalid.\n").error);
}

TEST_CASE("qwinsta: names, users and the listener") {
    const auto r = parse_sessions(
        " SITZUNGSNAME  BENUTZERNAME  ID  STATUS\n services    0  Getr.\n>console    forend    1  Aktiv\n"
        "             user 1    2  Getr.  x\n rdp-tcp    65536  Abhoer.\n");
    REQUIRE(!r.error);
    REQUIRE(r.value.size() == 4);
    CHECK(r.value[1]["user"] == "forend");
    CHECK(r.value[1]["mine"] == true);
    CHECK(r.value[2]["user"] == "user 1");
    CHECK(r.value[3]["listener"] == true);
    CHECK(parse_sessions("H\n no number here\n").error);
}

TEST_CASE("csv, fields, numbers and events") {
    const auto c = parse_csv("\"svchost.exe\",\"4\",\"A,B \"\"C\"\"\"\r\n", {"image", "pid", "services"});
    REQUIRE(!c.error);
    CHECK(c.value[0]["services"] == "A,B \"C\"");
    CHECK(parse_csv("INFORMATION: keine Aufgaben\n", {"a"}).value.empty());
    CHECK(parse_csv("\"a\",b\n", {}).error);
    CHECK(parse_fields("a|b|c|d\n", "|", {"x", "y", "z"}).value[0]["z"] == "c|d");
    CHECK(parse_fields("a|b\n", "|", {"x", "y", "z"}).error);
    CHECK(parse_number(" 0x10\n").value == 16);
    CHECK(parse_number("12a").error);
    CHECK(parse_number("0x-1").error);
    const auto e = parse_events(
        "<Event xmlns='x'><System><Provider Name='P &amp; Q'/><EventID Qualifiers='1'>1058</EventID>"
        "<TimeCreated SystemTime='2026-01-01T00:00:00Z'/></System><EventData><Data>a&lt;b</Data>"
        "<Data Name='y'>c</Data></EventData></Event><Event ><EventID>1</EventID><TimeCreated "
        "SystemTime=\"t\"/></Event>\n");
    REQUIRE(!e.error);
    REQUIRE(e.value.size() == 2);
    CHECK(e.value[0]["provider"] == "P & Q");
    CHECK(e.value[0]["data"] == nlohmann::json({"a<b", "c"}));
    CHECK(parse_events("<Event ><EventID>1</EventID>").error);
}

TEST_CASE("security descriptors: letters, masks, denials") {
    const auto r = parse_sddl("O:SYG:SYD:PAI(A;;FA;;;SY)(A;ID;0x1200a9;;;S-1-5-20)S:AI\r\n");
    REQUIRE(!r.error);
    CHECK(r.value["owner"] == "S-1-5-18");
    CHECK(r.value["protected"] == true);
    CHECK(r.value["aces"][1]["mask"] == 0x1200a9);
    CHECK(sddl_grants("D:(A;;0x1200a9;;;NS)", "R", "S-1-5-20") == 1);
    CHECK(sddl_grants("D:(D;;FR;;;NS)(A;;FA;;;NS)", "R", "NS") == 0);
    CHECK(sddl_grants("D:(A;IO;FA;;;NS)", "R", "NS") == 0);
    CHECK(sddl_grants("rubbish", "R", "NS") == -1);
    CHECK(parse_sddl("Zugriff verweigert").error);
    CHECK(parse_sddl("D:(A;;ZZ;;;SY)").error);
}

TEST_CASE("real outputs are read" * doctest::skip(std::getenv("EMSCTL_SAMPLES") == nullptr)) {
    const std::filesystem::path root = std::getenv("EMSCTL_SAMPLES");
    const std::pair<const char*, parsed (*)(std::string_view)> folders[] = {
        {"netstat", parse_netstat}, {"sc_query", parse_sc},      {"sc_queryex", parse_sc},
        {"sc_qc", parse_sc},        {"qwinsta", parse_sessions}, {"event_xml", parse_events}};
    for (const auto& [name, parse] : folders)
        for (const auto& entry : std::filesystem::directory_iterator(root / name)) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string text((std::istreambuf_iterator<char>(file)), {});
            const auto r = parse(text);
            MESSAGE(entry.path().string() << ": " << (r.error ? *r.error : std::to_string(r.value.size()) + " rows"));
        }
}

TEST_SUITE_END();
