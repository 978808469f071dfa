// Microsoft.PowerShell.LocalAccounts: local users, and the members of the groups that are simulated. Users are named by
// name or SID, groups by SID alone: their names are different in every language.
#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

namespace {

constexpr const char* kept_text = "\x01text";  // of a SecureString

value local_or_null(call& c, const std::optional<wall_time>& when) {
    if (!when) return {};
    return value(date_time{c.os().clock.to_local(*when), date_kind::local, c.shell.zone()});
}

bool may_change(call& c) {
    if (c.who().is_elevated) return true;
    c.error("Access denied.", "AccessDenied", "PermissionDenied", "AccessDeniedException");
    return false;
}

void user_not_found(call& c, const std::string& who) {
    c.error("User " + who + " was not found.", "UserNotFound", "ObjectNotFound", "UserNotFoundException",
            who + ":" + (c.has("SID") ? "SecurityIdentifier" : "String"));
}

accounts::user* named_user(call& c) {
    auto& users = c.os().users;
    const auto who = c.text_of(c.has("SID") ? "SID" : "Name");
    auto* found = c.has("SID") ? users.find_by_sid(who) : users.find(who);
    if (!found) user_not_found(c, who);
    return found;
}

value user_object(call& c, const accounts::user& who) {
    auto made = make_object("Microsoft.PowerShell.Commands.LocalUser", who.name);
    made->columns = {"Name", "Enabled", "Description"};
    made->set("AccountExpires", local_or_null(c, who.expires));
    made->set("Description", who.comment);
    made->set("Enabled", value(who.is_active));
    made->set("FullName", who.full_name);
    made->set("PasswordExpires", local_or_null(c, who.password_ends));
    made->set("PasswordLastSet", local_or_null(c, who.password_set));
    made->set("Name", who.name);
    made->set("SID", c.os().users.sid_of(who));
    return value(made);
}

task<void> get_local_user(call& c) {
    if (c.has("Name") || c.has("SID")) {
        if (const auto* who = named_user(c)) co_await c.out.put(user_object(c, *who));
        co_return;
    }
    const auto& all = c.os().users.all();
    for (std::size_t i = 0; i < all.size(); ++i) co_await c.out.put(user_object(c, all[i]));
}

task<void> set_local_user(call& c) {
    auto* who = named_user(c);
    if (!who || !may_change(c)) co_return;
    if (c.flag("AccountNeverExpires")) {
        who->expires.reset();
    } else if (c.has("AccountExpires")) {
        const auto when = cast_to("datetime", c.arg("AccountExpires"), c.shell.zone());
        who->expires = to_utc(std::get<date_time>(when.is)).clock;
    } else if (!c.has("Password")) {
        c.refuse("without AccountExpires or Password");
    }
    if (!c.has("Password")) co_return;
    const auto given = c.arg("Password");
    const auto* secure = given.as<object_ptr>();
    const auto* plain = secure ? (*secure)->find(kept_text) : nullptr;
    if (!plain) {
        c.error("Cannot bind parameter 'Password'. Cannot convert the value to type \"System.Security.SecureString\".",
                "CannotConvertArgumentNoMessage", "InvalidArgument", "ParameterBindingException");
        co_return;
    }
    who->password = *plain->as<std::string>();
    who->password_set = c.os().clock.utc();
    who->password_ends.reset();
}

// What it keeps has a name that no script of ours can ask for.
task<void> convert_to_secure_string(call& c) {
    if (!c.flag("AsPlainText") || !c.flag("Force")) c.refuse("without AsPlainText and Force");
    auto made = make_object("System.Security.SecureString", "System.Security.SecureString");
    made->columns = {"Length"};
    const auto text = c.text_of("String");
    made->set("Length", value(static_cast<std::int64_t>(text.size())));
    made->set(kept_text, value(text));
    co_await c.out.put(value(made));
}

// The SID of the group, when it is one whose members are kept.
std::string group_of(call& c) {
    const auto sid = c.text_of("SID");
    if (!accounts::keeps_members(sid)) c.refuse(c.has("Group") ? "Group" : "SID " + sid);
    return sid;
}

// "Member" takes a name or a SID.
std::string member_of(call& c) {
    const auto who = c.text_of("Member");
    auto& users = c.os().users;
    if (const auto* found = users.find_by_sid(who)) return users.sid_of(*found);
    if (const auto* found = users.find(who)) return users.sid_of(*found);
    c.stop("Principal " + who + " was not found.", "PrincipalNotFound", "ObjectNotFound", "PrincipalNotFoundException",
           who + ":String");
}

task<void> get_local_group_member(call& c) {
    const auto& users = c.os().users;
    const auto all = users.members(group_of(c));
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto made = make_object("Microsoft.PowerShell.Commands.LocalPrincipal", users.name_of(all[i]));
        made->columns = {"ObjectClass", "Name", "PrincipalSource"};
        made->set("Name", users.name_of(all[i]));
        made->set("SID", all[i]);
        made->set("PrincipalSource", value(enumeration{"Microsoft.PowerShell.Commands.PrincipalSource", 1, "Local"}));
        made->set("ObjectClass", "User");
        co_await c.out.put(value(made));
    }
}

task<void> add_local_group_member(call& c) {
    const auto group = group_of(c), member = member_of(c);
    if (!may_change(c)) co_return;
    const auto& users = c.os().users;
    if (!c.os().users.add_member(group, member))
        c.error(users.name_of(member) + " is already a member of group " + group + ".", "MemberExists",
                "ResourceExists", "MemberExistsException", group + ":SecurityIdentifier");
}

task<void> remove_local_group_member(call& c) {
    const auto group = group_of(c), member = member_of(c);
    if (!may_change(c)) co_return;
    if (!c.os().users.remove_member(group, member))
        c.error("Member " + c.text_of("Member") + " was not found in group " + group + ".", "MemberNotFound",
                "ObjectNotFound", "MemberNotFoundException", group + ":SecurityIdentifier");
}

}  // namespace

void add_account_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Get-LocalUser", "Name@0 SID", get_local_user},
             cmdlet{"Set-LocalUser", "Name@0 SID AccountExpires AccountNeverExpires! Password", set_local_user},
             cmdlet{"ConvertTo-SecureString", "String@0 AsPlainText! Force!", convert_to_secure_string},
             cmdlet{"Get-LocalGroupMember", "Group@0 SID", get_local_group_member},
             cmdlet{"Add-LocalGroupMember", "Group@0 Member@1 SID", add_local_group_member},
             cmdlet{"Remove-LocalGroupMember", "Group@0 Member@1 SID", remove_local_group_member},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
