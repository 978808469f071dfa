#include "sac/guest/life_cycle.hpp"

#include <doctest/doctest.h>

using namespace emsctl::guest;
using namespace std::chrono_literals;

TEST_SUITE("guest/life_cycle") {
    TEST_CASE("it names each step once, at its time") {
        profile what;
        what.firmware_text = "firmware\r\n";
        what.firmware = 1s;
        what.loading = 2s;
        what.cmd_event = 3s;
        what.shutdown = 4s;
        what.power_off = 5s;
        life_cycle life(what, false, [](std::string_view) {});
        CHECK(!life.next_event());

        life.power_on(0s);
        CHECK(life.take_output() == "firmware\r\n");
        CHECK(life.advance(1s) == life_cycle::step::nothing);
        CHECK(life.take_output() == "\033[2J\033[H");
        CHECK(life.advance(2999ms) == life_cycle::step::nothing);
        CHECK(life.advance(3s) == life_cycle::step::kernel_is_up);
        CHECK(life.has_driver());
        CHECK(life.advance(6s) == life_cycle::step::command_is_ready);
        CHECK(life.advance(7s) == life_cycle::step::nothing);

        life.shut_down(true, 10s);
        CHECK(life.has_driver());
        CHECK(life.advance(14s) == life_cycle::step::windows_is_gone);
        CHECK(!life.has_driver());
        CHECK(life.advance(19s) == life_cycle::step::nothing);
        CHECK(life.take_output() == "firmware\r\n");
    }

    TEST_CASE("a menu key that is not simulated is refused by name") {
        profile what;
        what.menu_timeout = 10s;
        std::string refused;
        life_cycle life(what, true, [&](std::string_view text) { refused = text; });
        life.power_on(0s);
        life.advance(0s);
        CHECK(life.now_in() == life_cycle::phase::boot_menu);
        life.input('\t', 1s);
        CHECK(refused == "boot menu key other than Enter");
    }
}
