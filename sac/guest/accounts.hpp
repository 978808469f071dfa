// Who is logged on, and which local accounts exist. Names and SIDs only: what an account may do to a file is asked of
// security.hpp.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/win32.hpp"

namespace emsctl::guest {

// A logged-on identity (an access token): every check of rights is made against `sid` and `groups`.
struct account {
    std::string domain;  // the machine's name for local accounts, "NT AUTHORITY" for the built-in services
    std::string name;
    std::string sid;
    std::vector<std::string> groups;      // enabled group SIDs
    std::vector<std::string> privileges;  // "SeTakeOwnershipPrivilege"...
    bool is_elevated = true;
};

account local_system();
account network_service();
account local_service();

inline constexpr std::string_view administrators = "S-1-5-32-544", remote_desktop_users = "S-1-5-32-555";

// The local user database.
class accounts {
  public:
    struct user {
        std::string name;
        std::string password;
        std::string full_name;
        std::string comment;
        unsigned rid = 0;
        bool is_administrator = false;
        bool is_active = true;
        bool is_locked = false;
        std::optional<wall_time> expires;        // the account; never unless given
        std::optional<wall_time> password_set;   // absent: it must be changed at the next logon
        std::optional<wall_time> password_ends;  // never unless given
    };

    accounts() = default;
    accounts(std::string machine_name, std::string machine_sid, std::vector<user> users);

    // The token for a console logon; nullopt when the name or password is wrong or the account may not log on at that
    // time. `domain` may be empty, "." or the machine's name.
    std::optional<account> log_on(std::string_view domain, std::string_view name, std::string_view password,
                                  wall_time now) const;

    // Enabled, not locked, not expired, with a password that needs no change.
    static bool may_log_on(const user& who, wall_time now);
    // By SID; only Administrators and Remote Desktop Users have members that are kept.
    bool is_member(std::string_view group, std::string_view sid) const;
    std::vector<std::string> members(std::string_view group) const;
    bool add_member(std::string_view group, const std::string& sid);  // false: it is one already
    bool remove_member(std::string_view group, std::string_view sid);
    static bool keeps_members(std::string_view group);

    // The token of the built-in administrator (RID 500), logged on by somebody who needed no password of ours.
    account administrator() const;

    const user* find(std::string_view name) const;
    user* find(std::string_view name);
    user* find_by_sid(std::string_view sid);
    std::string sid_of(const user& who) const;
    const std::vector<user>& all() const { return users_; }
    const std::string& machine_name() const { return machine_name_; }
    const std::string& machine_sid() const { return machine_sid_; }

    // "S-1-5-32-544" <-> "BUILTIN\Administrators". name_of an unknown SID is the SID itself, as Windows prints it.
    std::string name_of(std::string_view sid) const;
    std::optional<std::string> sid_of(std::string_view name) const;  // with or without its domain, any case

    nlohmann::json state() const;

  private:
    account token_of(const user& who) const;

    std::string machine_name_;
    std::string machine_sid_;
    std::vector<user> users_;
    std::map<std::string, std::vector<std::string>, std::less<>> members_;  // of groups, by SID
};

}  // namespace emsctl::guest
