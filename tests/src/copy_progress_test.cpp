// What is said about the time that is left.
#include <doctest/doctest.h>

#include "src/copy_progress.hpp"

using namespace emsctl;

TEST_SUITE("src/copy_progress") {
    TEST_CASE("before the first byte the guess counts, later the pace") {
        const copy_progress progress(1000, 0, copy_seconds(100));
        CHECK(progress.left(0, copy_seconds(3)).count() == doctest::Approx(100));
        CHECK(progress.left(500, copy_seconds(10)).count() == doctest::Approx(10));
        CHECK(progress.left(1000, copy_seconds(20)).count() == 0);
    }

    TEST_CASE("bytes of an earlier attempt are no pace") {
        const copy_progress progress(1000, 500, copy_seconds(50));
        CHECK(progress.left(500, copy_seconds(1)).count() == doctest::Approx(50));
        CHECK(progress.left(750, copy_seconds(10)).count() == doctest::Approx(10));
    }

    TEST_CASE("a line for a person") {
        const copy_progress progress(1000, 0, copy_seconds(100));
        CHECK(progress.at(500, copy_seconds(10)) == "500 of 1000 bytes, 50 %, about 10 s left");
        CHECK(progress.at(1000, copy_seconds(20)) == "1000 of 1000 bytes, 100 %");
        CHECK(copy_progress(0, 0, copy_seconds(1)).at(0, copy_seconds(0)) == "0 of 0 bytes, 100 %");
        CHECK(rough_time(copy_seconds(0)) == "1 s");
        CHECK(rough_time(copy_seconds(600)) == "10 min");
        CHECK(rough_time(copy_seconds(8000)) == "2 h 14 min");
    }
}
