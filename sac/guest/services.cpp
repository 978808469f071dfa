#include "sac/guest/services.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "sac/guest/safe_mode.hpp"
#include "sac/guest/service_duties.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

const std::string root = "HKLM\\SYSTEM\\CurrentControlSet\\Services";

bool is_administrator(const account& who) {
    return who.sid == "S-1-5-18" || std::find(who.groups.begin(), who.groups.end(), "S-1-5-32-544") != who.groups.end();
}

service read_service(const registry& reg, const std::string& name) {
    const auto key = root + "\\" + name;
    service out;
    out.name = name;
    out.type = reg.dword(key, "Type").value_or(0x20);
    out.start = static_cast<start_type>(reg.dword(key, "Start").value_or(3));
    out.is_delayed = reg.dword(key, "DelayedAutostart").value_or(0) != 0;
    out.error_control = reg.dword(key, "ErrorControl").value_or(1);
    out.tag = reg.dword(key, "Tag").value_or(0);
    out.display_name = reg.text(key, "DisplayName").value_or(name);
    out.image_path = reg.text(key, "ImagePath").value_or("");
    out.load_order_group = reg.text(key, "Group").value_or("");
    out.account = reg.text(key, "ObjectName").value_or(out.is_driver() ? "" : "LocalSystem");
    if (const auto* needs = reg.value(key, "DependOnService")) out.depends_on = needs->list;
    return out;
}

// "%SystemRoot%\System32\svchost.exe -k x" -> "svchost.exe"
std::string image_of(const std::string& image_path) {
    std::string program = image_path;
    if (program.starts_with('"'))
        program = program.substr(1, program.find('"', 1) - 1);
    else if (const auto end = text::find_no_case(program, ".exe"); end != std::string::npos)
        program.erase(end + 4);
    return file_system::name_of(program);
}

std::string user_of(const windows& os, const std::string& account) {
    const auto sid = os.users.sid_of(account);
    return sid ? os.users.name_of(*sid) : account;
}

}  // namespace

void services::load() {
    services_.clear();
    hosts_.clear();
    const auto* key = os_.reg.find(root);
    if (!key) return;
    for (const auto& [name, child] : key->keys) {
        if (!child.find("Type")) continue;
        auto made = read_service(os_.reg, child.name);
        if (const auto known = behaviours_.find(made.name); known != behaviours_.end()) {
            made.start_time = known->second.start_time;
            made.stop_time = known->second.stop_time;
            made.accepts_stop = known->second.accepts_stop;
            made.is_protected = known->second.is_protected;
        }
        services_[made.name] = std::move(made);
    }
}

void services::start_automatic() {
    for (auto& [name, what] : services_)
        if (what.is_driver() && what.start <= start_type::automatic) {
            what.state = service_state::running;
            what.exit_code = 0;
        }
    std::vector<std::string> order = boot_order_;
    for (const auto& [name, what] : services_)
        if (std::find(order.begin(), order.end(), name) == order.end()) order.push_back(name);
    // Automatic services first, in the order of the list; then those that a trigger starts during every boot.
    for (const bool triggered : {false, true})
        for (const auto& name : order) {
            auto* what = get(name);
            if (!what || what->is_driver() || what->start == start_type::disabled) continue;
            const auto known = behaviours_.find(name);
            const bool has_trigger = known != behaviours_.end() && known->second.starts_at_boot;
            if (triggered ? !has_trigger : what->start > start_type::automatic) continue;
            begin_start(*what, 0);
            finish_pending();
        }
}

void services::finish_pending() {
    for (bool again = true; again;) {
        again = false;
        service* next = nullptr;
        for (auto& [name, what] : services_)
            if (what.state == service_state::start_pending && (!next || what.due < next->due)) next = &what;
        if (next) {
            become_running(*next);
            again = true;
        }
    }
}

void services::stop_all() {
    for (auto& [name, what] : services_)
        if (what.state != service_state::stopped) {
            what.state = service_state::stopped;
            what.pid = 0;
        }
    hosts_.clear();
}

service* services::get(std::string_view name) {
    const auto found = services_.find(std::string(name));
    return found == services_.end() ? nullptr : &found->second;
}

const service* services::find(std::string_view name) const {
    return const_cast<services*>(this)->get(name);
}

const service* services::find_by_name_or_display(std::string_view name) const {
    if (const auto* found = find(name)) return found;
    for (const auto& [key, what] : services_)
        if (text::equal_no_case(what.display_name, name)) return &what;
    return nullptr;
}

