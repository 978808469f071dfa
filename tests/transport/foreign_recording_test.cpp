#include "transport/foreign_recording.hpp"

#include <doctest/doctest.h>

using namespace emsctl::transport;
using namespace std::chrono_literals;
using kind = recording_event::kind;

namespace {

recording_event event(kind what, std::string bytes, std::chrono::microseconds at) {
    recording_event out;
    out.what = what;
    out.bytes = std::move(bytes);
    out.at = at;
    return out;
}

recording small() {
    recording out;
    out.header.timestamp = 1'700'000'000;
    out.header.title = "a title";
    out.header.facts["seed"] = "7";
    out.events = {event(kind::output, "caf\xC3", 1s), event(kind::output, "\xA9", 1500ms),
                  event(kind::mark, "here", 2s), event(kind::input, "ls\r", 2s), event(kind::picture, "p", 2s)};
    recording_event secret = event(kind::input, "", 3s);
    secret.hole = 4;
    out.events.push_back(secret);
    return out;
}

}  // namespace

TEST_SUITE("transport/foreign_recording") {
    TEST_CASE("an export to asciicast 2 and 3 has whole characters, marks, and stars for secrets") {
        CHECK(as_asciicast2(small()) ==
              "{\"height\":24,\"timestamp\":1700000000,\"title\":\"a title\",\"version\":2,\"width\":80}\n"
              "[1.000000,\"o\",\"caf\"]\n[1.500000,\"o\",\"\xC3\xA9\"]\n[2.000000,\"m\",\"here\"]\n"
              "[2.000000,\"i\",\"ls\\r\"]\n[3.000000,\"i\",\"****\"]\n");
        CHECK(as_asciicast3(small()) ==
              "{\"term\":{\"cols\":80,\"rows\":24},\"timestamp\":1700000000,\"title\":\"a title\",\"version\":3}\n"
              "[1.000000,\"o\",\"caf\"]\n[0.500000,\"o\",\"\xC3\xA9\"]\n[0.500000,\"m\",\"here\"]\n"
              "[0.000000,\"i\",\"ls\\r\"]\n[1.000000,\"i\",\"****\"]\n");
    }

    TEST_CASE("asciicast 3 comes back as it went, comments and unknown codes are passed over") {
        const auto back = read_asciicast3("# first\n" + as_asciicast3(small()));
        CHECK(!back.has_value());  // the header is the first line
        auto text = as_asciicast3(small()) + "# a comment\n[1.0,\"x\",\"0\"]\n";
        const auto read = read_asciicast3(text);
        REQUIRE(read.has_value());
        CHECK(read->header.title == "a title");
        REQUIRE(read->events.size() == 5);
        CHECK(read->events[1].at == 1500ms);
        CHECK(read->events[2].what == kind::mark);
        CHECK(read->events[3].bytes == "ls\r");
        for (const char* bad : {"[1,\"o\"]\n", "[-1,\"o\",\"a\"]\n", "[1e99,\"o\",\"a\"]\n", "rubbish\n", "[1,2,3]\n"})
            CHECK(read_asciicast3("{\"version\":3}\n" + std::string(bad)).error().line == 2);
        CHECK(!read_asciicast3("").has_value());
        CHECK(!read_asciicast3("{\"version\":2}").has_value());
        CHECK(!read_asciicast3("{\"version\":3,\"term\":{\"cols\":\"wide\"}}").has_value());
    }

    TEST_CASE("numbers that no clock and no screen has are refused") {
        CHECK(read_asciicast3("{\"version\":3,\"timestamp\":1e30}\n").has_error());
        CHECK(read_asciicast3("{\"version\":3,\"term\":{\"cols\":1e30}}\n").has_error());
        CHECK(read_asciicast3("{\"version\":3,\"term\":7}\n").has_error());
        const std::string later = "[999999999,\"o\",\"x\"]\n";
        CHECK(read_asciicast3("{\"version\":3}\n" + later + later + later + later).has_error());
        CHECK(read_script("xxxx", "999999999 1\n999999999 1\n999999999 1\n999999999 1\n").has_error());
    }

    TEST_CASE("a typescript is read by its timing, in both forms, and a wrong timing is told with its line") {
        const std::string typescript = "Script started on 2024-01-01 [X]\nabcdef";
        const auto classic = read_script(typescript, "0.5 3\n0.25 3\n");
        REQUIRE(classic.has_value());
        REQUIRE(classic->events.size() == 2);
        CHECK(classic->events[1].bytes == "def");
        CHECK(classic->events[1].at == 750ms);
        const auto advanced = read_script("abcdef", "H 0.0 SHELL /bin/sh\nO 1 2\nI 1 1\nS 0.5 SIGWINCH\nO 1 3\n");
        REQUIRE(advanced.has_value());
        REQUIRE(advanced->events.size() == 3);
        CHECK(advanced->events[1].what == kind::input);
        CHECK(advanced->events[2].at == 3500ms);
        CHECK(read_script("abc", "1 2\n1 9\n").error().line == 2);
        CHECK(read_script("abc", "x 2\n").error().line == 1);
        CHECK(read_script("abc", "1 -2\n").error().line == 1);
        CHECK(read_script("abc", "-1 2\n").error().line == 1);
    }

    TEST_CASE("a raw log comes as fast as its line, byte for byte, and goes as it came") {
        const std::string bytes(1000, '\xFE');
        const auto read = read_raw(bytes, 9600);
        CHECK(read.events.back().at == std::chrono::microseconds(1000 * 10 * 1'000'000ll / 9600));
        CHECK(as_raw(read) == bytes);
        CHECK(read_raw("", 9600).events.empty());
    }

    TEST_CASE("an exported typescript reads back to the same output at the same times") {
        auto what = small();
        const auto files = as_script(what);
        const auto back = read_script(files.typescript, files.timing);
        REQUIRE(back.has_value());
        CHECK(as_raw(*back) == as_raw(what));
        CHECK(back->events.back().at == 1500ms);
    }
}
