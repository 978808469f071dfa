#include "sac/sac_line.hpp"

#include <doctest/doctest.h>

#include "tests/support/screen_text.hpp"

using namespace emsctl;
using sac::parse_channel_list;
using sac::parse_identification;

TEST_SUITE("sac/sac_line") {
    TEST_CASE("the channel list is read by its shape, not by its words") {
        const auto golden = parse_channel_list(
            "Channel List\n(Use \"ch -?\" for information on using channels)\n"
            "# Status  Channel Name\n0 (AV)    SAC\n1 (IR)    setuplog.txt\n"
            "9 (AV)    Cmd0012\n");
        REQUIRE(golden.size() == 3);
        CHECK(golden[0].slot == 0);
        CHECK(golden[0].active);
        CHECK(golden[0].name == "SAC");
        CHECK(golden[1].raw);
        CHECK_FALSE(golden[1].active);
        CHECK(golden[2].slot == 9);
        CHECK(golden[2].name == "Cmd0012");
    }
    TEST_CASE("what the far end streamed is what the list is read from") {
        sac::far_end end;
        end.feed("SAC>");
        end.feed(test::golden::channel_list());
        CHECK(parse_channel_list(end.text_since(0)).size() == 1);
    }
    TEST_CASE("rows that are no channels are passed over") {
        for (const auto* text : {"", "0", "0 (", "0 (AV", "0 (AV)", "0 (AV)    ", "x (AV)    SAC", "0  (AV)   SAC"}) {
            CAPTURE(text);
            CHECK(parse_channel_list(text).empty());
        }
    }
    TEST_CASE("identification keeps labels and values in order, colons in values included") {
        const auto values = parse_identification(
            "           Computer Name: WIN-ABC\n"
            "  Processor Architecture: AMD64\n"
            "  Time since last reboot: 0:05:12\nno label here\n");
        REQUIRE(values.size() == 3);
        CHECK(values[0] == std::pair<std::string, std::string>("Computer Name", "WIN-ABC"));
        CHECK(values[2].second == "0:05:12");
    }
}
