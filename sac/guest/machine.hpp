// A whole simulated computer seen from its serial line: bytes in, bytes out, and the time when something will happen
// next. It holds no clock and no thread: time is passed in, counted since the machine was made, and never runs back.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sac/guest/accounts.hpp"
#include "sac/guest/console.hpp"
#include "sac/guest/profile.hpp"
#include "sac/guest/task.hpp"

namespace emsctl::guest {

class windows;

// Faults to order. Probabilities are per key or per byte, drawn from the machine's seed.
struct machine_faults {
    double key_dropped = 0, key_doubled = 0, key_inserted = 0;  // in the command channels' shells
    double output_cut = 0, output_flipped = 0;                  // bytes lost, bytes with a wrong bit
    bool channels_full = false;                                 // somebody left nine command channels behind
    bool service_missing = false;                               // `cmd` is never available
    std::optional<int> cmd_failure;                             // SAC message 120 or 128 at the first `cmd`
    unsigned typing_event_after = 0;                            // an event breaks in after so many keys; 0: never
    bool input_overrun = false;        // the wire does not hold back: a burst overwrites the ring of unread keys
    std::map<int, std::string> texts;  // SAC messages in other words, as another language has them
};

struct machine_options {
    std::uint64_t seed = 1;
    bool draws_profile = false;  // doubtful numbers come from their ranges, by the seed
    bool from_firmware = false;  // else Windows is up, SAC is ready, and the line is silent
    bool has_boot_menu = false;
    bool sessions_disabled = false;  // as the registry value DisableCmdSessions does
    std::optional<bool> has_login;   // instead of what the profile says
    unsigned baud = 0;               // 0: output is on the line at once
    bool direct_shell = false;       // the line is an administrator's shell, as an SSH server gives it, and no SAC
    machine_faults faults;
    std::function<task<int>(console&, account)> shell;  // instead of cmd.exe
};

class machine {
  public:
    machine(std::unique_ptr<windows> os, loaded_profile what, machine_options options);
    // A shipped scenario and profile by name; the seed also draws what the scenario varies (0: nothing).
    machine(std::string_view scenario, std::string_view profile, machine_options options);
    ~machine();
    machine(machine&&) noexcept;

    void receive(std::string_view bytes, instant now);  // typed at the far end
    std::string transmit(instant now);                  // what the line has carried by now
    std::optional<instant> next_event() const;          // nothing happens before it unless something is typed

    // The shell of a direct line has ended, and everything it wrote was taken.
    bool has_hung_up() const;

    // From outside, as a power button or a hypervisor does.
    void reset(instant now);
    void power_off(instant now);
    void crash(instant now);                           // a STOP error
    void kill_channel(std::size_t slot, instant now);  // its session dies, whatever runs in it

    // Windows' own time runs ahead of `now` by this when the machine was made already up.
    instant head_start() const;
    windows& os();
    const windows& os() const;
    const loaded_profile& used_profile() const;

  private:
    struct computer;
    std::unique_ptr<computer> computer_;
};

}  // namespace emsctl::guest
