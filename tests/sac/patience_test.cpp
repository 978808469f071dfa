#include "sac/patience.hpp"

#include <doctest/doctest.h>

using namespace emsctl::sac;
using namespace std::chrono_literals;
using verdict = patience::verdict;

TEST_SUITE("sac/patience") {
    TEST_CASE("a wait ends after all its time, or sooner when nothing comes for long") {
        patience wait({10s, 3s});
        CHECK(wait.ends() == 3s);
        CHECK(wait.at(2s) == verdict::wait);
        CHECK(wait.at(3s) == verdict::idle);
        wait.heard(2s);
        wait.heard(1s);  // told late
        CHECK(wait.ends() == 5s);
        CHECK(wait.at(4s) == verdict::wait);
        wait.heard(9s);
        CHECK(wait.ends() == 10s);
        CHECK(wait.at(10s) == verdict::over);
    }

    TEST_CASE("what came before it began is no news, and without a limit on silence silence ends nothing") {
        patience wait({10s, 3s});
        wait.heard(-1s);
        CHECK(wait.at(3s) == verdict::idle);
        patience calm({10s, std::nullopt});
        CHECK(calm.at(9s) == verdict::wait);
        CHECK(calm.ends() == 10s);
    }
}
