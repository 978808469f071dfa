#include "sac/guest/machine.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "sac/guest/channel_command.hpp"
#include "sac/guest/life_cycle.hpp"
#include "sac/guest/sac_driver.hpp"
#include "sac/guest/shell.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {
namespace {

constexpr instant minute = std::chrono::minutes(1);

task<int> command_prompt(windows& os, account who, console& con, process_times times) {
    shell_context context{os, std::move(who), con, times};
    const int code = co_await run_cmd(context);
    co_return code;
}

std::string system_uuid(std::uint64_t seed) {
    seeded chance(seed);
    const auto part = [&](std::uint64_t limit) { return static_cast<unsigned>(chance.below(limit)); };
    char text[40];
    std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%04x%08x", part(0x100000000u), part(0x10000), part(0x1000),
                  0x8000 + part(0x4000), part(0x10000), part(0x100000000u));
    return text;
}

}  // namespace

struct machine::computer : sac_host {
    computer(std::unique_ptr<windows> model, loaded_profile what, machine_options chosen)
        : used(std::move(what)),
          options(std::move(chosen)),
          os(std::move(model)),
          chance(options.seed),
          life(used.values, options.has_boot_menu, [this](std::string_view text) { refuse(text); }) {
        profile& p = used.values;
        if (options.has_login) p.has_login = *options.has_login;
        os->version = {p.major, p.minor, p.build, p.revision, p.product, p.installation_type};
        os->code_page = p.code_page;
        const std::string system_folder = os->system_root + "\\system32";
        if (os->files.exists(system_folder)) os->files.place(system_folder, true).name = p.system_folder;
        if (options.from_firmware) {
            life.power_on(current);
            collect();
            return;
        }
        // It has booted like any other, only before anybody looked.
        is_silent = true;
        life.power_on(current);
        head_start = p.firmware + p.menu_timeout + p.loading + p.cmd_event + 10 * minute;
        run_until(head_start);
        is_silent = false;
        if (options.direct_shell) open_direct_shell();
    }

    void open_direct_shell() {
        if (used.values.painter != painter_kind::conpty)
            throw std::invalid_argument(
                "what an SSH server of this release paints is not known; take the profile of one "
                "with pseudo-consoles, such as windows-11");
        direct_profile = used.values;
        direct_profile.idle_limit = instant(0);  // the idle limit is SAC's
        session_services services = shells();
        services.who = os->users.administrator();
        direct = std::make_unique<channel_command>(direct_profile, std::move(services), key_faults(), options.seed);
        direct->view(current);
    }

    // sac_host
    machine_identity identity() const override {
        const windows_version& v = os->version;
        return {os->name,
                system_uuid(options.seed),
                used.values.architecture,
                std::to_string(v.major) + "." + std::to_string(v.minor),
                std::to_string(v.build),
                v.product,
                used.values.service_pack};
    }
    std::vector<sac_process> processes() const override {
        std::vector<sac_process> all;
        for (const process_info* p : os->processes.all()) all.push_back({p->pid, p->memory_kb, p->image});
        return all;
    }
    std::vector<sac_address> addresses() const override {
        constexpr int interface_number = 11;
        std::vector<sac_address> all;
        for (const auto& one : os->adapters) {
            const auto now = in_effect(*os, one);
            const auto number = interface_number + static_cast<int>(&one - os->adapters.data());
            if (!now.address.empty()) all.push_back({number, now.address, now.mask, now.gateway});
        }
        return all;
    }
    std::chrono::sys_time<std::chrono::microseconds> utc() const override { return os->clock.utc(); }
    bool set_utc(std::chrono::sys_time<std::chrono::microseconds> when) override {
        os->clock.start = when - os->clock.now;
        return true;
    }
    bool kill(unsigned long pid) override {
        // What a service does when its process dies is the model's business, and it has no such door.
        refuse("SAC command k " + std::to_string(pid));
        return false;
    }
    bool are_sessions_disabled() const override {
        const registry_key* key = os->reg.find("HKLM\\SYSTEM\\CurrentControlSet\\Services\\sacdrv");
        return options.sessions_disabled || (key != nullptr && key->find("DisableCmdSessions") != nullptr);
    }
    session_services shells() {
        session_services services;
        services.log_on = [this](std::string_view domain, std::string_view user, std::string_view password) {
            return os->users.log_on(domain, user, password, os->clock.utc());
        };
        services.shell = options.shell;
        if (!services.shell)
            services.shell = [this](console& con, account who) {
                const profile& p = used.values;
                process_times times{p.cmd_start, p.console_tool_start, p.certutil_start, p.powershell_start};
                return command_prompt(*os, std::move(who), con, times);
            };
        return services;
    }
    std::unique_ptr<channel_session> open_session(std::size_t slot, instant) override {
        const machine_faults& f = options.faults;
        const key_faults keys{f.key_dropped, f.key_doubled, f.key_inserted};
        return std::make_unique<channel_command>(used.values, shells(), keys,
                                                 options.seed * 100 + slot + 1000 * ++sessions);
    }
    void restart(instant now) override { begin_shutdown(true, now); }
    void shut_down(instant now) override { begin_shutdown(false, now); }
    void crash(instant) override { is_crashing = true; }
    void refuse(std::string_view what) override { os->log_refused("sac", what); }

