#include "sac/scrubber.hpp"

#include <doctest/doctest.h>

#include "sac/encoding.hpp"

using namespace emsctl::sac;

namespace {

std::string scrubbed_by(identifiers& what, const std::string& bytes, std::size_t step, bool has_screen = true) {
    scrubber one(what, has_screen);
    for (std::size_t at = 0; at < bytes.size(); at += step) one.pass(std::string_view(bytes).substr(at, step));
    return one.result();
}

}  // namespace

TEST_SUITE("sac/identifiers") {
    TEST_CASE("each kind of text is found and replaced by one of its own shape and length, the same for the same") {
        identifiers what;
        what.hide_name("WEB-RDS01");
        const std::string text =
            "web-rds01 WEB-RDS01 {5d2f7c1e-9a34-4b60-8f15-2c7be0a9d648} 10.1.2.3:3389 fe80::1:2%4 00-15-5D-01-02-03 "
            "S-1-5-21-1111-2222-3333-1001 259B16A938A31A6C8D8C452B1618E7C2C80B4AFB 10.1.2.3";
        const auto out = what.scrub(text);
        CHECK(out.size() == text.size());
        CHECK(out ==
              "xxx-xxxx1 xxx-xxxx1 {00000000-0000-0000-0000-000000000002} 00.0.0.3:3389 0000::0:4%4 00-00-00-00-00-05 "
              "S-1-5-21-0000-0000-0006-1001 0000000000000000000000000000000000000007 00.0.0.3");
        CHECK(what.scrub(out) == out);
    }

    TEST_CASE("what is the same on every machine stays, and so does what only looks alike") {
        identifiers what;
        for (const std::string text :
             {"127.0.0.1", "0.0.0.0:135", "[::]:445", "::1", "255.255.255.0", "63d02270-8aa4-11d5-bccf-806d6172696f",
              "10.0.17763.5576", "S-1-5-18", "12:34:56", "2024-05-01T22:12:18", "0xd3d", "deadbeef", "a:b",
              "C:\\Windows", "999.1.1.1"})
            CHECK(what.scrub(text) == text);
    }

    TEST_CASE("patterns and exact texts are replaced too; a pattern that is none is refused") {
        identifiers what;
        what.hide_pattern("CASE-[0-9]+");
        what.hide_exactly("SGVsbG8=", "V29ybGQ=");
        CHECK(what.scrub("see CASE-4711 and SGVsbG8=") == "see xxxx-xxx1 and V29ybGQ=");
        CHECK_THROWS(what.hide_pattern("("));
    }
}

TEST_SUITE("sac/scrubber") {
    TEST_CASE("a name is replaced however its letters reach the screen") {
        const std::vector<std::string> ways{
            "the host WEB-RDS01 is up",
            "the host \x1b[1mWEB\x1b[0m-RDS\x1b[31m01",
            "\x1b[2;10HRDS01\x1b[2;6HWEB-\x1b[9;1H",  // painted in parts, the end first
            "WEB-RXXX1\x1b[1;6HDS0",                  // corrected by a painter
            std::string(75, '.') + "WEB-RDS01",       // wrapped
            "\r\n\r\n" + std::string(30, '\n') + "WEB-RDS01\r\n" + std::string(60, '\n'),  // scrolled away at once
        };
        for (const auto& bytes : ways)
            for (const std::size_t step : {1u, 3u, 16u, 4096u}) {
                CAPTURE(bytes);
                CAPTURE(step);
                identifiers what;
                what.hide_name("web-rds01");
                const auto out = scrubbed_by(what, bytes, step);
                CHECK(out.size() == bytes.size());
                screen picture;
                vt_parser parser;
                parser.feed(out, picture);
                std::string all;
                for (int row = 0; row < 24; ++row) all += picture.row_text(row, 0, 80);
                CHECK(all.find("WEB") == std::string::npos);
                CHECK(all.find("RDS") == std::string::npos);
                CHECK((all.find("xxx-xxxx1") != std::string::npos || bytes.ends_with("\n")));
            }
    }

    TEST_CASE("typed keys are read with their corrections") {
        identifiers what;
        what.hide_name("secretary");
        const std::string typed = "net user secretx\bary\rsecre\x1b";
        CHECK(scrubbed_by(what, typed, 4, false) == "net user xxxxxxx\bxx1\rsecre\x1b");
    }

    TEST_CASE("other bytes stay as they were, whatever they are") {
        std::string noise;
        for (int i = 0; i < 5000; ++i) noise += static_cast<char>(i * 7919 >> 3);
        identifiers what;
        what.hide_name("never there");
        CHECK(scrubbed_by(what, noise, 100) == noise);
    }
}
