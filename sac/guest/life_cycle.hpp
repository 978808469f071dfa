// What the line shows outside of a running Windows: firmware, boot menu, the silence while it loads, and the prompt
// after a STOP error. It says when the kernel is up; what runs then is not its business.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sac/guest/profile.hpp"

namespace emsctl::guest {

class life_cycle {
  public:
    enum class phase { off, firmware, boot_menu, loading, running, shutting_down, resetting, stopped };
    enum class step { nothing, kernel_is_up, command_is_ready, windows_is_gone };

    // `what` must outlive it. `refuse` takes what is typed and not simulated.
    life_cycle(const profile& what, bool has_boot_menu, std::function<void(std::string_view)> refuse)
        : profile_(what), has_boot_menu_(has_boot_menu), refuse_(std::move(refuse)) {}

    void power_on(instant now);
    void shut_down(bool is_restart, instant now);           // in order: the driver still runs for a while
    void stop(std::string_view machine_info, instant now);  // a STOP error
    void cut_power() { enter(phase::off, std::nullopt); }
    void input(char byte, instant now);  // while no driver listens

    phase now_in() const { return phase_; }
    bool has_driver() const { return phase_ == phase::running || phase_ == phase::shutting_down; }
    step advance(instant now);  // one step at a time, until `nothing`
    std::optional<instant> next_event() const { return due_; }
    std::string take_output() { return std::exchange(out_, {}); }

  private:
    void enter(phase next, std::optional<instant> due) {
        phase_ = next;
        due_ = due;
    }
    void draw_menu(instant now);
    void draw_countdown(instant now);
    void load(instant now);
    void stop_command(instant now);

    const profile& profile_;
    bool has_boot_menu_;
    std::function<void(std::string_view)> refuse_;
    phase phase_ = phase::off;
    std::optional<instant> due_;
    instant menu_end_{};
    bool is_restart_ = false;
    std::string line_;
    std::string out_;
};

}  // namespace emsctl::guest
