#include "transport/recording.hpp"

#include <doctest/doctest.h>

#include <random>

#include "transport/detail/base64.hpp"
#include "transport/secret_filter.hpp"

using namespace emsctl::transport;
using kind = recording_event::kind;

namespace {

recording_event event(kind what, std::string bytes, int at = 0) {
    recording_event out;
    out.what = what;
    out.bytes = std::move(bytes);
    out.at = std::chrono::microseconds(at);
    return out;
}

std::string filtered(secret_filter& filter, const std::vector<recording_event>& events) {
    recording_encoder encoder;
    std::string out = header_line({});
    for (const auto& e : events)
        for (const auto& decided : filter.pass(e)) out += encoder.encode(decided);
    for (const auto& decided : filter.finish()) out += encoder.encode(decided);
    return out;
}

}  // namespace

TEST_SUITE("transport/recording") {
    TEST_CASE("any bytes in any chunks of both directions come back exactly") {
        std::mt19937 random(20260101);
        for (int round = 0; round < 300; ++round) {
            recording_header header;
            header.title = "round";
            header.facts["seed"] = std::to_string(round);
            recording_encoder encoder;
            std::string file = header_line(header);
            std::vector<recording_event> events;
            int at = 0;
            for (int i = 0; i < 20; ++i) {
                std::string bytes;
                const auto size = 1 + random() % 9;
                for (std::size_t k = 0; k < size; ++k)
                    bytes += round % 2 ? static_cast<char>(random())
                                       : "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z\n"[random() % 11];
                at += static_cast<int>(random() % 100'000'000);
                events.push_back(event(random() % 2 ? kind::output : kind::input, bytes, at));
                file += encoder.encode(events.back());
            }
            const auto back = parse_recording(file);
            REQUIRE(back.has_value());
            CHECK(back->events == events);
            CHECK(back->header == header);
            CHECK(back->notices.empty());
        }
    }

    TEST_CASE("players see whole characters even when a chunk cuts one") {
        recording_encoder encoder;
        CHECK(encoder.encode(event(kind::output, "a\xC3", 1'500'000)) ==
              "[1.500000,\"ob\",\"YcM=\"]\n[1.500000,\"o\",\"a\"]\n");
        CHECK(encoder.encode(event(kind::output, "\xA9", 2'000'000)) ==
              "[2.000000,\"ob\",\"qQ==\"]\n[2.000000,\"o\",\"\xC3\xA9\"]\n");
        CHECK(encoder.encode(event(kind::output, "\xFF", 3)) ==
              "[0.000003,\"ob\",\"/w==\"]\n[0.000003,\"o\",\"\xEF\xBF\xBD\"]\n");
    }

    TEST_CASE("a file cut anywhere is read up to its last whole line, with a notice") {
        recording_encoder encoder;
        std::string file = header_line({});
        file += encoder.encode(event(kind::output, "one\xFF"));
        file += encoder.encode(event(kind::input, "two"));
        const auto first = header_line({}).size();
        for (std::size_t cut = first; cut < file.size(); ++cut) {
            CAPTURE(cut);
            const auto back = parse_recording(std::string_view(file).substr(0, cut));
            REQUIRE(back.has_value());
            CHECK(back->notices.size() == (file[cut - 1] == '\n' ? 0 : 1));
            for (const auto& e : back->events) CHECK((e.bytes == "one\xFF" || e.bytes == "two"));
        }
    }

    TEST_CASE("damage inside the file is an error with its line") {
        CHECK(parse_recording("{\"version\":2}\n[0,\"o\",3]\n").error().line == 2);
        CHECK(parse_recording("{\"version\":2}\nrubbish\n").error().line == 2);
        CHECK(parse_recording("{\"version\":1}\n").error().line == 1);
        CHECK(parse_recording("{\"version\":2}\n[2,\"o\",\"a\"]\n[1,\"o\",\"a\"]\n").error().line == 3);
        CHECK(!parse_recording("").has_value());
        for (const char* field : {"timestamp", "width", "height"})
            for (const char* value : {"17672e20", "-1", "\"80\"", "1e999"})
                CHECK(parse_recording("{\"version\":2,\"" + std::string(field) + "\":" + value + "}\n").has_error());
        CHECK(parse_recording("{\"version\":2}\n[0,\"r\",\"80x24\"]\n[0,\"zz\",{}]\n").value().events.empty());
    }
}

