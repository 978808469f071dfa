#include "scripts/difference.hpp"

#include <doctest/doctest.h>

using emsctl::scripts::difference;
using nlohmann::json;
using lines = std::vector<std::string>;

TEST_SUITE("scripts/difference") {
    TEST_CASE("only what differs is told, by its path") {
        CHECK(difference(json::parse(R"({"rc":0,"value":{"type":"REG_DWORD","data":"0x0"}})"),
                         json::parse(R"({"rc":0,"value":{"type":"REG_DWORD","data":"0x1"}})")) ==
              lines{"- value.data: 0x0", "+ value.data: 0x1"});
        CHECK(difference({{"a", 1}}, {{"a", 1}}) == lines{});
        CHECK(difference(nullptr, {{"a", true}}) == lines{"+ a: true"});
        CHECK(difference("stopped", "running") == lines{"- stopped", "+ running"});
        CHECK(difference({{"a", nullptr}}, json::object()) == lines{});
    }
    TEST_CASE("the elements of a list are a set") {
        CHECK(difference(json::parse(R"({"aces":["A;FA;SY","A;FA;BA"]})"),
                         json::parse(R"({"aces":["A;FA;BA","A;FR;NS","A;FA;SY"]})")) == lines{"+ aces: A;FR;NS"});
        CHECK(difference(json::parse(R"([{"x":1}])"), json::parse("[]")) == lines{"- {\"x\":1}"});
    }
}
