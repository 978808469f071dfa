#include <doctest/doctest.h>

#include "scripts/parsers.hpp"

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/parse bcd");

TEST_CASE("objects of a boot store are read by their shape, in any language") {
    const auto got = parse_bcd(
        "\r\nBootmanager\r\n-----------\r\nBezeichner              {bootmgr}\r\n"
        "displayorder            {current}\r\n                        {ramdisk}\r\ntimeout                 30\r\n\r\n"
        "EMS-Einstellungen\r\n-----------------\r\nBezeichner              {emssettings}\r\n"
        "bootems                 Yes \r\n");
    REQUIRE(!got.error);
    REQUIRE(got.value.size() == 2);
    CHECK(got.value[0]["identifier"] == "{bootmgr}");
    CHECK(got.value[0]["displayorder"] == nlohmann::json::array({"{current}", "{ramdisk}"}));
    CHECK(got.value[0]["timeout"] == "30");
    CHECK(got.value[1]["title"] == "EMS-Einstellungen");
    CHECK(got.value[1]["bootems"] == "Yes");
}

TEST_CASE("what is not a boot store is said with its line") {
    CHECK(parse_bcd("The boot configuration data store could not be opened.\n").error->find("line 1") == 0);
    CHECK(parse_bcd("A\n-\nidentifier\n").error->find("line 3") == 0);
    CHECK(parse_bcd("A\n-\nidentifier              {a}\nems                     Yes\nems                     No\n")
              .error->find("line 5") == 0);
    CHECK(parse_bcd("A\n-\n                        {a}\n").error);
    CHECK(parse_bcd("").value.empty());
}

TEST_SUITE_END();
