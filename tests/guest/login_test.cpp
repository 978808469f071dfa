#include "sac/guest/login.hpp"

#include <doctest/doctest.h>

using emsctl::guest::login_dialog;
using namespace std::string_literals;

namespace {

std::string feed(login_dialog& dialog, std::string_view bytes) {
    std::string out;
    for (char byte : bytes) out += dialog.input(byte);
    return out;
}

}  // namespace

TEST_SUITE("guest/login") {
    TEST_CASE("the password is never shown") {
        login_dialog dialog(false);
        std::string out = dialog.begin();
        out += feed(dialog, "me\rHOST\rsecret\r");
        out += dialog.restate();
        CHECK(out.find("secret") == std::string::npos);
        CHECK(dialog.is_complete());
        CHECK(dialog.user() == "me");
        CHECK(dialog.domain() == "HOST");
        CHECK(dialog.password() == "secret");
    }

    TEST_CASE("line feed is Enter here too, so CR LF answers two questions") {
        login_dialog dialog(true);
        dialog.begin();
        CHECK(feed(dialog, "me\r\n") == "me\r\nDomain  : \0\r\nPassword: \0"s);
    }

    TEST_CASE("looked at again, it shows what was typed so far") {
        login_dialog dialog(true);
        dialog.begin();
        feed(dialog, "me\r\rab");
        CHECK(
            dialog.restate() ==
            "\033[2J\033[0;0H\r\nPlease enter login credentials.\r\n\0Username: \0me\r\nDomain  : \0\r\nPassword: \0**"s);
    }
}
