#include "sac/guest/commands/reg_files.hpp"

#include <algorithm>

#include "sac/guest/commands/reg_text.hpp"
#include "sac/guest/hive.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

constexpr std::string_view verbs[] = {"load", "unload", "save", "export", "import", "copy"};

struct file_words {
    std::vector<std::string> names;
    bool overwrites = false, is_deep = false, is_forced = false;
    std::string refused;
};

file_words parse(const process& self) {
    file_words out;
    for (std::size_t i = 1; i < self.args.size(); ++i) {
        const auto word = text::lower(self.args[i]);
        if (word == "/y")
            out.overwrites = true;
        else if (word == "/s")
            out.is_deep = true;
        else if (word == "/f")
            out.is_forced = true;
        else if (word == "/reg:64")
            continue;
        else if (word.starts_with('/'))
            out.refused = "reg " + self.args[0] + " " + word;
        else
            out.names.push_back(self.args[i]);
    }
    return out;
}

int invalid_syntax(process& self) {
    self.err.line("ERROR: Invalid syntax.");
    self.err.line("Type \"REG " + text::upper(self.args[0]) + " /?\" for usage.");
    return 1;
}

int answer(process& self, win32_error error) {
    if (error) {
        self.err.line("ERROR: " + message_of(error));
        return 1;
    }
    self.out.line("The operation completed successfully.");
    return 0;
}

int no_such_key(process& self) {
    self.err.line("ERROR: The system was unable to find the specified registry key or value.");
    return 1;
}

// save and export ask before they replace a file; standard input at its end is a no, and here it is all there is.
bool may_replace(process& self, const std::string& path, const file_words& want) {
    if (want.overwrites || !self.os.files.exists(path)) return true;
    self.out.write("File " + path + " already exists. Overwrite (Yes/No)? ");
    const auto line = self.in ? self.in->read_line() : std::nullopt;
    if (line && text::starts_with_no_case(*line, "y")) return true;
    self.out.line("The operation was canceled by the user.");
    return false;
}

int save(process& self, const file_words& want) {
    const auto* key = self.os.reg.find(want.names[0]);
    if (!key) return no_such_key(self);
    const auto path = self.full_path(want.names[1]);
    if (!may_replace(self, path, want)) return 0;
    return answer(self, self.os.files.write(path, to_hive(*key), self.who));
}

int export_text(process& self, const file_words& want) {
    const auto full = registry::full_name(want.names[0]);
    const auto* key = full ? self.os.reg.find(*full) : nullptr;
    if (!key) return no_such_key(self);
    const auto path = self.full_path(want.names[1]);
    if (!may_replace(self, path, want)) return 0;
    auto bytes = "\xff\xfe" + text::to_utf16le(to_reg_text(*key, *full));
    return answer(self, self.os.files.write(path, std::move(bytes), self.who));
}

int import_text(process& self, const file_words& want) {
    const auto read = self.os.files.read(self.full_path(want.names[0]), self.who);
    if (!read) {
        self.err.line("ERROR: Error opening the file. There may be a disk or file system error.");
        return 1;
    }
    const auto changes = parse_reg_text(text::decode_file(read.value, self.os.code_page));
    if (!changes) {
        self.err.line("ERROR: The specified file is not a registry script.");
        return 1;
    }
    bool failed = false;
    for (const auto& change : *changes) {
        if (!self.os.reg.may_write(change.key, self.who)) {
            failed = true;
        } else if (change.removes_key) {
            if (self.os.reg.find(change.key)) self.os.reg.remove_key(change.key, self.who);
        } else if (!change.name) {
            self.os.reg.create(change.key);
        } else if (change.value) {
            self.os.reg.create(change.key).set(*change.name, *change.value);
        } else if (auto* key = self.os.reg.find(change.key)) {
            key->remove(*change.name);
        }
    }
    // It speaks on standard error even when all went well.
    self.err.line(failed ? "ERROR: Error accessing the registry." : "The operation completed successfully.");
    return failed ? 1 : 0;
}

void copy_values(const registry_key& from, registry_key& to, bool is_deep) {
    for (const auto& [name, value] : from.values) to.set(name, value);
    if (!is_deep) return;
    for (const auto& [name, child] : from.keys) {
        auto& made = to.keys[name];
        if (made.name.empty()) made.name = child.name;
        copy_values(child, made, true);
    }
}

int copy(process& self, const file_words& want) {
    const auto* from = self.os.reg.find(want.names[0]);
    if (!from) return no_such_key(self);
    if (!self.os.reg.may_write(want.names[1], self.who)) return answer(self, win32::access_denied);
    const auto* existing = self.os.reg.find(want.names[1]);
    const bool would_ask = existing && std::any_of(from->values.begin(), from->values.end(),
                                                   [&](const auto& v) { return existing->find(v.first) != nullptr; });
    if (would_ask && !want.is_forced) {
        self.os.log_refused("reg", "reg copy onto values that exist, without /f");
        return 1;
    }
    const auto source = *from;  // the target may lie below it
    copy_values(source, self.os.reg.create(want.names[1]), want.is_deep);
    return answer(self, win32::success);
}

}  // namespace

bool is_reg_file_verb(std::string_view lower_case) {
    return std::find(std::begin(verbs), std::end(verbs), lower_case) != std::end(verbs);
}

int reg_with_files(process& self) {
    const auto want = parse(self);
    const auto verb = text::lower(self.args[0]);
    if (!want.refused.empty()) {
        self.os.log_refused("reg", want.refused);
        return invalid_syntax(self);
    }
    const std::size_t wanted = verb == "unload" || verb == "import" ? 1 : 2;
    const bool names_key = verb == "import" || (!want.names.empty() && registry::full_name(want.names[0]));
    const bool names_target = verb != "copy" || (want.names.size() > 1 && registry::full_name(want.names[1]));
    if (want.names.size() != wanted) return invalid_syntax(self);
    if (!names_key || !names_target) {
        self.err.line("ERROR: Invalid key name.");
        self.err.line("Type \"REG " + text::upper(verb) + " /?\" for usage.");
        return 1;
    }
    if (verb == "load") return answer(self, self.os.hives.load(want.names[0], self.full_path(want.names[1]), self.who));
    if (verb == "unload") return answer(self, self.os.hives.unload(want.names[0], self.who));
    if (verb == "save") return save(self, want);
    if (verb == "export") return export_text(self, want);
    if (verb == "import") return import_text(self, want);
    return copy(self, want);
}

}  // namespace emsctl::guest