    // Shells die with the service that keeps them; the driver tells SAC first and runs on until the end.
    void begin_shutdown(bool is_restart, instant now) {
        if (life.now_in() != life_cycle::phase::running) return;
        is_shutting_down = true;
        life.shut_down(is_restart, now);
    }

    void step(instant now) {
        current = now;
        if (os->is_running()) os->advance(now);
        for (auto what = life.advance(now); what != life_cycle::step::nothing; what = life.advance(now)) {
            if (what == life_cycle::step::kernel_is_up) kernel_up(now);
            if (what == life_cycle::step::command_is_ready && !options.faults.service_missing) command_ready(now);
            if (what == life_cycle::step::windows_is_gone) windows_gone();
        }
        if (driver) driver->advance(now);
        if (direct) direct->advance(now);
        if (poll_due && *poll_due <= now) poll(now);
        settle(now);
        if (os->is_running()) {
            const std::optional<power_request> asked = os->power();
            if (asked && asked->due <= now) {
                begin_shutdown(asked->is_restart, now);
                settle(now);
            }
        }
    }

    void settle(instant now) {
        if (std::exchange(is_shutting_down, false) && driver) {
            driver->announce_shutdown();
            driver->end_sessions();
        }
        collect();
        if (std::exchange(is_crashing, false) && driver) {
            life.stop(machine_info_xml(identity()), now);
            windows_gone();
            collect();
        }
    }

    void kernel_up(instant now) {
        os->boot(now);
        driver.emplace(*this, used.values, options.seed + os->boot_count(), now);
        for (const auto& [number, text] : options.faults.texts) driver->messages().replace(number, text);
        driver->start(now, is_silent);
    }

    void command_ready(instant now) {
        driver->register_service(true);
        if (options.faults.channels_full) driver->fill_channels(now);
        if (options.faults.cmd_failure) driver->fail_next_cmd(*options.faults.cmd_failure);
    }

    void windows_gone() {
        collect();
        driver.reset();
        if (std::exchange(direct, nullptr)) is_hung_up = true;
        if (os->is_running()) os->shut_down();
    }

    void poll(instant now) {
        poll_due.reset();
        if (direct) {
            direct->input(std::exchange(typed, {}), now);
            return;
        }
        if (!driver) {
            for (char byte : std::exchange(typed, {})) life.input(byte, now);
            return;
        }
        // The ring has no overflow check: what was not read in time is overwritten.
        if (options.faults.input_overrun && typed.size() > used.values.input_ring)
            typed.erase(0, typed.size() - used.values.input_ring);
        // The far side of the wire holds back what the port cannot take in one look.
        const std::size_t size = std::min<std::size_t>(typed.size(), used.values.input_ring);
        const std::string batch = typed.substr(0, size);
        typed.erase(0, size);
        for (char byte : batch) {
            if (byte == 0) continue;  // the poll takes a zero for "nothing there"
            if (driver) driver->input(byte, now);
            if (++keys == options.faults.typing_event_after && driver) driver->raise_event(132);
        }
        if (!typed.empty()) schedule_poll(now);
    }

    void schedule_poll(instant now) {
        const instant interval = std::max(used.values.input_poll, instant(1));
        if (!poll_due) poll_due = (now / interval + 1) * interval;
    }

    void collect() {
        std::string bytes = driver ? driver->take_output() : std::string();
        bytes += life.take_output();
        if (options.direct_shell) bytes = direct ? direct->take_output() : std::string();
        if (direct && direct->has_ended()) is_hung_up = true;
        if (is_silent || bytes.empty()) return;
        for (char byte : bytes) {
            if (chance.happens(options.faults.output_cut)) continue;
            if (chance.happens(options.faults.output_flipped))
                byte = static_cast<char>(byte ^ static_cast<char>(1u << chance.below(7)));
            free_at = std::max(free_at, current);
            if (options.baud > 0) free_at += instant(10'000'000 / options.baud);  // ten bits each
            if (line.empty() || line.back().ready != free_at) line.push_back({free_at, {}});
            line.back().bytes += byte;
        }
    }

