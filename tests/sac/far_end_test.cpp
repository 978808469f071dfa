#include "sac/far_end.hpp"

#include <doctest/doctest.h>

#include "tests/support/screen_text.hpp"

using namespace emsctl;
using sac::far_end;
using sac::place;

namespace {

place place_after(std::string_view bytes) {
    far_end end;
    end.feed(bytes);
    return end.now();
}

std::string letters(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text.push_back(static_cast<char>('a' + i % 26));
    return text;
}

}  // namespace

TEST_SUITE("sac/far_end") {
    TEST_CASE("every part of the golden dialogue ends at its place") {
        far_end whole;
        far_end bytewise;
        for (const auto& part : test::golden::dialogue()) {
            INFO(part.name);
            test::feed_whole(whole, part.bytes);
            test::feed_bytewise(bytewise, part.bytes);
            CHECK(name_of(whole.now()) == name_of(part.where));
            CHECK(test::everything_seen(whole) == test::everything_seen(bytewise));
            CHECK(whole.picture() == bytewise.picture());
        }
        CHECK(whole.boots() == 1);
        CHECK(whole.switches() == 2);
        CHECK(whole.channel().is_sac());
        CHECK(whole.machine().field("name") == "WIN-ABC");
    }

    TEST_CASE("the golden dialogue looks the same however it is cut") {
        std::string all;
        for (const auto& part : test::golden::dialogue()) all += part.bytes;
        far_end whole;
        whole.feed(all);
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            far_end cut;
            test::feed_cut(cut, all, seed);
            CHECK(test::everything_seen(cut) == test::everything_seen(whole));
        }
    }

    TEST_CASE("a channel is known by both GUIDs, not by its words") {
        far_end end;
        end.feed(test::golden::switch_screen());
        CHECK(end.now() == place::switch_screen);
        CHECK(end.channel().name == "Cmd0002");
        CHECK(end.channel().instance == test::golden::guid);
        CHECK(end.channel().is_cmd());
        CHECK_FALSE(end.channel().is_sac());
    }

    TEST_CASE("a repaint of old text proves no boot and no switch") {
        far_end end;
        end.feed(test::golden::sac_repaint());
        CHECK(end.now() == place::sac_prompt);
        CHECK(end.boots() == 0);
        CHECK(end.switches() == 0);
    }

    TEST_CASE("prompts of other drives, roots and cases are a shell") {
        CHECK(place_after("C:\\Windows\\system32>") == place::cmd_shell);
        CHECK(place_after("x:\\windows\\SYSTEM32>") == place::cmd_shell);
        CHECK(place_after(std::string_view("C:\\Windows\\\0system32>", 21)) == place::cmd_shell);
        CHECK(place_after("PS C:\\Windows\\system32>") == place::powershell);
        CHECK(place_after("C:\\Windows\\system32") == place::other);
    }

    TEST_CASE("firmware, boot manager, pager and the stopped kernel are places of their own") {
        CHECK(place_after("") == place::nothing);
        CHECK(place_after("BdsDxe: loading Boot0001 \"Windows Boot Manager\"\r\n") != place::other);
        CHECK(place_after("BdsDxe: loading Boot0002 \"UEFI Misc Device\"\r\n") == place::firmware);
        CHECK(place_after("\x1b[2J\x1b[1;1H\x1b[0m\x1b[37;40mWindows Boot Manager") == place::boot_manager);
        CHECK(place_after("----Press <Enter> for more----") == place::sac_pager);
        CHECK(place_after("\x1b[2J\x1b[H") == place::loading);
        CHECK(place_after(test::golden::stop_error()) == place::bugcheck);
        CHECK(place_after(test::golden::stop_error() + "*** STOP\r\n!SAC>") == place::kernel_sac);
    }

    TEST_CASE("the line behind a prompt is read back over as many rows as it takes") {
        for (const std::size_t length : {0, 1, 76, 77, 78, 79, 80, 156, 157, 158, 236, 237}) {
            CAPTURE(length);
            const std::string typed = letters(length);
            far_end end;
            end.feed("\x1b[2J\x1b[H#> " + typed);
            CHECK(end.line_from("#> ") == "#> " + typed);
            far_end at_bottom;
            at_bottom.feed("\x1b[24;1H#> " + typed);
            CHECK(at_bottom.line_from("#> ") == "#> " + typed);
        }
    }

    TEST_CASE("a painter that addresses the next row at column 80 shows the same line") {
        const std::string typed = letters(120);
        far_end end;
        end.feed("\x1b[5;1H#> " + typed.substr(0, 77) + "\x1b[6;1H");
        CHECK(end.line_from("#> ") == "#> " + typed.substr(0, 77));
        end.feed(typed.substr(77));
        CHECK(end.line_from("#> ") == "#> " + typed);
    }

    TEST_CASE("a prompt too far above, or none, is no line") {
        far_end end;
        end.feed("#> x\r\n\r\n\r\n\r\n\r\n\r\n\r\ny");
        CHECK(end.line_from("#> ").empty());
        CHECK(end.line_from("SAC>").empty());
    }

    TEST_CASE("an event pushes a half-typed SAC line up; the new prompt is empty") {
        far_end end;
        end.feed("SAC>ch\r\nEVENT:   A channel has been closed.\r\nChannel: Cmd0001\r\nSAC>");
        CHECK(end.now() == place::sac_prompt);
        CHECK(end.before_cursor() == "SAC>");
    }

    TEST_CASE("a cursor query is not answered and leaves no mark") {
        far_end asked;
        asked.feed("C:\\>\x1b[18t\x1b[c\x1b[6n\x1b[>c");
        far_end not_asked;
        not_asked.feed("C:\\>");
        CHECK(asked.picture() == not_asked.picture());
    }

    TEST_CASE("an unfinished title does not hide what comes after the next escape") {
        far_end end;
        end.feed("\x1b]0;" + std::string(1 << 20, 'x') + "\x1b[2J\x1b[H\r\nSAC>");
        CHECK(end.now() == place::sac_prompt);
        CHECK(end.picture().title_text().size() <= 4096);
    }
}
