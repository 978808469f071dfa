#include "sac/guest/repaired.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sac/guest/boot_store.hpp"
#include "sac/guest/firewall.hpp"
#include "sac/guest/hive.hpp"
#include "sac/guest/safe_mode.hpp"
#include "sac/guest/service_duties.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

using json = nlohmann::json;

bool is_as_wanted(const registry_value* value, const json& what) {
    const auto& is = what.at("is");
    if (is == "absent") return value == nullptr;
    if (!value) return what.value("or_absent", false);
    if (is.is_number()) return value->type == value_type::dword && value->number == is.get<std::uint32_t>();
    return text::equal_no_case(value->text, is.get<std::string>());
}

std::string root_of(const partition& what) {
    return {disks::drive(what), ':', '\\'};
}

// The registry of an offline Windows, "SYSTEM\..." or "SOFTWARE\...", with CurrentControlSet resolved.
bool offline_registry(const windows& os, const json& what) {
    auto path = what.at("key").get<std::string>();
    const auto hive = path.substr(0, path.find('\\'));
    for (const auto& d : os.storage.all()) {
        if (d.number != what.value("disk", 1U)) continue;
        for (const auto& p : d.partitions) {
            const auto* file =
                p.volume ? os.files.find_any(root_of(p) + "Windows\\System32\\config\\" + hive) : nullptr;
            const auto tree = file ? from_hive(file->bytes) : std::nullopt;
            if (!tree) continue;
            registry offline;
            offline.create("HKLM\\" + hive) = *tree;
            return is_as_wanted(offline.value("HKLM\\" + path, what.at("value").get<std::string>()), what);
        }
    }
    return false;
}

const registry_value* element(const registry_key& store, const std::string& guid, std::uint32_t id) {
    const auto* object = boot_store::find_object(store, guid);
    return object ? boot_store::find(*object, id) : nullptr;
}

// SAC can come up at the next boot from this store: the default entry has EMS, and the port is set.
bool has_ems(const registry_key& store) {
    const auto* standard = element(store, *boot_store::guid_of_alias("{bootmgr}"), 0x23000003);
    const auto* ems = standard ? element(store, standard->text, 0x260000b0) : nullptr;
    const auto settings = *boot_store::guid_of_alias("{emssettings}");
    const auto* port = element(store, settings, 0x15000022);
    const auto* rate = element(store, settings, 0x15000023);
    return ems && ems->text == std::string(1, '\1') && port && boot_store::integer_of(*port) == 1 && rate &&
           boot_store::integer_of(*rate) == 115200;
}

bool ems_enabled(const windows& os, const json& what) {
    const auto number = what.is_object() ? what.value("disk", 0U) : 0U;
    if (number == 0) {
        const auto* store = os.reg.find("HKLM\\BCD00000000");
        return store && has_ems(*store);
    }
    const auto* d = os.storage.find(number);
    if (!d) return false;
    for (const auto& p : d->partitions) {
        if (p.volume == 0) continue;
        for (const char* path : {"Boot\\BCD", "EFI\\Microsoft\\Boot\\BCD"}) {
            const auto* file = os.files.find_any(root_of(p) + path);
            const auto store = file ? from_hive(file->bytes) : std::nullopt;
            if (store) return has_ems(*store);
        }
    }
    return false;
}

bool may_log_on_remotely(const windows& os, const std::string& name) {
    const auto* who = os.users.find(name);
    if (!who || !accounts::may_log_on(*who, os.clock.utc())) return false;
    const auto sid = os.users.sid_of(*who);
    return os.users.is_member(administrators, sid) || os.users.is_member(remote_desktop_users, sid);
}

}  // namespace

std::optional<bool> holds(const windows& os, const std::string& kind, const json& what) {
    if (kind == "rdp_listener") return os.is_running() && has_rdp_listener(os);
    if (kind == "rdp_certificate") return has_working_rdp_certificate(os);
    if (kind == "rdp_key_readable") return is_rdp_key_readable(os);
    if (kind == "rdp_admitted") return os.is_running() && firewall_admits(os, true, os.rdp_port());
    if (kind == "tls") return what == "1.2" ? os.tls.tls12 : what == "any" && os.tls.any();
    if (kind == "service") {
        const auto* found = os.svc.find(what.at("name").get<std::string>());
        return found && (found->state == service_state::running) == (what.value("state", "running") == "running");
    }
    if (kind == "registry")
        return is_as_wanted(os.reg.value(what.at("key").get<std::string>(), what.at("value").get<std::string>()), what);
    if (kind == "offline_registry") return offline_registry(os, what);
    if (kind == "ems") return ems_enabled(os, what);
    if (kind == "on_network") return is_on_network(os);
    if (kind == "may_log_on_remotely") return may_log_on_remotely(os, what.get<std::string>());
    if (kind == "normal_mode") return !safe_mode_asked_for(os.reg) && !safe_mode_in_effect(os.reg);
    if (kind == "not_loaded") return os.reg.find(what.get<std::string>()) == nullptr;
    return std::nullopt;
}

}  // namespace emsctl::guest
