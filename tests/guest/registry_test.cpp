#include "sac/guest/registry.hpp"

#include <doctest/doctest.h>

using namespace emsctl::guest;

TEST_SUITE("guest/registry") {
    TEST_CASE("names are found in any case and shown as they were made; the current control set is a link") {
        registry reg;
        reg.create("HKLM\\SYSTEM\\Select").set("Current", reg_dword(1));
        reg.create("hklm\\System\\CurrentControlSet\\Control\\Key").set("Value", reg_sz("x"));
        CHECK(reg.text("HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\control\\KEY", "VALUE") == "x");
        CHECK(reg.find("HKLM\\SYSTEM\\ControlSet001\\control\\key")->name == "Key");
        reg.create("HKLM\\SYSTEM\\ControlSet002");
        reg.create("HKLM\\SYSTEM\\Select").set("Current", reg_dword(2));
        CHECK(!reg.find("HKLM\\SYSTEM\\CurrentControlSet\\Control"));
        CHECK(registry::full_name("hkcu\\a\\") == "HKEY_CURRENT_USER\\a");
        CHECK(!registry::full_name("HKXX\\a"));
    }

    TEST_CASE("values keep the order in which they were made, and types are exact") {
        registry reg;
        auto& key = reg.create("HKLM\\SOFTWARE\\T");
        key.set("b", reg_dword(1));
        key.set("a", reg_sz("1"));
        key.set("B", reg_dword(2));
        REQUIRE(key.values.size() == 2);
        CHECK(key.values[0].first == "b");
        CHECK(key.values[0].second == reg_dword(2));
        CHECK(!reg.dword("HKLM\\SOFTWARE\\T", "a"));
        CHECK(reg.remove_value("HKLM\\SOFTWARE\\T", "nix", local_system()) == win32::file_not_found);
        CHECK(reg.set("HKLM\\SOFTWARE\\T", "c", reg_dword(1), network_service()) == win32::access_denied);
    }
}
