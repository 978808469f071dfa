#include "sac/guest/accounts.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

struct well_known {
    const char* sid;
    const char* name;
};
// [MS-DTYP] 2.4.2.4
constexpr well_known well_knowns[] = {
    {"S-1-1-0", "Everyone"},
    {"S-1-2-0", "LOCAL"},
    {"S-1-2-1", "CONSOLE LOGON"},
    {"S-1-3-0", "CREATOR OWNER"},
    {"S-1-3-1", "CREATOR GROUP"},
    {"S-1-5-2", "NT AUTHORITY\\NETWORK"},
    {"S-1-5-3", "NT AUTHORITY\\BATCH"},
    {"S-1-5-4", "NT AUTHORITY\\INTERACTIVE"},
    {"S-1-5-6", "NT AUTHORITY\\SERVICE"},
    {"S-1-5-11", "NT AUTHORITY\\Authenticated Users"},
    {"S-1-5-14", "NT AUTHORITY\\REMOTE INTERACTIVE LOGON"},
    {"S-1-5-15", "NT AUTHORITY\\This Organization"},
    {"S-1-5-18", "NT AUTHORITY\\SYSTEM"},
    {"S-1-5-19", "NT AUTHORITY\\LOCAL SERVICE"},
    {"S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE"},
    {"S-1-5-32-544", "BUILTIN\\Administrators"},
    {"S-1-5-32-545", "BUILTIN\\Users"},
    {"S-1-5-32-546", "BUILTIN\\Guests"},
    {"S-1-5-32-551", "BUILTIN\\Backup Operators"},
    {"S-1-5-32-555", "BUILTIN\\Remote Desktop Users"},
    {"S-1-5-64-10", "NT AUTHORITY\\NTLM Authentication"},
    {"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464", "NT SERVICE\\TrustedInstaller"},
    {"S-1-5-113", "NT AUTHORITY\\Local account"},
    {"S-1-5-114", "NT AUTHORITY\\Local account and member of Administrators group"},
    {"S-1-15-2-1", "APPLICATION PACKAGE AUTHORITY\\ALL APPLICATION PACKAGES"},
    {"S-1-16-8192", "Mandatory Label\\Medium Mandatory Level"},
    {"S-1-16-12288", "Mandatory Label\\High Mandatory Level"},
    {"S-1-16-16384", "Mandatory Label\\System Mandatory Level"},
};

account service_account(const char* name, const char* sid, const char* label) {
    account who;
    who.domain = "NT AUTHORITY";
    who.name = name;
    who.sid = sid;
    who.groups = {"S-1-1-0", "S-1-5-6", "S-1-5-11", label};
    return who;
}

}  // namespace

account local_system() {
    auto who = service_account("SYSTEM", "S-1-5-18", "S-1-16-16384");
    who.groups.push_back("S-1-5-32-544");
    who.privileges = {"SeTakeOwnershipPrivilege", "SeBackupPrivilege",   "SeRestorePrivilege",
                      "SeShutdownPrivilege",      "SeSecurityPrivilege", "SeDebugPrivilege"};
    return who;
}

account network_service() {
    return service_account("NETWORK SERVICE", "S-1-5-20", "S-1-16-16384");
}
account local_service() {
    return service_account("LOCAL SERVICE", "S-1-5-19", "S-1-16-16384");
}

accounts::accounts(std::string machine_name, std::string machine_sid, std::vector<user> users)
    : machine_name_(std::move(machine_name)), machine_sid_(std::move(machine_sid)), users_(std::move(users)) {
    for (const auto& u : users_)
        if (u.is_administrator) add_member(administrators, sid_of(u));
}

account accounts::token_of(const user& who) const {
    account token;
    token.domain = machine_name_;
    token.name = who.name;
    token.sid = machine_sid_ + "-" + std::to_string(who.rid);
    token.groups = {"S-1-1-0"};
    if (is_member(remote_desktop_users, token.sid)) token.groups.emplace_back(remote_desktop_users);
    if (who.is_administrator) token.groups.insert(token.groups.end(), {"S-1-5-114", "S-1-5-32-544"});
    token.groups.insert(token.groups.end(), {"S-1-5-32-545", "S-1-5-4", "S-1-2-1", "S-1-5-11", "S-1-5-15", "S-1-5-113",
                                             "S-1-2-0", "S-1-5-64-10"});
    token.groups.push_back(who.is_administrator ? "S-1-16-12288" : "S-1-16-8192");
    token.is_elevated = who.is_administrator;
    token.privileges = {"SeShutdownPrivilege", "SeChangeNotifyPrivilege"};
    if (who.is_administrator)
        token.privileges.insert(token.privileges.end(),
                                {"SeTakeOwnershipPrivilege", "SeBackupPrivilege", "SeRestorePrivilege",
                                 "SeSecurityPrivilege", "SeDebugPrivilege"});
    return token;
}

