// From a channel's switch screen to its shell prompt: shows the channel and answers its login dialogue, each field
// key by key with its echo read back. The password is typed only into the password field of the channel that was just
// announced, before any shell was seen in it; stars prove its length, and it is entered once.
#pragma once

#include <string>

#include "sac/console.hpp"

namespace emsctl::sac {

struct credentials {
    std::string user;
    std::string domain;  // empty: a local account
    std::string password;
};

// The screen must show the switch screen of `channel`. Ends at a shell prompt; throws sac_error::login_refused when
// the dialogue ends the session or asks again. `limit` bounds the time from the password to the prompt.
asio::awaitable<void> log_in(console& c, channel_id channel, credentials who, span_of_time limit);

}  // namespace emsctl::sac
