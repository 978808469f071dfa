// icacls: shows and changes DACLs and owners. Messages go to standard output; failures of a file are counted, and the
// last one is the exit code.
#include <algorithm>

#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

enum class verb { show, change, save, restore, set_owner, find_sid };

struct edit {
    enum class kind { grant, replace, deny, remove, remove_granted, remove_denied, inheritance } what;
    std::string sid;
    icacls_permission permission;
    char inheritance = 0;  // e, d, r
};

struct job {
    process& self;
    std::string name;  // as it was typed
    verb what = verb::show;
    std::vector<edit> edits;
    std::string operand;  // file or SID
    bool is_deep = false, goes_on = false, is_quiet = false;
    unsigned processed = 0, failed = 0;
    win32_error last = 0;
    std::string saved;
};

std::optional<std::string> sid_of(job& j, std::string_view name) {
    if (name.starts_with("*"))
        return is_sid(name.substr(1)) ? std::optional(std::string(name.substr(1))) : std::nullopt;
    return j.self.os.users.sid_of(name);
}

int invalid(process& self, const std::string& what) {
    self.err.line("Invalid parameter \"" + what + "\"");
    return win32::invalid_parameter;
}

void summary(const job& j) {
    j.self.out.line("Successfully processed " + std::to_string(j.processed) + " files; Failed processing " +
                    std::to_string(j.failed) + " files");
}

win32_error show(job& j, const std::string& path, const std::string& shown) {
    const auto read = j.self.os.files.security(path, j.self.who);
    if (!read) return read.error;
    std::string margin = shown + " ";
    if (!read.value.has_dacl || read.value.dacl.empty())
        j.self.out.line(margin + (read.value.has_dacl ? "" : "No permissions are set. All users have full control."));
    for (const auto& one : read.value.dacl) {
        j.self.out.line(margin + j.self.os.users.name_of(one.sid) + ":" + icacls_rights(one));
        margin.assign(margin.size(), ' ');
    }
    j.self.out.line("");
    return win32::success;
}

void apply(security_descriptor& to, const edit& what, bool is_folder) {
    const auto is_explicit = [](const ace& one) { return (one.flags & ace_flag::inherited) == 0; };
    const auto drop = [&](bool granted, bool denied) {
        std::erase_if(to.dacl, [&](const ace& one) {
            return one.sid == what.sid && is_explicit(one) && (one.is_deny ? denied : granted);
        });
    };
    using kind = edit::kind;
    switch (what.what) {
        case kind::inheritance:
            to.is_protected = what.inheritance != 'e';
            if (what.inheritance == 'r') std::erase_if(to.dacl, [&](const ace& one) { return !is_explicit(one); });
            if (what.inheritance == 'd')
                for (auto& one : to.dacl) one.flags &= static_cast<std::uint8_t>(~ace_flag::inherited);
            return;
        case kind::remove:
            drop(true, true);
            return;
        case kind::remove_granted:
            drop(true, false);
            return;
        case kind::remove_denied:
            drop(false, true);
            return;
        case kind::replace:
            drop(true, false);
            break;
        default:
            break;
    }
    ace made;
    made.is_deny = what.what == kind::deny;
    made.mask = what.permission.mask;
    if (made.is_deny) made.mask &= ~rights::synchronize;
    made.flags = is_folder ? what.permission.flags : 0;
    made.sid = what.sid;
    for (auto& one : to.dacl)
        if (is_explicit(one) && one.sid == made.sid && one.is_deny == made.is_deny && one.flags == made.flags) {
            one.mask |= made.mask;  // merged with what was granted before
            return;
        }
    to.dacl.push_back(made);
    put_in_canonical_order(to.dacl);
}

win32_error change(job& j, const std::string& path) {
    const auto read = j.self.os.files.security(path, j.self.who);
    if (!read) return read.error;
    auto wanted = read.value;
    const bool is_folder = j.self.os.files.find(path)->is_folder();
    for (const auto& one : j.edits) {
        apply(wanted, one, is_folder);
        if (one.what == edit::kind::inheritance && one.inheritance == 'e')
            wanted = with_inheritance(wanted, j.self.os.files.find(file_system::parent_of(path))->security, is_folder);
    }
    return j.self.os.files.set_dacl(path, wanted, j.self.who);
}