std::optional<account> accounts::log_on(std::string_view domain, std::string_view name, std::string_view password,
                                        wall_time now) const {
    if (!domain.empty() && domain != "." && !text::equal_no_case(domain, machine_name_)) return std::nullopt;
    const auto* who = find(name);
    if (!who || !may_log_on(*who, now) || who->password != password) return std::nullopt;
    return token_of(*who);
}

bool accounts::may_log_on(const user& who, wall_time now) {
    return who.is_active && !who.is_locked && (!who.expires || now < *who.expires) && who.password_set &&
           (!who.password_ends || now < *who.password_ends);
}

bool accounts::keeps_members(std::string_view group) {
    return group == administrators || group == remote_desktop_users;
}

std::vector<std::string> accounts::members(std::string_view group) const {
    const auto found = members_.find(group);
    return found == members_.end() ? std::vector<std::string>{} : found->second;
}

bool accounts::is_member(std::string_view group, std::string_view sid) const {
    const auto all = members(group);
    return std::find(all.begin(), all.end(), sid) != all.end();
}

bool accounts::add_member(std::string_view group, const std::string& sid) {
    if (is_member(group, sid)) return false;
    members_[std::string(group)].push_back(sid);
    if (group == administrators)
        if (auto* who = find_by_sid(sid)) who->is_administrator = true;
    return true;
}

bool accounts::remove_member(std::string_view group, std::string_view sid) {
    const auto found = members_.find(group);
    if (found == members_.end() || std::erase(found->second, sid) == 0) return false;
    if (group == administrators)
        if (auto* who = find_by_sid(sid)) who->is_administrator = false;
    return true;
}

std::string accounts::sid_of(const user& who) const {
    return machine_sid_ + "-" + std::to_string(who.rid);
}

accounts::user* accounts::find_by_sid(std::string_view sid) {
    const auto found = std::find_if(users_.begin(), users_.end(), [&](const user& u) { return sid_of(u) == sid; });
    return found == users_.end() ? nullptr : &*found;
}

account accounts::administrator() const {
    const auto built_in = std::find_if(users_.begin(), users_.end(), [](const user& u) { return u.rid == 500; });
    if (built_in == users_.end()) throw std::logic_error("the simulated machine has no built-in administrator");
    return token_of(*built_in);
}

const accounts::user* accounts::find(std::string_view name) const {
    const auto found =
        std::find_if(users_.begin(), users_.end(), [&](const user& u) { return text::equal_no_case(u.name, name); });
    return found == users_.end() ? nullptr : &*found;
}

accounts::user* accounts::find(std::string_view name) {
    return const_cast<user*>(static_cast<const accounts*>(this)->find(name));
}

std::string accounts::name_of(std::string_view sid) const {
    for (const auto& known : well_knowns)
        if (sid == known.sid) return known.name;
    for (const auto& u : users_)
        if (sid == machine_sid_ + "-" + std::to_string(u.rid)) return machine_name_ + "\\" + u.name;
    if (sid == machine_sid_ + "-513") return machine_name_ + "\\None";
    return std::string(sid);
}

std::optional<std::string> accounts::sid_of(std::string_view name) const {
    const auto is = [&](std::string_view full) {
        const auto slash = full.find('\\');
        return text::equal_no_case(full, name) ||
               (slash != std::string_view::npos && text::equal_no_case(full.substr(slash + 1), name));
    };
    for (const auto& u : users_)
        if (is(machine_name_ + "\\" + u.name)) return machine_sid_ + "-" + std::to_string(u.rid);
    for (const auto& known : well_knowns)
        if (is(known.name)) return known.sid;
    if (text::equal_no_case(name, "NT AUTHORITY\\NetworkService") || text::equal_no_case(name, "NetworkService"))
        return "S-1-5-20";
    if (text::equal_no_case(name, "NT AUTHORITY\\LocalService") || text::equal_no_case(name, "LocalService"))
        return "S-1-5-19";
    if (text::equal_no_case(name, "LocalSystem")) return "S-1-5-18";
    return std::nullopt;
}

nlohmann::json accounts::state() const {
    const auto when = [](const std::optional<wall_time>& time) { return time ? iso_time(*time) : std::string{}; };
    auto out = nlohmann::json::object();
    for (const auto& u : users_)
        out[u.name] = {{"active", u.is_active},
                       {"administrator", u.is_administrator},
                       {"remote_desktop_user", is_member(remote_desktop_users, sid_of(u))},
                       {"locked", u.is_locked},
                       {"expires", when(u.expires)},
                       {"password_set", when(u.password_set)},
                       {"password_ends", when(u.password_ends)},
                       {"rid", u.rid},
                       {"password", u.password}};
    return out;
}

}  // namespace emsctl::guest
