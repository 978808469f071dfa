#include "sac/encoding.hpp"

#include <doctest/doctest.h>

using namespace emsctl::sac;

TEST_SUITE("sac/encoding") {
    TEST_CASE("base64 goes there and back for every length") {
        std::string bytes;
        for (int i = 0; i < 260; ++i) {
            CHECK(from_base64(base64(bytes)) == bytes);
            bytes.push_back(static_cast<char>(i * 7));
        }
        CHECK(base64("SAC>") == "U0FDPg==");
    }
    TEST_CASE("what is not base64 is refused, not guessed") {
        for (const auto* text : {"A", "AB", "AB=C", "=ABC", "====", "    ", "AB C", " ABC", "A===", "AB\r\n", "AB*D"}) {
            CAPTURE(text);
            CHECK_FALSE(from_base64(text).has_value());
        }
        CHECK(from_base64("") == "");
    }
    TEST_CASE("SHA-256 is written in lower case") {
        CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    TEST_CASE("a guest's bytes are read by its own code page") {
        CHECK(windows_text("\x84\x94\x81", 437) == "äöü");
        CHECK(windows_text("\xd0", 437) == "╨");
        CHECK(windows_text("\xd0", 850) == "ð");
        CHECK(windows_text("\xc3\xa4", 65001) == "ä");
        CHECK(windows_text("a\xff", 65001) == "a\uFFFD");
    }
    TEST_CASE("UTF-16LE is known by its mark, and a lone surrogate spoils only itself") {
        CHECK(windows_text(std::string_view("\xff\xfeO\0K\0\r\0\n\0", 10), 437) == "OK\n");
        CHECK(windows_text(std::string_view("\xff\xfe\x00\xd8O\0K\0", 8), 437) == "\uFFFDOK");
        CHECK(windows_text(std::string_view("\xff\xfeO\0K", 5), 437) == "O\uFFFD");
    }
    TEST_CASE("line ends become LF, also wmic's CR CR LF, and a CR alone stays") {
        CHECK(windows_text("a\r\nb\r\r\nc\rd\r", 437) == "a\nb\nc\rd\r");
    }
    TEST_CASE("an unknown code page keeps ASCII and marks the rest") {
        CHECK(windows_text("a\x84", 99999) == "a\uFFFD");
        CHECK_FALSE(to_code_page("a", 99999).has_value());
    }
    TEST_CASE("what a code page cannot hold is refused") {
        CHECK(to_code_page("äx", 437) == "\x84x");
        CHECK(to_code_page("ð", 850) == "\xd0");
        CHECK_FALSE(to_code_page("ð", 437).has_value());
        CHECK_FALSE(to_code_page("日", 850).has_value());
        CHECK(to_code_page("日", 65001) == "日");
    }
}