win32_error visit(job& j, const std::string& path, const std::string& shown) {
    switch (j.what) {
        case verb::show:
            return show(j, path, shown);
        case verb::change:
            return change(j, path);
        case verb::set_owner:
            return j.self.os.files.set_owner(path, j.operand, j.self.who);
        case verb::save: {
            const auto read = j.self.os.files.security(path, j.self.who);
            if (read)
                j.saved += shown + "\r\n" + to_sddl(read.value, false, true, j.self.os.users.machine_sid()) + "\r\n";
            return read.error;
        }
        case verb::find_sid: {
            const auto read = j.self.os.files.security(path, j.self.who);
            const bool is_in = read && (read.value.owner == j.operand ||
                                        std::any_of(read.value.dacl.begin(), read.value.dacl.end(),
                                                    [&](const ace& one) { return one.sid == j.operand; }));
            if (is_in) {
                j.self.out.line("SID Found: " + shown + ".");
                j.saved = "found";
            }
            return read.error;
        }
        case verb::restore:
            break;
    }
    return win32::success;
}

// One file; false ends the run.
bool process_one(job& j, const std::string& path, const std::string& shown) {
    if (const auto code = visit(j, path, shown)) {
        ++j.failed;
        j.last = code;
        j.self.err.line(shown + ": " + message_of(code));
        return j.goes_on;
    }
    ++j.processed;
    if (!j.is_quiet && j.what != verb::show && j.what != verb::find_sid) j.self.out.line("processed file: " + shown);
    return true;
}

bool walk(job& j, const std::string& path, const std::string& shown) {
    if (!process_one(j, path, shown)) return false;
    const auto* node = j.self.os.files.find(path);
    if (!j.is_deep || !node || !node->is_folder()) return true;
    const auto listed = j.self.os.files.list(path, j.self.who);
    if (!listed) {
        ++j.failed;
        j.last = listed.error;
        j.self.err.line(shown + "\\*: " + message_of(listed.error));
        return j.goes_on;
    }
    for (const auto* child : listed.value)
        if (!walk(j, path + (path.ends_with('\\') ? "" : "\\") + child->name,
                  shown + (shown.ends_with('\\') ? "" : "\\") + child->name))
            return false;
    return true;
}

// What the name means: itself, or what its wildcards match in its folder.
int over_files(job& j) {
    auto path = j.self.full_path(j.name);
    const auto leaf = file_system::name_of(path);
    // A saved list names files relative to the folder above the one that was given.
    const auto shown_for = [&](const std::string& node_name) {
        if (j.what == verb::save) return node_name;
        const auto slash = j.name.find_last_of("\\/");
        return slash == std::string::npos ? node_name : j.name.substr(0, slash + 1) + node_name;
    };
    std::vector<std::pair<std::string, std::string>> all;
    if (leaf.find_first_of("*?") != std::string::npos) {
        const auto folder = file_system::parent_of(path);
        const auto listed = j.self.os.files.list(folder, j.self.who);
        if (listed.error == win32::access_denied) j.last = listed.error;
        for (const auto* node : listed.value)
            if (text::matches_wildcards(node->name, leaf))
                all.emplace_back(folder + (folder.ends_with('\\') ? "" : "\\") + node->name, shown_for(node->name));
    } else if (j.self.os.files.exists(path)) {
        all.emplace_back(path, j.what == verb::save ? leaf : j.name);
    }
    if (all.empty()) {
        ++j.failed;
        if (!j.last)
            j.last =
                j.self.os.files.exists(file_system::parent_of(path)) ? win32::file_not_found : win32::path_not_found;
        j.self.err.line(j.name + ": " + message_of(j.last));
    }
    for (const auto& [one, shown] : all)
        if (!walk(j, one, shown)) break;
    if (j.what == verb::save) {
        const auto code =
            j.self.os.files.write(j.self.full_path(j.operand), "\xff\xfe" + text::to_utf16le(j.saved), j.self.who);
        if (code) {
            j.self.err.line(j.operand + ": " + message_of(code));
            j.last = code;
        }
    }
    if (j.what == verb::find_sid && j.saved.empty()) j.self.out.line("No files with a matching SID was found");
    summary(j);
    return static_cast<int>(j.last);
}

