// What differs between Windows releases as this line shows them, as data. A number nobody has measured carries its
// range and its doubt; by seed it can be drawn from that range, so that nothing comes to rely on a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/console.hpp"

namespace emsctl::guest {

// Files compiled into the program: profiles/*.yaml and scenarios/*.yaml by their file name.
std::optional<std::string_view> embedded(std::string_view file_name);
std::vector<std::string_view> embedded_names();

// what(): "FILE:LINE: reason"
struct profile_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class painter_kind { conpty, stream, differential };

struct profile {
    std::string name;

    // Identity.
    std::string product;
    unsigned major = 10, minor = 0, build = 0, revision = 0;
    std::string service_pack = "None";
    std::string architecture = "AMD64";
    std::string installation_type = "Server";
    std::string system_folder = "system32";  // its name as prompts show it
    unsigned code_page = 437;

    // SAC.
    std::string sac_description_shown = "Special Adminis";
    std::string cmd_description_shown = "Command";
    bool banner_is_redraw = false;  // the banner comes as a full redraw instead of text
    bool is_paging_on = true;
    unsigned page_lines = 24;
    bool crlf_is_one_enter = true;    // at SAC>
    bool announces_addresses = true;  // message 83 before the addresses
    instant escape_window{};
    instant minimum_uptime{};  // before restart and shutdown act
    instant channel_launch{};  // from `cmd` to the event
    instant channel_close{};

    // Input path.
    instant input_poll{};
    unsigned input_ring = 1024;
    unsigned channel_buffer = 8192;

    // Login.
    bool has_login = true;
    bool says_attempting = true;
    instant authentication{};
    std::string failure_text;
    instant failure_pause{};
    instant idle_limit{};  // zero: never

    // The command channel's picture.
    painter_kind painter = painter_kind::conpty;
    instant paint_interval{};
    bool repaints_on_view = true;
    double cursor_right = 0;  // stream: how often a run of blanks is ESC[nC
    instant shell_start{};
    instant equal_key_window{};  // zero: no key is ever merged
    double equal_key_merge = 0;
    instant startup_race{};  // keys typed this long after the first prompt are eaten
    double startup_race_eats = 1;

    // Process start times.
    instant cmd_start{}, console_tool_start{}, certutil_start{}, powershell_start{};

    // Boot.
    std::string firmware_text;
    instant firmware{}, menu_timeout{}, loading{}, cmd_event{}, shutdown{}, power_off{};
    std::string stop_text;
};

// One line of a profile: the value taken, and why it may be wrong.
struct profile_parameter {
    std::string name;
    std::string value;
    std::string shipped;             // the value in the file, when another was drawn
    std::vector<std::string> range;  // lowest and highest, or the choices
    std::string doubt;               // empty: known
};

struct loaded_profile {
    profile values;
    std::vector<profile_parameter> parameters;
};

// By the name of a shipped profile ("windows-11", "2019"). With a seed, doubtful values are drawn from their ranges.
loaded_profile load_profile(std::string_view name, std::optional<std::uint64_t> draw = std::nullopt);
loaded_profile parse_profile(std::string_view yaml, const std::string& file_name,
                             std::optional<std::uint64_t> draw = std::nullopt);
std::vector<std::string> profile_names();

// For people: each value, its range and its doubt.
std::string explain(const loaded_profile& what);

}  // namespace emsctl::guest