TEST_SUITE("transport/secret_filter") {
    TEST_CASE("a protected secret is never stored, however it is cut") {
        const std::string secret = "Tr0ub4dor";
        const std::string text = "Tr0 Tr0ub " + secret + secret + " TTr0ub4do Tr0ub";
        const auto visible = text.size() - 2 * secret.size();
        for (unsigned first = 1; first < text.size(); ++first)
            for (unsigned step = 1; step < 12; ++step) {
                secret_filter filter;
                filter.protect(secret);
                std::vector<recording_event> events{event(kind::output, text.substr(0, first))};
                for (std::size_t at = first; at < text.size(); at += step) {
                    events.push_back(event(kind::output, text.substr(at, step)));
                    events.push_back(event(kind::input, "x"));
                }
                const auto back = parse_recording(filtered(filter, events)).value();
                std::string kept;
                std::size_t holes = 0;
                std::size_t inputs = 0;
                for (const auto& e : back.events) {
                    if (e.what == kind::input) ++inputs;
                    if (e.what != kind::output) continue;
                    kept += e.bytes;
                    holes += e.hole;
                }
                CHECK(kept.find(secret) == std::string::npos);
                CHECK(holes + kept.size() == text.size());
                CHECK(kept.size() + 5 >= visible);  // the beginning at the very end stays a hole
                CHECK(inputs == events.size() / 2);
            }
    }

    TEST_CASE("a secret is found in every form in which it may cross a line, in every cut") {
        const std::string secret = "Gr\xC3\xBC\xC3\x9F-4711";
        const std::string wide("G\0r\0\xFC\0\xDF\0-\0004\0007\0001\0001\0", 18);
        std::vector<std::string> lines{
            secret,
            wide,
            "Gr\x1b[31m\xC3\xBC\r\n\xC3\x9F\x1b[2;1H-47\x1b]0;title\a11",
        };
        for (const auto& bytes : {secret, wide})
            for (const char* before : {"", "a", "ab"}) lines.push_back(detail::to_base64(before + bytes + "and more"));
        lines.push_back(detail::to_base64("x" + wide).substr(0, 11) + "\r\n" +
                        detail::to_base64("x" + wide).substr(11));
        for (const auto& line : lines)
            for (unsigned step = 1; step <= line.size(); ++step) {
                CAPTURE(line);
                CAPTURE(step);
                secret_filter filter;
                filter.protect(secret);
                std::vector<recording_event> events{event(kind::output, "before ")};
                for (std::size_t at = 0; at < line.size(); at += step)
                    events.push_back(event(kind::output, line.substr(at, step)));
                events.push_back(event(kind::output, " after, which is plain"));
                std::size_t holes = 0;
                std::string kept;
                for (const auto& e : parse_recording(filtered(filter, events)).value().events) {
                    holes += e.hole;
                    kept += e.bytes;
                }
                CHECK(holes >= 11);
                CHECK(kept.starts_with("before "));
                CHECK(kept.ends_with(" after, which is plain"));
            }
    }

    TEST_CASE("order and times of the events stay as they were") {
        secret_filter filter;
        filter.protect("secret");
        std::vector<recording_event> in{event(kind::output, "a se", 1), event(kind::input, "b", 2),
                                        event(kind::mark, "secret step", 3), event(kind::output, "lf", 4)};
        const auto back = parse_recording(filtered(filter, in)).value();
        REQUIRE(back.events.size() == 5);
        CHECK(back.events[0].bytes == "a ");
        CHECK(back.events[1].bytes == "se");
        CHECK(back.events[1].at == std::chrono::microseconds(1));
        CHECK(back.events[2].bytes == "b");
        CHECK(back.events[3].bytes == "*** step");
        CHECK(back.events[4].bytes == "lf");
    }

    TEST_CASE("what waits for a decision is bounded, and gives way as a hole") {
        secret_filter filter;
        filter.protect("Password");
        CHECK(filter.pass(event(kind::input, "Passw")).empty());
        const auto out = filter.pass(event(kind::output, std::string(secret_filter::longest_queue, '.')));
        REQUIRE(out.size() == 2);
        CHECK(out[0].hole == 5);
    }
}
