#include "sac/guest/windows.hpp"

#include <algorithm>

#include "sac/guest/repaired.hpp"
#include "sac/guest/safe_mode.hpp"

namespace emsctl::guest {

namespace {

const std::string schannel_protocols =
    "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols";
const std::string rdp_tcp = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp";

const nlohmann::json& machine_of(const scenario& what) {
    return what.document.at("machine");
}

}  // namespace

std::string windows_version::text() const {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(build) + "." +
           std::to_string(revision);
}

windows::windows(const scenario& what)
    : name(machine_of(what).at("name").get<std::string>()),
      clock{parse_time(machine_of(what).at("start").get<std::string>()), {}, machine_of(what).value("zone_minutes", 0)},
      files(clock, machine_of(what).at("sid").get<std::string>()),
      storage(files),
      hives(reg, files),
      events(clock, name),
      processes(clock, static_cast<unsigned>(what.seed)),
      svc(*this),
      scenario_(what) {
    take_over(scenario_.document);
}

std::string windows::machine_guid() const {
    return reg.text("HKLM\\SOFTWARE\\Microsoft\\Cryptography", "MachineGuid").value_or("");
}

std::string windows::machine_keys() const {
    return program_data + "\\Microsoft\\Crypto\\RSA\\MachineKeys";
}

std::string windows::rdp_key_file() const {
    // The name is an MD5 of the container's name followed by the MachineGuid.
    return machine_keys() + "\\f686aace6942fb7f7ceb231212eef4a4_" + machine_guid();
}

std::uint16_t windows::rdp_port() const {
    return static_cast<std::uint16_t>(reg.dword(rdp_tcp, "PortNumber").value_or(3389));
}

tls_settings windows::tls_in_registry() const {
    const auto is_on = [&](const char* protocol) {
        const auto key = schannel_protocols + "\\" + protocol + "\\Server";
        return reg.dword(key, "Enabled").value_or(1) != 0 && reg.dword(key, "DisabledByDefault").value_or(0) == 0;
    };
    return {is_on("TLS 1.0"), is_on("TLS 1.1"), is_on("TLS 1.2")};
}

void windows::boot(instant now) {
    if (is_running_) shut_down();
    clock.now = std::max(now, clock.now);
    is_running_ = true;
    // The first boot was some time before the scenario begins: what it wrote down, and what it found valid, is of then.
    const auto begin = clock.start;
    if (++boot_count_ == 1) clock.start -= std::chrono::hours(machine_of(scenario_).value("uptime_hours", 0));
    boot_time_ = clock.utc();
    tls = tls_in_registry();
    enter_safe_mode(reg, safe_mode_asked_for(reg));
    processes.clear();
    const std::string system = "NT AUTHORITY\\SYSTEM";
    const auto start = [&](const char* image, unsigned parent, unsigned session) {
        return processes.start(image, system, parent, 0, session);
    };
    const auto smss = start("smss.exe", 4, 0);
    const auto csrss = start("csrss.exe", smss, 0);
    const auto wininit = start("wininit.exe", smss, 0);
    const auto csrss1 = start("csrss.exe", smss, 1);
    start("winlogon.exe", smss, 1);
    for (const auto pid : {smss, csrss, wininit, csrss1}) processes.find(pid)->is_protected = true;
    start("services.exe", wininit, 0);
    start("lsass.exe", wininit, 0);
    for (const auto port : {std::uint16_t{445}, std::uint16_t{5985}}) net.listen(true, port, 4, "");
    event_record started;
    started.provider = "EventLog";
    started.id = 6005;
    started.qualifiers = 32768;
    started.keywords = 0x80000000000000;
    started.message = "The Event log service was started.";
    events.write(std::move(started));
    svc.load();
    svc.start_automatic();
    renew_leases(*this);
    clock.start = begin;
}

void windows::shut_down() {
    if (!is_running_) return;
    event_record stopped;
    stopped.provider = "EventLog";
    stopped.id = 6006;
    stopped.qualifiers = 32768;
    stopped.keywords = 0x80000000000000;
    stopped.message = "The Event log service was stopped.";
    events.write(std::move(stopped));
    svc.stop_all();
    drop_leases(*this);
    enter_safe_mode(reg, std::nullopt);  // the key is volatile
    hives.unload_loaded();
    hives.flush();
    net.clear();
    processes.clear();
    power_.reset();
    is_running_ = false;
}

void windows::advance(instant now) {
    // Each pending service ends at its own time, so that what it writes down carries that time.
    while (is_running_) {
        const auto due = svc.next_event();
        if (!due || *due > now) break;
        clock.now = std::max(clock.now, *due);
        svc.advance();
    }
    clock.now = std::max(now, clock.now);
}

std::optional<instant> windows::next_event() const {
    if (!is_running_) return std::nullopt;
    auto out = svc.next_event();
    if (power_) out = out ? std::min(*out, power_->due) : power_->due;
    return out;
}

win32_error windows::ask_power(power_request what) {
    if (power_) return clock.now >= power_->due ? win32::shutdown_in_progress : win32::shutdown_is_scheduled;
    event_record asked;
    asked.provider = "User32";
    asked.provider_guid = "{b0aa8734-56f7-41cc-b2f4-de228e98b946}";
    asked.event_source_name = "User32";
    asked.id = 1074;
    asked.qualifiers = 32768;
    asked.keywords = 0x8080000000000000;
    asked.data = {{"param1", system_root + "\\system32\\shutdown.exe (" + name + ")"},
                  {"param2", name},
                  {"param5", what.is_restart ? "restart" : "power off"},
                  {"param6", what.comment}};
    asked.message = std::string("The process shutdown.exe has initiated the ") +
                    (what.is_restart ? "restart" : "power off") + " of computer " + name + ".";
    events.write(std::move(asked));
    power_ = std::move(what);
    return win32::success;
}

win32_error windows::abort_power() {
    if (!power_) return win32::no_shutdown_in_progress;
    if (clock.now >= power_->due) return win32::shutdown_in_progress;
    power_.reset();
    return win32::success;
}

void windows::log_executed(std::string_view shell, std::string_view text) {
    log.push_back({clock.now, executed_line::kind::executed, std::string(shell), std::string(text), boot_count_});
}

void windows::log_refused(std::string_view shell, std::string_view what) {
    log.push_back({clock.now, executed_line::kind::refused, std::string(shell), "not simulated: " + std::string(what),
                   boot_count_});
}

nlohmann::json windows::state() const {
    return {
        {"adapters", adapters_state(*this)},
        {"certificates", certs.state()},
        {"disks", storage.state()},
        {"files", files.state()},
        {"listeners", net.state()},
        {"machine", {{"name", name}, {"version", version.text()}, {"code_page", code_page}, {"running", is_running_}}},
        {"registry", reg.state()},
        {"services", svc.state()},
        {"tls", {{"1.0", tls.tls10}, {"1.1", tls.tls11}, {"1.2", tls.tls12}}},
        {"users", users.state()}};
}

std::vector<std::string> windows::what_is_broken() const {
    std::vector<std::string> out;
    const auto conditions = scenario_.document.value("repaired", nlohmann::json::array());
    for (const auto& condition : conditions) {
        for (const auto& [kind, what] : condition.items()) {
            const auto answer = guest::holds(*this, kind, what);
            if (!answer) throw scenario_error(scenario_.name + ": unknown condition \"" + kind + "\"");
            if (!*answer)
                out.push_back(kind + (what.is_string()   ? " " + what.get<std::string>()
                                      : what.is_object() ? " " + what.dump()
                                                         : ""));
        }
    }
    return out;
}

}  // namespace emsctl::guest
