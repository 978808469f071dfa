#include "sac/guest/scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace emsctl::guest;

namespace {

std::string error_of(std::string_view yaml) {
    try {
        parse_scenario(yaml, "x.yaml");
    } catch (const scenario_error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("guest/scenario") {
    TEST_CASE("the shipped scenarios are there by name") {
        const auto names = scenario_names();
        for (const char* name : {"healthy", "machinekeys-acl", "rdp-internal-error", "tls12-off"})
            CHECK(std::find(names.begin(), names.end(), name) != names.end());
        for (const auto& name : names)
            for (std::uint64_t seed = 0; seed < 20; ++seed) CHECK(load_scenario(name, seed).name == name);
    }

    TEST_CASE("errors name file, line and reason") {
        CHECK(error_of("name: x\nbase: healthy\nservces: []\n") == "x.yaml:3: unknown section \"servces\"");
        CHECK(error_of("name: x\nname: y\n") == "x.yaml:2: \"name\" stands here twice");
        CHECK(error_of("base: nowhere\n") == "x.yaml:1: there is no scenario \"nowhere\" to build on");
        CHECK(error_of("name: [x\n").starts_with("x.yaml:2: "));
        CHECK(error_of("name: x\n") == "x.yaml:1: the section \"machine\" is missing");
        CHECK(error_of("base: healthy\nfiles: {'${nix}': {}}\n") == "x.yaml:1: nothing is called ${nix}");
        CHECK_THROWS_AS(load_scenario("nowhere"), scenario_error);
    }

    TEST_CASE("seed nought takes the first choices, others draw") {
        const auto port = [](std::uint64_t seed) {
            return load_scenario("healthy", seed)
                .document["registry"]["HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"]
                         ["PortNumber"]
                .get<std::string>();
        };
        CHECK(port(0) == "dword 3389");
        bool differs = false;
        for (std::uint64_t seed = 1; seed < 20; ++seed) differs = differs || port(seed) != port(0);
        CHECK(differs);
    }

    TEST_CASE("a scenario may change, add and take away") {
        const auto what = parse_scenario(
            "base: healthy\nservices:\n  - {name: Spooler, start: disabled}\n  - {name: New, image: "
            "x.exe}\nregistry:\n  'HKLM\\SYSTEM\\Select': {Failed: 1}\n",
            "x.yaml");
        CHECK(what.document["services"][0]["name"] == "New");
        CHECK(what.document["registry"]["HKLM\\SYSTEM\\Select"]["Failed"] == 1);
        CHECK(what.document["registry"]["HKLM\\SYSTEM\\Select"]["Current"] == 1);
    }
}
