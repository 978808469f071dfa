// Get-Acl and Set-Acl on files and folders.
#include "sac/guest/powershell_paths.hpp"

namespace emsctl::guest::powershell {

namespace {

std::string rights_text(std::uint32_t mask) {
    static const std::pair<std::uint32_t, const char*> names[] = {
        {rights::file_all, "FullControl"},
        {rights::file_modify, "Modify, Synchronize"},
        {rights::file_read_execute, "ReadAndExecute, Synchronize"},
        {rights::file_read, "Read, Synchronize"},
        {rights::file_write, "Write, Synchronize"}};
    for (const auto& [bits, name] : names)
        if (mask == bits) return name;
    return std::to_string(static_cast<std::int32_t>(mask));  // as .NET shows what has no name
}

task<void> get_acl(call& c) {
    auto paths = paths_of(c);
    if (paths.empty() && !c.has("Path") && !c.has("LiteralPath")) paths.push_back(resolve(c, c.shell.self().cwd));
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto& path = paths[i];
        if (!exists(c, path)) {
            path_not_found(c, path);
            continue;
        }
        if (path.kind != provider::files) c.refuse("outside the file system");
        const auto read = c.os().files.security(path.path, c.who());
        if (!read) {
            c.error("Attempted to perform an unauthorized operation.", "System.UnauthorizedAccessException",
                    "PermissionDenied", "UnauthorizedAccessException", path.path + ":String");
            continue;
        }
        const auto& security = read.value;
        const auto& users = c.os().users;
        auto made =
            make_object(c.os().files.find(path.path)->is_folder() ? "System.Security.AccessControl.DirectorySecurity"
                                                                  : "System.Security.AccessControl.FileSecurity");
        made->columns = {"Path", "Owner", "Access"};
        values access;
        std::string access_text;
        for (const auto& ace : security.dacl) {
            auto rule = make_object("System.Security.AccessControl.FileSystemAccessRule");
            rule->set("FileSystemRights", rights_text(ace.mask));
            rule->set("AccessControlType", value(enumeration{"System.Security.AccessControl.AccessControlType",
                                                             ace.is_deny, ace.is_deny ? "Deny" : "Allow"}));
            rule->set("IdentityReference", users.name_of(ace.sid));
            rule->set("IsInherited", value((ace.flags & ace_flag::inherited) != 0));
            access.emplace_back(rule);
            access_text += (access_text.empty() ? "" : "\n") + users.name_of(ace.sid) +
                           (ace.is_deny ? " Deny  " : " Allow  ") + rights_text(ace.mask);
        }
        made->set("Path", "Microsoft.PowerShell.Core\\FileSystem::" + c.os().files.display_path(path.path));
        made->set("Owner", users.name_of(security.owner));
        made->set("Group", users.name_of(security.group));
        made->set("Access", make_array(access));
        made->set("AccessToString", access_text);
        made->set("Sddl", to_sddl(security, true, true, users.machine_sid()));
        made->set("AreAccessRulesProtected", value(security.is_protected));
        co_await c.out.put(value(made));
    }
}

// From the Sddl of an object that Get-Acl made: its DACL, and its owner when that changes.
task<void> set_acl(call& c) {
    const auto sddl = property_of(c.arg("AclObject"), "Sddl");
    if (!sddl) c.refuse("AclObject without Sddl");
    const auto what = parse_sddl(to_text(*sddl), c.os().users.machine_sid());
    if (!what) c.refuse("Sddl " + to_text(*sddl));
    for (const auto& path : paths_of(c)) {
        if (!exists(c, path)) {
            path_not_found(c, path);
            continue;
        }
        if (path.kind != provider::files) c.refuse("outside the file system");
        auto code = win32_error{win32::success};
        if (c.os().files.find(path.path)->security.owner != what->owner && !what->owner.empty())
            code = c.os().files.set_owner(path.path, what->owner, c.who());
        if (!code) code = c.os().files.set_dacl(path.path, *what, c.who());
        if (code == win32::not_owner)
            c.error("The security identifier is not allowed to be the owner of this object.",
                    "System.InvalidOperationException", "InvalidOperation", "InvalidOperationException",
                    path.path + ":String");
        else if (code)
            c.error("Attempted to perform an unauthorized operation.", "System.UnauthorizedAccessException",
                    "PermissionDenied", "UnauthorizedAccessException", path.path + ":String");
    }
    co_return;
}

}  // namespace

void add_security_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Get-Acl", "Path@0 LiteralPath", get_acl},
             cmdlet{"Set-Acl", "Path@0 LiteralPath AclObject@1", set_acl},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
