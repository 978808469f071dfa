#include "sac/guest/profile.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace emsctl::guest;

namespace {

std::string error_of(std::string_view yaml) {
    try {
        parse_profile(yaml, "mine.yaml");
    } catch (const profile_error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_SUITE("guest/profile") {
    TEST_CASE("every shipped profile loads, as shipped and drawn") {
        const std::vector<std::string> names = profile_names();
        CHECK(names ==
              std::vector<std::string>{"2008r2", "2012r2", "2016", "2019", "2022", "2025", "windows-11", "winpe"});
        for (const std::string& name : names) {
            CHECK(load_profile(name).values.name == name);
            for (std::uint64_t seed = 1; seed <= 50; ++seed) CHECK_NOTHROW(load_profile(name, seed));
        }
    }

    TEST_CASE("a drawn value lies in its range and repeats with the seed") {
        bool differs = false;
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            const auto poll = load_profile("2019", seed).values.paint_interval;
            CHECK(poll >= std::chrono::milliseconds(20));
            CHECK(poll <= std::chrono::milliseconds(250));
            CHECK(poll == load_profile("2019", seed).values.paint_interval);
            differs = differs || poll != load_profile("2019").values.paint_interval;
        }
        CHECK(differs);
    }

    TEST_CASE("explain says value, range and doubt") {
        const std::string text = explain(load_profile("2019"));
        CHECK(text.find("paint_interval_ms = 80\n    may be: 20 .. 250\n    doubt:  how often the painter looks") !=
              std::string::npos);
        CHECK(text.find("escape_window_ms = 2000\n    ") == std::string::npos);
    }

    TEST_CASE("errors name the file, the line and the reason") {
        CHECK(error_of("profile: x\nspeed: 3\n") == "mine.yaml:2: unknown parameter 'speed'");
        CHECK(error_of("shutdown_ms: soon\n") == "mine.yaml:1: shutdown_ms: 'soon' is not a number");
        CHECK(error_of("shutdown_ms: {value: 3, range: [4, 5], doubt: d}\n") ==
              "mine.yaml:1: shutdown_ms: the value lies outside its range");
        CHECK(error_of("shutdown_ms: {value: 3}\n").find("mine.yaml:1: shutdown_ms: expected a value") == 0);
        CHECK(error_of("inherits: none.yaml\n") == "mine.yaml:1: there is no profile file 'none.yaml'");
        CHECK(error_of("profile: [\n").find("mine.yaml:2: ") == 0);
        CHECK_THROWS_WITH_AS(load_profile("dos"), "dos.yaml:1: there is no guest profile of that name", profile_error);
    }
}