    std::optional<instant> next() const {
        std::optional<instant> first;
        const auto consider = [&](std::optional<instant> when) {
            if (when && (!first || *when < *first)) first = when;
        };
        consider(life.next_event());
        if (driver) consider(driver->next_event());
        if (direct) consider(direct->next_event());
        // A restart that is already under way stays asked for until Windows is gone.
        if (os->is_running() && life.now_in() == life_cycle::phase::running) consider(os->next_event());
        consider(poll_due);
        return first;
    }

    void run_until(instant now) {
        constexpr int patience = 10'000;
        int steps_here = 0;
        for (auto when = next(); when && *when <= now; when = next()) {
            steps_here = *when <= current ? steps_here + 1 : 0;
            if (steps_here > patience) throw std::logic_error("the simulated machine does not get past one instant");
            step(std::max(*when, current));
        }
        if (now <= current) return;
        current = now;
        if (os->is_running()) os->advance(now);
    }

    loaded_profile used;
    machine_options options;
    std::unique_ptr<windows> os;
    seeded chance;
    life_cycle life;
    std::optional<sac_driver> driver;  // its shells refer to os: it dies first
    profile direct_profile;
    std::unique_ptr<channel_session> direct;  // instead of SAC on the line
    bool is_hung_up = false;

    instant current{};
    instant head_start{};
    bool is_silent = false;
    bool is_shutting_down = false;
    bool is_crashing = false;
    unsigned sessions = 0;
    unsigned keys = 0;
    std::string typed;
    std::optional<instant> poll_due;

    struct chunk {
        instant ready;
        std::string bytes;
    };
    std::deque<chunk> line;
    instant free_at{};
};

machine::machine(std::unique_ptr<windows> os, loaded_profile what, machine_options options)
    : computer_(std::make_unique<computer>(std::move(os), std::move(what), std::move(options))) {}

machine::machine(std::string_view scenario, std::string_view profile, machine_options options)
    : machine(std::make_unique<windows>(load_scenario(scenario, options.seed)),
              load_profile(profile, options.draws_profile ? std::optional(options.seed) : std::nullopt), options) {}

machine::~machine() = default;
machine::machine(machine&&) noexcept = default;

void machine::receive(std::string_view bytes, instant now) {
    const instant inside = now + computer_->head_start;
    computer_->run_until(inside);
    if (bytes.empty()) return;
    computer_->typed += bytes;
    computer_->schedule_poll(inside);
}

std::string machine::transmit(instant now) {
    const instant inside = now + computer_->head_start;
    computer_->run_until(inside);
    std::string bytes;
    auto& line = computer_->line;
    for (; !line.empty() && line.front().ready <= inside; line.pop_front()) bytes += line.front().bytes;
    return bytes;
}

std::optional<instant> machine::next_event() const {
    std::optional<instant> first = computer_->next();
    if (!computer_->line.empty() && (!first || computer_->line.front().ready < *first))
        first = computer_->line.front().ready;
    if (first) *first -= computer_->head_start;
    return first;
}

bool machine::has_hung_up() const {
    return computer_->is_hung_up && computer_->line.empty();
}

void machine::reset(instant now) {
    computer_->run_until(now + computer_->head_start);
    computer_->windows_gone();
    computer_->life.power_on(computer_->current);
    computer_->collect();
}

void machine::power_off(instant now) {
    computer_->run_until(now + computer_->head_start);
    computer_->windows_gone();
    computer_->life.cut_power();
}

void machine::crash(instant now) {
    computer_->run_until(now + computer_->head_start);
    computer_->is_crashing = true;
    computer_->settle(computer_->current);
}

void machine::kill_channel(std::size_t slot, instant now) {
    computer_->run_until(now + computer_->head_start);
    if (computer_->driver) computer_->driver->kill(slot);
    computer_->collect();
}

instant machine::head_start() const {
    return computer_->head_start;
}
windows& machine::os() {
    return *computer_->os;
}
const windows& machine::os() const {
    return *computer_->os;
}
const loaded_profile& machine::used_profile() const {
    return computer_->used;
}

}  // namespace emsctl::guest
