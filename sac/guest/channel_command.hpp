// A command channel's session, as sacsess.exe keeps it: the login, then a shell in a console that a painter mirrors to
// the line, then the end. Which shell, and who may log on, is passed in.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sac/guest/accounts.hpp"
#include "sac/guest/channel.hpp"
#include "sac/guest/channel_keys.hpp"
#include "sac/guest/login.hpp"
#include "sac/guest/painter.hpp"
#include "sac/guest/profile.hpp"
#include "sac/guest/screen_console.hpp"
#include "sac/guest/seeded.hpp"
#include "sac/guest/task.hpp"

namespace emsctl::guest {

struct session_services {
    std::function<std::optional<account>(std::string_view domain, std::string_view user, std::string_view password)>
        log_on;
    std::function<task<int>(console&, account)> shell;
    // Logged on already, by an SSH server for one: no login dialogue, and SAC's farewell is not shown.
    std::optional<account> who;
};

// Keys that get lost or come twice, in any profile. Probabilities per key.
struct key_faults {
    double dropped = 0, doubled = 0, inserted = 0;
};

class channel_command : public channel_session {
  public:
    // `what` must outlive the session.
    channel_command(const profile& what, session_services services, key_faults faults, std::uint64_t seed);

    void view(instant now) override;
    void hide() override;
    void input(std::string_view bytes, instant now) override;
    void lock() override;
    void advance(instant now) override;
    std::optional<instant> next_event() const override;
    std::string take_output() override;
    bool has_ended() const override { return state_ == state::ended; }

    const screen_console& picture() const { return console_; }

  private:
    enum class state { fresh, login, authenticating, refused, starting, shell, leaving, ended };

    void ask();
    void answer(instant now);
    void start_shell(account who, instant now);
    void type(std::string_view bytes, instant now);
    void press(const console_key& key, instant now);
    bool is_merged(const console_key& key, instant now);
    void after_shell(instant now);
    void leave();
    void drain(instant now);

    const profile& profile_;
    session_services services_;
    key_faults faults_;
    seeded chance_;
    state state_ = state::fresh;
    bool is_viewed_ = false;
    bool is_locked_ = false;  // a shell runs behind the login dialogue
    bool has_shell_ = false;
    std::optional<instant> due_;
    std::optional<instant> paint_due_;
    instant last_input_{};
    std::string buffer_;  // typed while nothing reads
    std::string out_;

    login_dialog dialog_;
    account who_;
    screen_console console_;
    std::unique_ptr<painter> painter_;
    channel_keys keys_;
    std::optional<instant> race_end_;
    std::optional<console_key> last_key_;
    instant last_key_time_{};
    task<int> task_;  // refers to console_: dies first
};

}  // namespace emsctl::guest
