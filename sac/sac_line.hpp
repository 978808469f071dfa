// The SAC prompt as an API: find it from wherever the line was left, type a command there and read its answer, list,
// create, view and close channels. Needs no login. Types nothing that could run what somebody else left behind.
#pragma once

#include <string>
#include <vector>

#include "sac/console.hpp"

namespace emsctl::sac {

struct channel_row {
    int slot = 0;
    bool active = false;
    bool raw = false;
    std::string name;
};

// Rows of the answer to `ch`: "1 (AV)    Cmd0001". Language-independent.
std::vector<channel_row> parse_channel_list(std::string_view text);

// The values of the answer to `id`, in the order SAC prints them; labels may be localised.
std::vector<std::pair<std::string, std::string>> parse_identification(std::string_view text);

class sac_line {
  public:
    explicit sac_line(console& c) : console_(c) {}

    struct found {
        place first;              // where the far end was before anything was typed
        std::string left_behind;  // text somebody left half-typed at SAC>; it was erased, not run
        bool waited_for_boot = false;
    };

    // From any state to an empty, live SAC> prompt. `boot_limit`: how long a machine that is seen to be booting may
    // take. Throws sac_error::no_sac with the evidence.
    asio::awaitable<found> attach(span_of_time boot_limit);

    // Types a SAC command, proves it on the screen, enters it and returns the text up to the next prompt.
    asio::awaitable<std::string> ask(std::string command, span_of_time limit = std::chrono::seconds(20));

    asio::awaitable<std::vector<channel_row>> channels();

    // `cmd`; the name comes from the event. Waits up to `limit` for the service behind it to register.
    asio::awaitable<std::string> create_channel(span_of_time limit);

    // Views the channel `name`: its switch screen is shown and named by its own tag. The next key shows the channel.
    asio::awaitable<channel_id> announce(std::string name);

    asio::awaitable<void> close_channel(std::string name);

    // ESC TAB 0 and one key from anywhere, then an empty live prompt.
    asio::awaitable<void> come_back();

  private:
    asio::awaitable<void> type(std::string command);
    asio::awaitable<bool> reach_switch_screen(span_of_time limit);
    asio::awaitable<void> show_and_clear(std::string* left_behind);
    asio::awaitable<std::string> enter(span_of_time limit);
    asio::awaitable<void> await_boot(span_of_time limit);

    console& console_;
};

}  // namespace emsctl::sac
