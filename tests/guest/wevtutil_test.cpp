#include <doctest/doctest.h>

#include "tests/guest/cmd_bench.hpp"

using namespace emsctl::guest;

namespace {

void write(cmd_bench& bench, const char* provider, unsigned id) {
    event_record event;
    event.provider = provider;
    event.id = id;
    event.level = 2;
    event.data = {{"Status", "Access is denied. <&>"}};
    bench.os.events.write(event);
}

}  // namespace

TEST_SUITE("guest/commands/wevtutil") {
    TEST_CASE("events are chosen by provider, number and age") {
        cmd_bench bench;
        write(bench, "Tester", 36870);
        bench.pass(std::chrono::seconds(10));
        write(bench, "Tester", 36871);
        write(bench, "Other", 36871);
        const auto ask = [&](const std::string& query, const std::string& more = "") {
            return bench.type("wevtutil qe System /q:\"" + query + "\" /f:xml " + more);
        };
        const auto one =
            ask("*[System[Provider[@Name='Tester'] and (EventID=36870 or EventID=36871)]]", "/c:1 /rd:true");
        CHECK(
            one.starts_with("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
                            "Name='Tester'/><EventID Qualifiers='0'>36871</EventID>"));
        CHECK(one.find("<Data Name='Status'>Access is denied. &lt;&amp;&gt;</Data>") != std::string::npos);
        CHECK(one.ends_with("</Event>\r\n"));
        CHECK(ask("*[System[Provider[@Name='Tester'] and (EventID=36870 or EventID=36871)]]", "/c:1").find(">36870<") !=
              std::string::npos);
        CHECK(ask("*[System[Provider[@Name='Tester'] and TimeCreated[timediff(@SystemTime) <= 5000]]]").find("36870") ==
              std::string::npos);
        CHECK(ask("*[System[(EventID=36871) and Provider[@Name='Nobody']]]") == "");
        CHECK(bench.errorlevel() == "0\r\n");
    }

    TEST_CASE("what it does not know is refused") {
        cmd_bench bench;
        bench.type("wevtutil qe Nix /f:xml");
        CHECK(bench.errorlevel() == "15007\r\n");
        bench.type("wevtutil qe System /q:\"*[EventData[Data='x']]\"");
        CHECK(bench.errorlevel() == "15001\r\n");
        bench.type("wevtutil qe System /f:text");
        CHECK(bench.errorlevel() == "87\r\n");
        CHECK(bench.os.log.back().what == executed_line::kind::executed);
    }
}
