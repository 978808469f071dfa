#include "sac/guest/painter.hpp"

#include <doctest/doctest.h>

#include "sac/guest/sac_screen.hpp"
#include "tests/guest/support/tiny_terminal.hpp"

using namespace emsctl::guest;
using emsctl::guest::support::tiny_terminal;

namespace {

struct painted_console {
    explicit painted_console(const std::string& name, std::uint64_t seed = 1) : values(load_profile(name).values) {
        hand = make_painter(values, console, seed);
        console.watch(hand.get());
        hand->begin();
    }
    std::string commit() {
        hand->commit();
        return hand->take_output();
    }
    std::vector<std::string> lines() const {
        std::vector<std::string> all;
        for (int row = 0; row < screen_console::rows; ++row) {
            std::string line;
            for (char32_t c : console.row_text(row)) line += to_utf8(c);
            all.push_back(line);
        }
        return all;
    }

    profile values;
    screen_console console;
    std::unique_ptr<painter> hand;
};

std::string random_output(seeded& chance) {
    static const std::string words[] = {"a",
                                        "Copyright (C)",
                                        "    ",
                                        "x          y",
                                        "\r\n",
                                        "\r\n\r\n",
                                        "\b",
                                        "\r",
                                        "\n",
                                        "\t",
                                        "\xc3\xa4\xc3\xb6",
                                        "C:\\>",
                                        " ",
                                        "0123456789",
                                        "\b \b"};
    std::string text;
    for (std::uint64_t i = chance.below(30); i > 0; --i) {
        if (chance.below(6) == 0)
            text += std::string(chance.below(200), static_cast<char>('a' + chance.below(26)));
        else
            text += words[chance.below(std::size(words))];
    }
    return text;
}

}  // namespace

TEST_SUITE("guest/painter") {
    TEST_CASE("whatever a program prints, the far picture is the console's") {
        for (const std::string name : {"windows-11", "2022", "2019", "2008r2"}) {
            for (std::uint64_t seed = 1; seed <= 60; ++seed) {
                CAPTURE(name);
                CAPTURE(seed);
                seeded chance(seed);
                painted_console local(name, seed);
                tiny_terminal far;
                for (int turn = 0; turn < 12; ++turn) {
                    for (std::uint64_t i = chance.below(4) + 1; i > 0; --i) {
                        if (chance.below(8) == 0) local.console.clear();
                        local.console.write(random_output(chance));
                    }
                    if (chance.below(10) == 0) {
                        local.hand->take_output();  // somebody looked at another channel meanwhile
                        local.hand->repaint();
                    }
                    far.feed(local.commit());
                    REQUIRE(far.lines() == local.lines());
                    REQUIRE(far.row() == local.console.row());
                    REQUIRE(far.column() == local.console.column());
                }
            }
        }
    }

    TEST_CASE("a differential painter never sends what scrolled away, nor what stands already") {
        painted_console local("2019");
        local.commit();
        for (int i = 1; i <= 60; ++i) local.console.write("line " + std::to_string(i) + "\r\n");
        const std::string sent = local.commit();
        CHECK(sent.size() < 24 * 20);
        tiny_terminal far;
        far.feed(sent);
        CHECK(far.lines()[0] == "line 38");
        CHECK(far.lines()[22] == "line 60");

        local.console.clear();
        local.console.write("C:\\>");
        local.commit();
        local.console.clear();
        local.console.write("C:\\>");
        CHECK(local.commit() == "");
    }

    TEST_CASE("a stream painter sends every line once, in order") {
        painted_console local("2022");
        local.commit();
        std::string wanted;
        for (int i = 1; i <= 60; ++i) wanted += "line " + std::to_string(i) + "\r\n";
        local.console.write(wanted);
        CHECK(local.commit() == wanted);
    }

    TEST_CASE("a stream painter jumps over some runs of blanks") {
        painted_console local("2022");
        local.commit();
        for (int i = 0; i < 20; ++i) local.console.write("a          b\r\n");
        const std::string sent = local.commit();
        CHECK(sent.find("a\033[10Cb") != std::string::npos);
        CHECK(sent.find("a          b") != std::string::npos);
    }

    TEST_CASE("a pseudo-console crosses an empty row by a position and hides the cursor for it") {
        painted_console local("windows-11");
        local.commit();
        local.console.write("out\r\n\r\nC:\\>");
        CHECK(local.commit() == "\033[?25lout\033[3;1HC:\\>\033[?25h");
        local.console.write("x");
        CHECK(local.commit() == "x");
        local.console.write("\b \b");
        CHECK(local.commit() == "\b \b");
        local.console.write(std::string(191, 'y'));
        CHECK(local.commit() == std::string(191, 'y'));
    }
}
