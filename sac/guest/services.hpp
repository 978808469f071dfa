// The service control manager: configurations (read from the registry at boot, as Windows does) and states. What a
// running service does to the machine is in service_duties.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/accounts.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/win32.hpp"

namespace emsctl::guest {

class windows;

enum class service_state { stopped = 1, start_pending = 2, stop_pending = 3, running = 4, paused = 7 };
enum class start_type { boot = 0, system = 1, automatic = 2, demand = 3, disabled = 4 };

struct service {
    std::string name;
    std::string display_name;
    unsigned type = 0x20;  // 0x10 own process, 0x20 shared, 0x1 and 0x2 drivers
    start_type start = start_type::demand;
    bool is_delayed = false;
    unsigned error_control = 1;
    std::string image_path, load_order_group, account;
    unsigned tag = 0;
    std::vector<std::string> depends_on;

    service_state state = service_state::stopped;
    unsigned exit_code = win32::service_never_started;
    unsigned service_exit_code = 0;
    unsigned wait_hint = 0;  // ms, while pending
    unsigned pid = 0;
    instant due{};             // when the pending state ends
    bool accepts_stop = true;  // while running
    bool accepts_shutdown = false;
    bool is_protected = false;  // an administrator may look, but not stop or configure
    instant start_time = std::chrono::milliseconds(300), stop_time = std::chrono::milliseconds(300);

    bool is_driver() const { return (type & 0x3) != 0 && (type & 0x30) == 0; }
};

struct service_change {
    std::optional<start_type> start;
    std::optional<bool> is_delayed;
    std::optional<std::string> image_path, account, display_name;
    std::optional<std::vector<std::string>> depends_on;
};

// What the scenario says about a service beyond its configuration.
struct service_behaviour {
    instant start_time = std::chrono::milliseconds(300), stop_time = std::chrono::milliseconds(300);
    bool accepts_stop = true;
    bool is_protected = false;
    bool starts_at_boot = false;  // by a trigger, although its start type is demand
    std::vector<std::uint16_t> tcp, udp;
};

class services {
  public:
    explicit services(windows& os) : os_(os) {}

    // Before boot; the order of the calls is the order of starting.
    void set_behaviour(const std::string& name, service_behaviour what) {
        behaviours_[name] = std::move(what);
        boot_order_.push_back(name);
    }

    void load();             // from the registry; everything stopped
    void start_automatic();  // boot: start types 0..2 and what they need, at once
    void stop_all();         // the power goes

    const service* find(std::string_view name) const;
    const service* find_by_name_or_display(std::string_view name) const;
    std::vector<const service*> all() const;                              // by name
    std::vector<const service*> dependents(std::string_view name) const;  // directly or not, by start order reversed
    std::vector<const service*> active_dependents(std::string_view name) const;  // those not stopped
    std::vector<const service*> in_process(unsigned pid) const;

    // Requests: they begin a pending state (start: dependencies are started first) and return the Win32 error. `due` of
    // the service says when the pending state ends; windows::advance ends it.
    win32_error start(std::string_view name, const account& who);
    win32_error stop(std::string_view name, const account& who);  // dependent_services_running unless they are stopped
    win32_error configure(std::string_view name, const service_change& change, const account& who);  // registry too
    win32_error remove(std::string_view name, const account& who);

    void advance();
    std::optional<instant> next_event() const;

    // A service ended on its own.
    void fail(std::string_view name, unsigned exit_code, unsigned service_exit_code = 0);

    nlohmann::json state() const;

  private:
    service* get(std::string_view name);
    win32_error begin_start(service& what, int depth);
    bool has_another_account_than_its_process(const service& what) const;
    void finish_pending();
    void become_running(service& what);
    void become_stopped(service& what, unsigned exit_code);
    unsigned process_for(const service& what);

    windows& os_;
    std::map<std::string, service, text::less_no_case> services_;
    std::map<std::string, service_behaviour, text::less_no_case> behaviours_;
    std::vector<std::string> boot_order_;
    std::map<std::string, unsigned, text::less_no_case> hosts_;  // image path of a shared process -> pid
};

}  // namespace emsctl::guest
