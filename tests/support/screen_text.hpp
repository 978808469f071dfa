// A screen as lines, so that a failing comparison shows what a person would see; and the golden dialogue of the
// Windows 11 22H2 capture, composed from what each part of it looked like.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sac/far_end.hpp"

namespace emsctl::test {

// Every row without trailing blanks, the cursor as a line of its own; trailing empty rows are left out.
std::string screen_text(const sac::screen& picture);

// Feeds `bytes` whole, one by one or cut at seeded random places.
void feed_whole(sac::far_end& end, std::string_view bytes);
void feed_bytewise(sac::far_end& end, std::string_view bytes);
void feed_cut(sac::far_end& end, std::string_view bytes, std::uint64_t seed);

// What must not depend on cuts, as text: screen, title, place, running text, channel, counters.
std::string everything_seen(const sac::far_end& end);

namespace golden {
using namespace std::string_view_literals;

inline constexpr auto guid = "026cf067-84b0-11f1-a428-525400619c68"sv;

std::string channel_list();   // the answer to `ch`, prompt included
std::string new_channel();    // the answer to `cmd` and the event
std::string switch_screen();  // of Cmd0002
std::string sac_switch_screen();
std::string login(std::string_view user, std::string_view stars);
std::string conpty_shell();  // from the first escape to the full repaint
std::string sac_repaint();   // scrolled rows, so it has the short rows with their zeroed colours
std::string machine_info();
std::string stop_error();

struct part {
    std::string_view name;
    std::string bytes;
    sac::place where;
};
std::vector<part> dialogue();  // all of it in order, with the place at the end of each part
}  // namespace golden

}  // namespace emsctl::test
