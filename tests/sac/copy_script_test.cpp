// What is asked and answered while a file is copied.
#include <doctest/doctest.h>

#include "sac/copy_script.hpp"

using namespace emsctl::sac;

TEST_SUITE("sac/copy_script") {
    TEST_CASE("a path is a drive and a name, without wildcards, quotes or streams") {
        CHECK(absolute_path("C:/a b/c.txt") == "C:\\a b\\c.txt");
        CHECK(absolute_path("d:\\100%.txt") == "d:\\100%.txt");
        for (const auto* bad : {"", "C:", "C:a", "a.txt", "\\a", "\\\\server\\share\\a", "C:\\a*", "C:\\a?b",
                                "C:\\a\"b", "C:\\a:stream", "C:\\a\nb", "C:\\a|b", "C:\\<a>"})
            CHECK_FALSE(absolute_path(bad));
        CHECK(leaf_of("C:\\a\\b.txt") == "b.txt");
        CHECK(leaf_of("C:\\a\\").empty());
    }

    TEST_CASE("a percent sign in a path is doubled, or cmd would take it for a variable") {
        CHECK(get_script("C:\\%TEMP%", false).find("set \"F=C:\\%%TEMP%%\"") != std::string::npos);
    }

    TEST_CASE("size and hash are read in every form that certutil has") {
        const std::string digits(64, 'a');
        std::string pairs;
        for (int i = 0; i < 32; ++i) pairs += i == 0 ? "AA" : " AA";
        for (const auto& line : {digits, pairs}) {
            const auto answer =
                read_copy_answer("emsctl:size:12\nSHA256-Hash von 0.f:\n" + line + "\nCertUtil: ok\n", "");
            CHECK(answer.size == 12);
            CHECK(answer.hash == digits);
            CHECK(answer.refusal == copy_refusal::none);
        }
    }

    TEST_CASE("certutil's numbers say why, in every language") {
        const auto refusal = [](const std::string& code) {
            return read_copy_answer("EncodeToFile: " + code + " (WIN32)\nemsctl:unreadable\n", "").refusal;
        };
        CHECK(refusal("0x80070005") == copy_refusal::denied);
        CHECK(refusal("0x80070020") == copy_refusal::in_use);
        CHECK(refusal("0x80070070") == copy_refusal::no_space);
        CHECK(refusal("0x80071234") == copy_refusal::unreadable);
    }

    TEST_CASE("free space is read in any language, and an unreadable one is unknown") {
        const auto free = [](const std::string& last) {
            return read_copy_answer("emsctl:free-there\n header\n" + last + "\nemsctl:part\n", "").free_there;
        };
        CHECK(free("               0 Dir(s)  43,034,234 bytes free") == 43034234);
        CHECK(free("               2 Verzeichnis(se), 43.034.234 Bytes frei") == 43034234);
        CHECK_FALSE(free("no numbers here"));
        CHECK_FALSE(free(""));
    }

    TEST_CASE("the place in the answer is taken out of its quotes") {
        const auto answer = read_copy_answer("emsctl:target:\"C:\\a & b\"\nemsctl:exists\n", "Access is denied.\n");
        CHECK(answer.target == "C:\\a & b");
        CHECK(answer.exists);
        CHECK(answer.guest_says.find("denied") != std::string::npos);
        CHECK(read_copy_answer("emsctl:target:\"\nemsctl:size:x\n", "").target.empty());
    }
}
