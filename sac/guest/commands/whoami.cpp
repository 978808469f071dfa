// whoami: the name, /user, /groups, /priv, as tables.
#include <algorithm>

#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

using rows = std::vector<std::vector<std::string>>;

// Columns as wide as their widest cell, each padded, the last one too (Windows Server 2016 capture).
void print_table(process& self, const std::string& title, const std::vector<std::string>& heads, const rows& cells) {
    self.out.line("");
    self.out.line(title);
    self.out.line(std::string(title.size(), '-'));
    self.out.line("");
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < heads.size(); ++i) {
        widths.push_back(heads[i].size());
        for (const auto& row : cells) widths[i] = std::max(widths[i], row[i].size());
    }
    const auto line = [&](const std::vector<std::string>& row) {
        std::string out;
        for (std::size_t i = 0; i < row.size(); ++i)
            out += (i ? " " : "") + row[i] + std::string(widths[i] - row[i].size(), ' ');
        self.out.line(out);
    };
    line(heads);
    std::vector<std::string> rule;
    for (const auto width : widths) rule.emplace_back(width, '=');
    line(rule);
    for (const auto& row : cells) line(row);
}

std::string full_name(const account& who) {
    return text::lower(who.domain + "\\" + who.name);
}

std::string kind_of(const std::string& sid) {
    if (sid.starts_with("S-1-16-")) return "Label";
    if (sid.starts_with("S-1-5-32-")) return "Alias";
    if (sid.starts_with("S-1-5-21-")) return "Group";
    return "Well-known group";
}

void print_groups(process& self) {
    rows cells;
    for (const auto& sid : self.who.groups) {
        std::string attributes = "Mandatory group, Enabled by default, Enabled group";
        if (sid.starts_with("S-1-16-")) attributes.clear();
        if (sid == "S-1-5-32-544") attributes += ", Group owner";
        cells.push_back({self.os.users.name_of(sid), kind_of(sid), sid, attributes});
    }
    print_table(self, "GROUP INFORMATION", {"Group Name", "Type", "SID", "Attributes"}, cells);
}

void print_privileges(process& self) {
    static const std::map<std::string, const char*> descriptions = {
        {"SeTakeOwnershipPrivilege", "Take ownership of files or other objects"},
        {"SeBackupPrivilege", "Back up files and directories"},
        {"SeRestorePrivilege", "Restore files and directories"},
        {"SeShutdownPrivilege", "Shut down the system"},
        {"SeSecurityPrivilege", "Manage auditing and security log"},
        {"SeDebugPrivilege", "Debug programs"},
        {"SeChangeNotifyPrivilege", "Bypass traverse checking"}};
    rows cells;
    for (const auto& name : self.who.privileges) {
        const auto known = descriptions.find(name);
        cells.push_back({name, known == descriptions.end() ? "" : known->second,
                         name == "SeChangeNotifyPrivilege" ? "Enabled" : "Disabled"});
    }
    print_table(self, "PRIVILEGES INFORMATION", {"Privilege Name", "Description", "State"}, cells);
}

task<int> whoami(process& self) {
    if (self.args.empty()) {
        self.out.line(full_name(self.who));
        co_return 0;
    }
    bool user = false, groups = false, privileges = false;
    for (const auto& arg : self.args) {
        const auto name = text::lower(arg);
        user = user || name == "/user" || name == "-user" || name == "/all";
        groups = groups || name == "/groups" || name == "-groups" || name == "/all";
        privileges = privileges || name == "/priv" || name == "-priv" || name == "/all";
        if (name == "/user" || name == "/groups" || name == "/priv" || name == "/all" || name == "-user" ||
            name == "-groups" || name == "-priv")
            continue;
        self.os.log_refused(self.name, "whoami " + arg);
        self.err.line("ERROR: Invalid argument/option - '" + arg + "'.");
        self.err.line("Type \"WHOAMI /?\" for usage.");
        co_return 1;
    }
    if (user) print_table(self, "USER INFORMATION", {"User Name", "SID"}, {{full_name(self.who), self.who.sid}});
    if (groups) {
        if (user) self.out.line("");
        print_groups(self);
    }
    if (privileges) {
        if (user || groups) self.out.line("");
        print_privileges(self);
    }
    co_return 0;
}

}  // namespace

void add_whoami_programs(program_table& table) {
    add_program(table, "whoami", whoami);
}

}  // namespace emsctl::guest