std::vector<const service*> services::all() const {
    std::vector<const service*> out;
    for (const auto& [name, what] : services_) out.push_back(&what);
    return out;
}

std::vector<const service*> services::dependents(std::string_view name) const {
    // Those that need `name` come after those that need them, so that stopping in this order works.
    std::vector<const service*> out;
    std::set<const service*> seen;
    const std::function<void(std::string_view)> visit = [&](std::string_view needed) {
        for (const auto& [key, what] : services_) {
            const bool needs = std::any_of(what.depends_on.begin(), what.depends_on.end(),
                                           [&](const std::string& d) { return text::equal_no_case(d, needed); });
            if (!needs || !seen.insert(&what).second) continue;
            visit(what.name);
            out.push_back(&what);
        }
    };
    visit(name);
    return out;
}

std::vector<const service*> services::active_dependents(std::string_view name) const {
    auto out = dependents(name);
    std::erase_if(out, [](const service* s) { return s->state == service_state::stopped; });
    return out;
}

std::vector<const service*> services::in_process(unsigned pid) const {
    std::vector<const service*> out;
    for (const auto& [name, what] : services_)
        if (pid != 0 && what.pid == pid) out.push_back(&what);
    return out;
}

unsigned services::process_for(const service& what) {
    const auto user = user_of(os_, what.account);
    const auto* manager = [&]() -> const process_info* {
        for (const auto* p : os_.processes.all())
            if (p->image == "services.exe") return p;
        return nullptr;
    }();
    const auto parent = manager ? manager->pid : 0;
    const auto image = image_of(what.image_path);
    if (text::equal_no_case(image, "lsass.exe"))
        for (const auto* p : os_.processes.all())
            if (text::equal_no_case(p->image, image)) return p->pid;
    if (what.type & 0x10 && !(what.type & 0x20)) return os_.processes.start(image, user, parent);
    auto& host = hosts_[what.image_path + "|" + what.account];
    if (host == 0 || !os_.processes.find(host)) host = os_.processes.start(image, user, parent);
    return host;
}

// Services with one command line share a process, which has one account.
bool services::has_another_account_than_its_process(const service& what) const {
    if (what.type & 0x10 && !(what.type & 0x20)) return false;
    return std::any_of(services_.begin(), services_.end(), [&](const auto& one) {
        const auto& other = one.second;
        return other.pid != 0 && !other.is_driver() && text::equal_no_case(other.image_path, what.image_path) &&
               !text::equal_no_case(user_of(os_, other.account), user_of(os_, what.account));
    });
}

win32_error services::begin_start(service& what, int depth) {
    if (what.state == service_state::start_pending) return win32::success;
    if (what.state == service_state::stop_pending) return win32::service_cannot_accept_ctrl;
    if (what.state != service_state::stopped) return win32::service_already_running;
    if (what.start == start_type::disabled) return win32::service_disabled;
    if (!what.is_driver() && !starts_in_safe_mode(os_.reg, what.name))
        return what.exit_code = win32::not_safeboot_service;
    if (depth > 20) return win32::service_dependency_fail;
    if (has_another_account_than_its_process(what)) return what.exit_code = win32::different_service_account;
    auto begins = os_.now();
    for (const auto& needed : what.depends_on) {
        if (needed.starts_with('+')) continue;  // a load order group
        auto* other = get(needed);
        if (!other) return win32::service_dependency_fail;
        if (other->state == service_state::running) continue;
        if (const auto error = begin_start(*other, depth + 1); error && error != win32::service_already_running) {
            what.exit_code = win32::service_dependency_fail;
            return win32::service_dependency_fail;
        }
        begins = std::max(begins, other->due);
    }
    what.state = service_state::start_pending;
    what.exit_code = what.service_exit_code = 0;
    what.wait_hint = 2000;
    what.due = begins + what.start_time;
    what.pid = what.is_driver() ? 0 : process_for(what);
    return win32::success;
}

win32_error services::start(std::string_view name, const account& who) {
    auto* what = get(name);
    if (!what) return win32::service_does_not_exist;
    if (!is_administrator(who)) return win32::access_denied;
    if (what->state == service_state::start_pending) return win32::service_already_running;
    return begin_start(*what, 0);
}

