#include "sac/tag_reader.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/support/screen_text.hpp"

using namespace emsctl;
using sac::tag_event;

namespace {

struct reading {
    std::vector<tag_event> events;
    sac::tag_reader reader{[this](tag_event e) { events.push_back(std::move(e)); }};
    sac::vt_parser parser;
    void feed(std::string_view bytes) { parser.feed(bytes, reader); }
};

}  // namespace

TEST_SUITE("sac/tag_reader") {
    TEST_CASE("a switch blob gives its fields, cut anywhere") {
        const std::string bytes = test::golden::switch_screen();
        for (std::size_t cut = 0; cut <= bytes.size(); cut += 7) {
            reading r;
            r.feed(std::string_view(bytes).substr(0, cut));
            r.feed(std::string_view(bytes).substr(cut));
            REQUIRE(r.events.size() == 1);
            CHECK(r.events[0].what == tag_event::kind::channel_switch);
            CHECK(r.events[0].field("name") == "Cmd0002");
            CHECK(r.events[0].field("description") == "Command Prompt");
            CHECK(r.events[0].field("application-type") == sac::cmd_application);
            CHECK(r.events[0].field("missing").empty());
        }
    }
    TEST_CASE("a STOP counts from its first line and its machine-info is no boot") {
        reading r;
        r.feed(test::golden::stop_error());
        REQUIRE(r.events.size() == 1);
        CHECK(r.events[0].what == tag_event::kind::bugcheck);
        r.feed(test::golden::machine_info());
        REQUIRE(r.events.size() == 2);
        CHECK(r.events[1].field("os-build-number") == "20348");
    }
    TEST_CASE("a tag cut by a cursor movement or echoed behind a prompt is none") {
        reading r;
        r.feed("<machine-\x1b[3;1Hinfo>\r\n</machine-info>\r\n");
        r.feed("C:\\>echo <machine-info>\r\n</machine-info>\r\n");
        CHECK(r.events.empty());
    }
    TEST_CASE("a forged blob brings only the fields it states, and not too many") {
        reading r;
        std::string forged = "<channel-switch>\n<name>SAC</name>\n<guid></guid\n<a><b></a>\n";
        for (int i = 0; i < 1000; ++i) forged += "<f" + std::to_string(i) + ">x</f" + std::to_string(i) + ">\n";
        r.feed(forged + "</channel-switch>\n");
        REQUIRE(r.events.size() == 1);
        CHECK(r.events[0].fields.size() <= 32);
        CHECK(r.events[0].field("guid").empty());
    }
    TEST_CASE("a line without end is forgotten from its beginning, offsets stay true") {
        reading r;
        for (int i = 0; i < 3000; ++i) r.feed(std::string(1000, 'x'));
        const auto mark = r.reader.offset();
        CHECK(mark == 3'000'000);
        CHECK(r.reader.text_since(0).size() <= 2u << 20);
        r.feed("tail");
        CHECK(r.reader.text_since(mark) == "tail");
        CHECK(r.reader.text_since(mark + 100).empty());
    }
    TEST_CASE("Enter after a repaint answers with a line end of its own") {
        reading r;
        r.feed(test::golden::sac_repaint());
        const auto mark = r.reader.offset();
        r.feed("\r\nSAC>");
        CHECK(r.reader.text_since(mark) == "\nSAC>");
    }
    TEST_CASE("a corrected word reads as corrected") {
        reading r;
        r.feed("chx\b \b -?\r\nnext");
        CHECK(r.reader.text_since(0) == "ch -?\nnext");
    }
}
