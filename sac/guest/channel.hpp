// What the SAC driver knows of a channel, and the narrow side of a command session that it talks to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sac/guest/console.hpp"

namespace emsctl::guest {

// The far end of a command channel (sacsess.exe). It draws only while it is in view.
class channel_session {
  public:
    virtual ~channel_session() = default;
    virtual void view(instant now) = 0;  // the channel came into view: paint it
    virtual void hide() = 0;
    virtual void input(std::string_view bytes, instant now) = 0;
    virtual void lock() = 0;  // credentials are wanted again at the next view
    virtual void advance(instant now) = 0;
    virtual std::optional<instant> next_event() const = 0;
    virtual std::string take_output() = 0;
    virtual bool has_ended() const = 0;
};

struct channel {
    std::string name;
    std::string guid;
    bool is_command = true;  // else SAC itself
    std::unique_ptr<channel_session> session;
    std::optional<instant> closing;  // when a requested close takes effect
};

}  // namespace emsctl::guest
