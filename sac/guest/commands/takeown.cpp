// takeown: gives files to the caller or, with /a, to the administrators.
#include <algorithm>

#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

struct options {
    std::string file;
    bool to_administrators = false, is_recursive = false;
    std::optional<char> answer;  // /d
};

int failed(process& self, const std::string& text) {
    self.err.line("ERROR: " + text);
    return 1;
}

bool take(process& self, const options& what, const std::string& path) {
    const auto sid = what.to_administrators ? std::string("S-1-5-32-544") : self.who.sid;
    if (const auto code = self.os.files.set_owner(path, sid, self.who)) {
        failed(self, message_of(code));
        return false;
    }
    self.out.line("");
    self.out.line("SUCCESS: The file (or folder): \"" + path + "\" now owned by " +
                  (what.to_administrators ? std::string("the administrators group.")
                                          : "user \"" + self.os.users.name_of(self.who.sid) + "\"."));
    return true;
}

// Below a folder; an unreadable one asks whether its permissions are to be replaced, in the middle of the run.
task<bool> take_below(process& self, const options& what, const std::string folder) {
    auto listed = self.os.files.list(folder, self.who);
    if (listed.error == win32::access_denied) {
        auto answer = what.answer;
        while (!answer) {
            self.out.write(
                "Do you want to replace the directory permissions with permissions granting you\r\nfull control (\"Y\" "
                "for YES, \"N\" for NO or \"C\" to CANCEL)? ");
            auto line = co_await read_line(self);
            if (!line) co_return false;
            const auto letter = text::upper(text::trim(*line)).substr(0, 1);
            if (letter == "Y" || letter == "N" || letter == "C") answer = letter[0];
        }
        if (*answer == 'C') co_return false;
        if (*answer == 'N') co_return true;
        security_descriptor mine;
        mine.is_protected = true;
        ace full;
        full.flags = ace_flag::object_inherit | ace_flag::container_inherit;
        full.mask = rights::file_all;
        full.sid = what.to_administrators ? "S-1-5-32-544" : self.who.sid;
        mine.dacl = {full};
        if (const auto code = self.os.files.set_dacl(folder, mine, self.who)) failed(self, message_of(code));
        listed = self.os.files.list(folder, self.who);
    }
    std::vector<std::pair<std::string, bool>> names;
    for (const auto* node : listed.value) names.emplace_back(node->name, node->is_folder());
    bool is_good = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto path = folder + (folder.ends_with('\\') ? "" : "\\") + names[i].first;
        is_good = take(self, what, path) && is_good;
        if (!names[i].second) continue;
        const bool below = co_await take_below(self, what, path);
        is_good = is_good && below;
    }
    co_return is_good;
}

std::vector<std::string> matching(process& self, const std::string& path) {
    const auto leaf = file_system::name_of(path);
    if (leaf.find_first_of("*?") == std::string::npos) return {self.os.files.display_path(path)};
    const auto folder = self.os.files.display_path(file_system::parent_of(path));
    std::vector<std::string> out;
    for (const auto* node : self.os.files.list(folder, self.who).value)
        if (text::matches_wildcards(node->name, leaf))
            out.push_back(folder + (folder.ends_with('\\') ? "" : "\\") + node->name);
    return out;
}

task<int> takeown(process& self) {
    options what;
    for (std::size_t i = 0; i < self.args.size(); ++i) {
        const auto name = text::lower(self.args[i]);
        const bool has_next = i + 1 < self.args.size();
        if (name == "/f" && has_next) {
            what.file = self.args[++i];
        } else if (name == "/a") {
            what.to_administrators = true;
        } else if (name == "/r") {
            what.is_recursive = true;
        } else if (name == "/d" && has_next) {
            const auto letter = text::upper(self.args[++i]);
            if (letter != "Y" && letter != "N") {
                failed(self, "Invalid value \"" + self.args[i] + "\" for /D option.");
                co_return 1;
            }
            what.answer = letter[0];
        } else {
            self.os.log_refused(self.name, "takeown " + self.args[i]);
            self.err.line("ERROR: Invalid argument/option - '" + self.args[i] + "'.");
            self.err.line("Type \"TAKEOWN /?\" for usage.");
            co_return 1;
        }
    }
    if (what.file.empty()) {
        self.err.line("ERROR: Invalid syntax. Mandatory option '/f' is missing.");
        self.err.line("Type \"TAKEOWN /?\" for usage.");
        co_return 1;
    }
    const auto paths = matching(self, self.full_path(what.file));
    if (paths.empty()) co_return failed(self, message_of(win32::file_not_found));
    bool is_good = true;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        is_good = take(self, what, paths[i]) && is_good;
        const auto* node = self.os.files.find(paths[i]);
        if (!what.is_recursive || !node || !node->is_folder()) continue;
        const bool below = co_await take_below(self, what, paths[i]);
        is_good = is_good && below;
    }
    // Partial failures below a folder do not reach the exit code.
    co_return is_good || what.is_recursive ? 0 : 1;
}

}  // namespace

void add_takeown_programs(program_table& table) {
    add_program(table, "takeown", takeown);
}

}  // namespace emsctl::guest