// Pairs of a name (relative to the folder that was given) and its DACL.
int restore(job& j) {
    const auto read = j.self.os.files.read(j.self.full_path(j.operand), j.self.who);
    if (!read) {
        j.self.err.line(j.operand + ": " + message_of(read.error));
        summary(j);
        return static_cast<int>(read.error);
    }
    // The file must be what /save writes: UTF-16, with or without its mark.
    const std::string_view bytes = read.value;
    const auto lines = text::split_lines(text::from_utf16le(bytes.starts_with("\xff\xfe") ? bytes.substr(2) : bytes));
    const auto folder = j.self.full_path(j.name);
    for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
        const auto shown = j.name + (j.name.ends_with('\\') ? "" : "\\") + lines[i];
        const auto what = parse_sddl(lines[i + 1], j.self.os.users.machine_sid());
        const auto code =
            what ? j.self.os.files.set_dacl(folder + (folder.ends_with('\\') ? "" : "\\") + lines[i], *what, j.self.who)
                 : win32_error{win32::invalid_data};
        if (!code) {
            ++j.processed;
            if (!j.is_quiet) j.self.out.line("processed file: " + shown);
            continue;
        }
        ++j.failed;
        j.last = code;
        j.self.err.line(shown + ": " + message_of(code));
        if (!j.goes_on) break;
    }
    summary(j);
    return static_cast<int>(j.last);
}

int no_mapping(job& j, const std::string& name) {
    j.self.err.line(name + ": " + message_of(win32::none_mapped));
    j.failed = 1;
    summary(j);
    return win32::none_mapped;
}

task<int> icacls(process& self) {
    const auto& args = self.args;
    if (args.empty() || args[0] == "/?") {
        self.os.log_refused(self.name, "icacls help");
        co_return invalid(self, args.empty() ? "" : args[0]);
    }
    job j{self, args[0], verb::show, {}, {}, false, false, false, 0, 0, 0, {}};
    for (std::size_t i = 1; i < args.size(); ++i) {
        const auto name = text::lower(args[i]);
        const bool has_next = i + 1 < args.size();
        const auto with_operand = [&](verb what) {
            j.what = what;
            j.operand = args[++i];
        };
        if (name == "/t") {
            j.is_deep = true;
        } else if (name == "/c") {
            j.goes_on = true;
        } else if (name == "/q") {
            j.is_quiet = true;
        } else if (name == "/l") {
            continue;  // there are no symbolic links here
        } else if (name == "/save" && has_next) {
            with_operand(verb::save);
        } else if (name == "/restore" && has_next) {
            with_operand(verb::restore);
        } else if ((name == "/setowner" || name == "/findsid") && has_next) {
            with_operand(name == "/setowner" ? verb::set_owner : verb::find_sid);
            const auto sid = sid_of(j, j.operand);
            if (!sid) co_return no_mapping(j, j.operand);
            j.operand = *sid;
        } else if (name.starts_with("/inheritance:") && name.size() == 14 &&
                   std::string_view("edr").find(name[13]) != std::string_view::npos) {
            j.what = verb::change;
            j.edits.push_back({edit::kind::inheritance, {}, {}, name[13]});
        } else if (name == "/grant" || name == "/grant:r" || name == "/deny" || name.starts_with("/remove")) {
            const auto what = name == "/grant"      ? edit::kind::grant
                              : name == "/grant:r"  ? edit::kind::replace
                              : name == "/deny"     ? edit::kind::deny
                              : name == "/remove:g" ? edit::kind::remove_granted
                              : name == "/remove:d" ? edit::kind::remove_denied
                                                    : edit::kind::remove;
            const bool is_removal = name.starts_with("/remove");
            if (!has_next || args[i + 1].starts_with('/')) co_return invalid(self, args[i]);
            j.what = verb::change;
            while (i + 1 < args.size() && !args[i + 1].starts_with('/')) {
                const auto& given = args[++i];
                const auto colon = is_removal ? std::string::npos : given.rfind(':');
                if (!is_removal && colon == std::string::npos) co_return invalid(self, given);
                const auto who = given.substr(0, colon);
                const auto permission =
                    is_removal ? std::optional(icacls_permission{}) : parse_icacls_permission(given.substr(colon + 1));
                if (!permission) co_return invalid(self, given);
                const auto sid = sid_of(j, who);
                if (!sid) co_return no_mapping(j, who);
                j.edits.push_back({what, *sid, *permission, 0});
            }
        } else {
            self.os.log_refused(self.name, "icacls " + args[i]);
            co_return invalid(self, args[i]);
        }
    }
    co_return j.what == verb::restore ? restore(j) : over_files(j);
}

}  // namespace

void add_icacls_programs(program_table& table) {
    add_program(table, "icacls", icacls);
}

}  // namespace emsctl::guest
