// Which names an expression takes from outside.
#include "scripts/lua_names.hpp"

#include <doctest/doctest.h>

using namespace emsctl::scripts;

namespace {

std::string names(std::string_view expression) {
    std::string text;
    for (const auto& name : names_from_outside(expression)) text += (text.empty() ? "" : " ") + name;
    return text;
}

}  // namespace

TEST_SUITE("scripts/lua_names") {
    TEST_CASE("members, keys of tables and methods are no names from outside") {
        CHECK(names("a.b.c + d[e]") == "a d e");
        CHECK(names("text:lower()") == "text");
        CHECK(names("{ name = other.name, pid = 1; image = x }") == "other x");
        CHECK(names("a == b and c ~= d") == "a b c d");
    }

    TEST_CASE("locals, loop variables and parameters belong to the expression") {
        CHECK(names("filter(rows, function(r) return r.port == port end)") == "filter port rows");
        CHECK(names("(function() local all = {} for _, one in ipairs(list) do all[#all + 1] = one end return all "
                    "end)()") == "ipairs list");
        CHECK(names("(function() local function twice(n) return n * k end return twice(2) end)()") == "k");
        CHECK(names("(function() for i = first, last do end end)()") == "first last");
    }

    TEST_CASE("texts and comments hold no names, concatenation does not make members") {
        CHECK(names("'it is ' .. state .. \" or \" .. [[not there]]") == "state");
        CHECK(names("a --[[ b ]] + c -- d") == "a c");
        CHECK(names("a --[==[ ]] b ]==] + c") == "a c");
        CHECK(names("'a\\'b' .. c") == "c");
        CHECK(names("x..y") == "x y");
        CHECK(names("0x1F + 1e5 + n") == "n");
        CHECK(names("").empty());
        CHECK(names("'no end").empty());
        CHECK(names("[[no end").empty());
    }

    TEST_CASE("functions of the box and keywords are known, others are not") {
        for (const auto* name : {"same", "ipairs", "string", "table", "math", "nil", "tonumber", "raw"})
            CHECK(is_known_to_lua(name));
        for (const auto* name : {"os", "io", "print", "load", "sme"}) CHECK(!is_known_to_lua(name));
        CHECK(is_lua_keyword("end"));
        CHECK(!is_lua_keyword("ending"));
    }
}
