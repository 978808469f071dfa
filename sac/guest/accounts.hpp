// Who is logged on, and which local accounts exist. Names and SIDs only: what an account may do to a file is asked of
// security.hpp.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    };

    accounts() = default;
    accounts(std::string machine_name, std::string machine_sid, std::vector<user> users);

    // The token for a console logon; nullopt when the name or password is wrong or the account is disabled. `domain`
    // may be empty, "." or the machine's name.
    std::optional<account> log_on(std::string_view domain, std::string_view name, std::string_view password) const;

    // The token of the built-in administrator (RID 500), logged on by somebody who needed no password of ours.
    account administrator() const;

    const user* find(std::string_view name) const;
    user* find(std::string_view name);
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
};

}  // namespace emsctl::guest
