#include "sac/shell_screen.hpp"

#include <doctest/doctest.h>

using namespace emsctl::sac;

namespace {

screen showing(std::string_view bytes) {
    screen picture;
    vt_parser parser;
    parser.feed(bytes, picture);
    return picture;
}

}  // namespace

TEST_SUITE("sac/shell_screen") {
    TEST_CASE("the version is the dotted number in brackets, in any language") {
        CHECK(version_in("Microsoft Windows [Version 10.0.22621.2283]") == "10.0.22621.2283");
        CHECK(version_in("[x] Microsoft Windows [versao 6.1.7601]") == "6.1.7601");
        CHECK(version_in("no [brackets 1] here [").empty());
        CHECK(build_of("10.0.22621.2283") == 22621);
        CHECK(build_of("6.1.7601") == 7601);
        CHECK(!build_of("6"));
    }

    TEST_CASE("the code page is the last number above the prompt, and a line without one is none") {
        CHECK(number_above_prompt(showing("chcp\r\nActive code page: 850\r\n\r\n#> ")) == 850);
        CHECK(number_above_prompt(showing("Aktive Codepage: 437.\r\n#> ")) == 437);
        CHECK(!number_above_prompt(showing("an error\r\n#> ")));
        CHECK(!number_above_prompt(showing("#> ")));
    }

    TEST_CASE("a hash is read on one row, and in pairs on two") {
        const std::string hash = std::string(32, 'a') + std::string(32, '0');
        std::string pairs;
        for (std::size_t at = 0; at < hash.size(); at += 2) pairs += hash.substr(at, 2) + (at == 52 ? "\r\n" : " ");
        CHECK(shows_hash(showing("SHA256 hash of file:\r\n" + hash + "\r\nCertUtil: done"), hash));
        CHECK(shows_hash(showing("SHA256 hash of file:\r\n" + pairs + "\r\nCertUtil: done"), hash));
        CHECK_FALSE(shows_hash(showing("SHA256 hash of file:\r\n" + hash.substr(1) + "\r\n"), hash));
    }
}
