#include "sac/windows_profile.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

using namespace emsctl::sac;

TEST_SUITE("sac/windows_profile") {
    TEST_CASE("a build number finds its family") {
        CHECK(windows_profile::by_build(22621).name == "conpty");
        CHECK(windows_profile::by_build(26100).name == "conpty");
        CHECK(windows_profile::by_build(20348).name == "stream");
        CHECK(windows_profile::by_build(17763).name == "painter");
        CHECK(windows_profile::by_build(14393).draws == drawing::painter);
    }
    TEST_CASE("an unknown build is treated with the most care") {
        CHECK(windows_profile::by_build(std::nullopt).name == "painter");
        CHECK(windows_profile::by_build(1).guard == key_guard::separator);
    }
    TEST_CASE("no build belongs to two families, and every page of a painter fits its screen") {
        std::vector<int> seen;
        for (const auto& name : windows_profile::names()) {
            const auto profile = windows_profile::by_name(name);
            CHECK(profile.name == name);
            CHECK(profile.chunk > 0);
            if (profile.draws == drawing::painter) CHECK(profile.page_lines <= 20);
            for (const int build : profile.builds) {
                CHECK(std::find(seen.begin(), seen.end(), build) == seen.end());
                seen.push_back(build);
            }
        }
        CHECK(windows_profile::names().size() == 3);
    }
    TEST_CASE("a wrong name is refused with the names there are") {
        CHECK_THROWS_WITH_AS(windows_profile::by_name("vista"), doctest::Contains("painter"), std::invalid_argument);
    }
}