win32_error services::stop(std::string_view name, const account& who) {
    auto* what = get(name);
    if (!what) return win32::service_does_not_exist;
    if (!is_administrator(who) || (what->is_protected && who.sid != "S-1-5-18")) return win32::access_denied;
    if (what->state == service_state::stopped) return win32::service_not_active;
    if (what->state != service_state::running) return win32::service_cannot_accept_ctrl;
    if (!what->accepts_stop || what->is_driver()) return win32::invalid_service_control;
    for (const auto* dependent : active_dependents(name))
        if (dependent->state != service_state::stop_pending) return win32::dependent_services_running;
    auto begins = os_.now();
    for (const auto* dependent : active_dependents(name)) begins = std::max(begins, dependent->due);
    what->state = service_state::stop_pending;
    what->wait_hint = 0;
    what->due = begins + what->stop_time;
    return win32::success;
}

win32_error services::configure(std::string_view name, const service_change& change, const account& who) {
    auto* what = get(name);
    if (!what) return win32::service_does_not_exist;
    if (!is_administrator(who) || (what->is_protected && who.sid != "S-1-5-18")) return win32::access_denied;
    const auto key = root + "\\" + what->name;
    const auto system = local_system();
    const auto set = [&](const char* value_name, registry_value value) {
        os_.reg.set(key, value_name, std::move(value), system);
    };
    if (change.start) {
        what->start = *change.start;
        set("Start", reg_dword(static_cast<std::uint32_t>(*change.start)));
    }
    if (change.is_delayed) {
        what->is_delayed = *change.is_delayed;
        if (*change.is_delayed)
            set("DelayedAutostart", reg_dword(1));
        else
            os_.reg.remove_value(key, "DelayedAutostart", system);
    }
    if (change.image_path) set("ImagePath", reg_sz(what->image_path = *change.image_path, value_type::expand_sz));
    if (change.account) set("ObjectName", reg_sz(what->account = *change.account));
    if (change.display_name) set("DisplayName", reg_sz(what->display_name = *change.display_name));
    if (change.depends_on) set("DependOnService", reg_multi_sz(what->depends_on = *change.depends_on));
    return win32::success;
}

win32_error services::remove(std::string_view name, const account& who) {
    auto* what = get(name);
    if (!what) return win32::service_does_not_exist;
    if (!is_administrator(who) || what->is_protected) return win32::access_denied;
    if (what->state != service_state::stopped) return win32::service_marked_for_delete;
    os_.reg.remove_key(root + "\\" + what->name, local_system());
    services_.erase(what->name);
    return win32::success;
}

void services::become_running(service& what) {
    what.state = service_state::running;
    what.wait_hint = 0;
    what.exit_code = 0;
    const auto known = behaviours_.find(what.name);
    const service_behaviour none;
    begin_duties(os_, what, known == behaviours_.end() ? none : known->second);
}

void services::become_stopped(service& what, unsigned exit_code) {
    const auto pid = what.pid;
    end_duties(os_, what);
    what.state = service_state::stopped;
    what.exit_code = exit_code;
    what.wait_hint = 0;
    what.pid = 0;
    if (pid != 0 && in_process(pid).empty()) {
        os_.net.close_all(pid);
        os_.processes.end(pid);
    }
}

void services::advance() {
    for (;;) {
        service* next = nullptr;
        for (auto& [name, what] : services_) {
            const bool is_pending =
                what.state == service_state::start_pending || what.state == service_state::stop_pending;
            if (is_pending && what.due <= os_.now() && (!next || what.due < next->due)) next = &what;
        }
        if (!next) return;
        if (next->state == service_state::start_pending)
            become_running(*next);
        else
            become_stopped(*next, 0);
    }
}

std::optional<instant> services::next_event() const {
    std::optional<instant> out;
    for (const auto& [name, what] : services_)
        if (what.state == service_state::start_pending || what.state == service_state::stop_pending)
            out = out ? std::min(*out, what.due) : what.due;
    return out;
}

void services::fail(std::string_view name, unsigned exit_code, unsigned service_exit_code) {
    auto* what = get(name);
    if (!what || what->state == service_state::stopped) return;
    become_stopped(*what, exit_code);
    what->service_exit_code = service_exit_code;
}

nlohmann::json services::state() const {
    constexpr const char* names[] = {"?", "stopped", "start pending", "stop pending", "running", "?", "?", "paused"};
    auto out = nlohmann::json::object();
    for (const auto& [name, what] : services_) out[name] = names[static_cast<int>(what.state)];
    return out;
}

}  // namespace emsctl::guest
