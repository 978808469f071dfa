#include "sac/guest/process.hpp"

#include <algorithm>
#include <cctype>

#include "sac/guest/cmd_interpreter.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

void captured_sink::write(std::string_view text) {
    text_ += text::from_code_page(text::to_code_page(text, code_page_), code_page_);
}

void file_sink::write(std::string_view text) {
    const auto* node = os_.files.find(path_);
    if (!node || text.empty()) return;
    std::string bytes;
    if (encoding_ == file_encoding::utf16)
        bytes = (node->bytes.empty() ? "\xff\xfe" : "") + text::to_utf16le(text);
    else
        bytes = text::to_code_page(text, os_.code_page);
    // The handle was opened with somebody's rights; writing through it asks nobody again.
    os_.files.append(path_, bytes, local_system());
}

void file_sink::write_bytes(std::string_view bytes, unsigned) {
    if (os_.files.find(path_) && !bytes.empty()) os_.files.append(path_, std::string(bytes), local_system());
}

std::optional<std::string> input_text::read_line() {
    if (at_ >= text_.size()) return std::nullopt;
    const auto end = text_.find('\n', at_);
    auto line = text_.substr(at_, end == std::string::npos ? end : end - at_);
    at_ = end == std::string::npos ? text_.size() : end + 1;
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::string input_text::rest() {
    auto out = text_.substr(std::min(at_, text_.size()));
    at_ = text_.size();
    return out;
}

program program_table::find(std::string_view name) const {
    std::string base = file_system::name_of(name);
    if (const auto dot = base.rfind('.'); dot != std::string::npos) base.erase(dot);
    const auto found = programs_.find(base);
    return found == programs_.end() ? nullptr : found->second;
}

std::vector<std::string> program_table::names() const {
    std::vector<std::string> out;
    for (const auto& [name, run] : programs_) out.push_back(name);
    return out;
}

std::string process::variable(std::string_view wanted) const {
    const auto found = env.find(std::string(wanted));
    return found == env.end() ? std::string{} : found->second;
}

std::string process::full_path(std::string_view given) const {
    return file_system::normalize(given, cwd);
}

process child_of(process& parent, std::string name, std::string tail, input in, sink& out, sink& err) {
    auto arguments = split_arguments(tail);
    return process{parent.os,
                   parent.who,
                   parent.con,
                   parent.env,
                   parent.cwd,
                   std::move(name),
                   std::move(tail),
                   std::move(arguments),
                   std::move(in),
                   out,
                   err,
                   parent.times,
                   {},
                   true};
}

std::vector<std::string> split_arguments(std::string_view tail) {
    std::vector<std::string> out;
    for (std::size_t at = 0;;) {
        while (at < tail.size() && (tail[at] == ' ' || tail[at] == '\t')) ++at;
        if (at >= tail.size()) return out;
        std::string word;
        bool in_quotes = false;
        for (; at < tail.size(); ++at) {
            if (!in_quotes && (tail[at] == ' ' || tail[at] == '\t')) break;
            std::size_t slashes = 0;
            while (at < tail.size() && tail[at] == '\\') {
                ++slashes;
                ++at;
            }
            if (at < tail.size() && tail[at] == '"') {
                word.append(slashes / 2, '\\');
                if (slashes % 2) {
                    word += '"';
                } else if (in_quotes && at + 1 < tail.size() && tail[at + 1] == '"') {
                    word += '"';
                    ++at;
                } else {
                    in_quotes = !in_quotes;
                }
                continue;
            }
            word.append(slashes, '\\');
            if (slashes > 0) {
                --at;
                continue;
            }
            word += tail[at];
        }
        out.push_back(std::move(word));
    }
}

task<std::optional<std::string>> read_line(process& self) {
    if (self.in) co_return self.in->read_line();
    auto line = co_await self.con.read_line();
    co_return line;
}

std::optional<std::string> find_program(const windows& os, const environment& env, std::string_view cwd,
                                        std::string_view name) {
    std::string plain(name);
    std::erase(plain, '"');
    if (plain.empty()) return std::nullopt;
    const auto value = [&](const char* variable, const char* otherwise) {
        const auto found = env.find(variable);
        return found == env.end() ? std::string(otherwise) : found->second;
    };
    const auto split = [](const std::string& list) {
        std::vector<std::string> out;
        for (std::size_t from = 0; from <= list.size();) {
            const auto end = std::min(list.find(';', from), list.size());
            if (end > from) out.push_back(list.substr(from, end - from));
            from = end + 1;
        }
        return out;
    };
    const auto extensions = split(value("PATHEXT", ".COM;.EXE;.BAT;.CMD"));
    const auto is_file = [&](const std::string& path) {
        const auto* node = os.files.find(path);
        return node && !node->is_folder();
    };
    std::vector<std::string> folders;
    const bool has_path = plain.find_first_of("\\/:") != std::string::npos;
    if (has_path) {
        folders = {""};
    } else {
        folders = split(value("PATH", ""));
        folders.insert(folders.begin(), std::string(cwd));
    }
    for (const auto& folder : folders) {
        const auto base = file_system::normalize(folder.empty() ? plain : folder + "\\" + plain, cwd);
        const bool has_extension = file_system::name_of(base).find('.') != std::string::npos;
        const auto known = [&](const std::string& path) {
            return std::any_of(extensions.begin(), extensions.end(),
                               [&](const auto& e) { return text::ends_with_no_case(path, e); });
        };
        if (has_extension && is_file(base) && known(base)) return os.files.display_path(base);
        for (const auto& extension : extensions)
            if (is_file(base + extension)) return os.files.display_path(base + extension);
    }
    return std::nullopt;
}

task<std::optional<int>> run_program(process& self) {
    if (self.path.empty()) {
        const auto found = find_program(self.os, self.env, self.cwd, self.name);
        if (!found) {
            self.os.log_refused("program", self.name);
            co_return std::nullopt;
        }
        self.path = *found;
    }
    const bool is_batch = text::ends_with_no_case(self.path, ".cmd") || text::ends_with_no_case(self.path, ".bat");
    std::string base = text::lower(file_system::name_of(self.path));
    if (is_batch) {
        self.tail = "/c \"\"" + self.path + "\"" + self.tail + "\"";
        self.args = split_arguments(self.tail);
        self.path = self.os.system_root + "\\System32\\cmd.exe";
        base = "cmd.exe";
    }
    const bool is_shipped = text::starts_with_no_case(self.path, self.os.system_root + "\\");
    const auto run = is_shipped ? standard_programs().find(base) : nullptr;
    if (!run) {
        self.os.log_refused("program", self.path);
        co_return std::nullopt;
    }
    const auto starts_in = base == "cmd.exe"          ? self.times.cmd
                           : base == "certutil.exe"   ? self.times.certutil
                           : base == "powershell.exe" ? self.times.powershell
                                                      : self.times.console_tool;
    struct listed {
        process_list& list;
        unsigned pid;
        ~listed() { list.end(pid); }
    } in_list{self.os.processes,
              self.os.processes.start(file_system::name_of(self.path), self.who.domain + "\\" + self.who.name, 0)};
    if (self.os.stand_in) {
        const auto instead = self.os.stand_in(self);
        if (instead) {
            co_await self.pause(instead->took);
            self.out.write_bytes(instead->out, self.os.code_page);
            self.err.write_bytes(instead->err, self.os.code_page);
            co_return instead->exit_code;
        }
    }
    co_await self.pause(starts_in);
    const auto code = co_await run(self);
    co_return code;
}

}  // namespace emsctl::guest
