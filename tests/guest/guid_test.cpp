#include "sac/guest/guid.hpp"

#include <doctest/doctest.h>

using namespace emsctl::guest;
using namespace std::chrono_literals;

TEST_SUITE("guest/guid") {
    TEST_CASE("identifiers are time-based, differ, and repeat with the seed") {
        guid_source one(3), same(3), other(4);
        const std::string first = one.next(0s);
        CHECK(first.size() == 36);
        CHECK(first[14] == '1');
        CHECK(first.find_first_not_of("0123456789abcdef-") == std::string::npos);
        CHECK(first == same.next(0s));
        CHECK(first != other.next(0s));
        CHECK(one.next(0s) != first);
        CHECK(one.next(1h) > first);
    }
}
