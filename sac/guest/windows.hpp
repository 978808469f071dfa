// The simulated Windows behind the serial line: real state in its parts, and the life of the machine as a whole. It
// has no console and no shell; it holds no clock: time is passed in by boot and advance, and never runs backwards.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/accounts.hpp"
#include "sac/guest/adapters.hpp"
#include "sac/guest/certificates.hpp"
#include "sac/guest/disks.hpp"
#include "sac/guest/event_log.hpp"
#include "sac/guest/file_system.hpp"
#include "sac/guest/hive_mounts.hpp"
#include "sac/guest/network.hpp"
#include "sac/guest/process_list.hpp"
#include "sac/guest/registry.hpp"
#include "sac/guest/scenario.hpp"
#include "sac/guest/services.hpp"
#include "sac/guest/win32.hpp"

namespace emsctl::guest {

struct windows_version {
    unsigned major = 10, minor = 0, build = 17763, revision = 0;
    std::string product;            // "Windows Server 2019 Datacenter"
    std::string installation_type;  // "Server"
    std::string text() const;       // "10.0.17763.5576"
};

struct power_request {
    bool is_restart = true;
    instant due{};
    std::string comment;
    std::string reason;  // "p:2:4"
};

// The guest's own log. The promises are judged by it: every line a shell really executed, and what was refused.
struct executed_line {
    enum class kind { executed, refused };
    instant when{};
    kind what = kind::executed;
    std::string shell;  // "cmd", "cmd batch", "powershell", ...
    std::string text;   // the line as it was executed; or "not simulated: <name or construct>"
    unsigned boot = 0;
};

struct tls_settings {
    bool tls10 = true, tls11 = true, tls12 = true;
    bool any() const { return tls10 || tls11 || tls12; }
    bool operator==(const tls_settings&) const = default;
};

struct process;
struct stand_in_answer;

class windows {
  public:
    explicit windows(const scenario& what);
    windows(const windows&) = delete;
    windows& operator=(const windows&) = delete;

    // Life of the machine. Between shut_down and boot there are no processes, services or sockets.
    void boot(instant now);
    void shut_down();  // services stop, volatile state goes; the power request, if any, is done with
    bool is_running() const { return is_running_; }
    unsigned boot_count() const { return boot_count_; }
    wall_time boot_time() const { return boot_time_; }

    void advance(
        instant now);  // lets due things happen: pending services, not the power request, which the owner carries out
    std::optional<instant> next_event() const;  // includes the power request's due time
    instant now() const { return clock.now; }

    std::optional<power_request> power() const { return power_; }
    win32_error ask_power(power_request what);  // shutdown_in_progress when one is under way
    win32_error abort_power();                  // no_shutdown_in_progress

    // What the machine is.
    std::string name;  // also accounts.machine_name()
    windows_version version;
    unsigned code_page = 437;  // OEM
    std::string system_drive = "C:";
    std::string system_root = "C:\\Windows";
    std::string program_data = "C:\\ProgramData";
    std::string machine_guid() const;  // HKLM\SOFTWARE\Microsoft\Cryptography
    bool part_of_domain = false;
    std::string domain_or_workgroup = "WORKGROUP";

    // Its parts.
    wall_clock clock;
    accounts users;
    registry reg;
    file_system files;
    disks storage;
    hive_mounts hives;
    certificate_stores certs;
    event_log events;
    process_list processes;
    network net;
    std::vector<adapter> adapters;
    services svc;
    tls_settings tls;  // in effect: copied from the registry at boot

    tls_settings tls_in_registry() const;
    std::string machine_keys() const;  // folder of every private key of the machine
    std::string rdp_key_file() const;  // full path of the private key of the Remote Desktop certificate
    std::uint16_t rdp_port() const;    // configured

    // Asked before each program: its answer instead of the program's own. For results that were recorded elsewhere.
    std::function<std::optional<stand_in_answer>(const process&)> stand_in;

    std::vector<executed_line> log;
    void log_executed(std::string_view shell, std::string_view text);
    void log_refused(std::string_view shell, std::string_view what);  // writes "not simulated: " + what

    nlohmann::json state() const;                     // canonical; without the log, the clock and PIDs
    std::vector<std::string> what_is_broken() const;  // the scenario's `repaired` conditions that do not hold

  private:
    void take_over(const nlohmann::json& document);

    scenario scenario_;
    bool is_running_ = false;
    unsigned boot_count_ = 0;
    wall_time boot_time_{};
    std::optional<power_request> power_;
};

}  // namespace emsctl::guest
