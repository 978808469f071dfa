#include "sac/guest/cmd_files.hpp"

#include <algorithm>

#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

bool file_arguments::has(std::string_view name) const {
    return std::find(switches.begin(), switches.end(), name) != switches.end();
}

file_arguments split_file_arguments(std::string_view tail) {
    file_arguments out;
    std::string word;
    bool in_quotes = false;
    const auto flush = [&] {
        if (word.starts_with('/')) {
            // "/s/q" is two switches.
            for (std::size_t at = 0; at < word.size();) {
                const auto end = std::min(word.find('/', at + 1), word.size());
                out.switches.push_back(text::lower(word.substr(at, end - at)));
                at = end;
            }
        } else if (!word.empty()) {
            std::erase(word, '"');
            out.names.push_back(word);
        }
        word.clear();
    };
    for (const char c : tail) {
        if (c == '"') in_quotes = !in_quotes;
        if (!in_quotes && is_cmd_delimiter(c)) {
            flush();
            continue;
        }
        if (!in_quotes && c == '/' && !word.empty() && !word.starts_with('/')) flush();
        word += c;
    }
    flush();
    return out;
}

task<std::string> ask(cmd_interpreter& shell, std::string question, const cmd_handles& handles) {
    handles.out->write(question);
    if (handles.in) {
        auto line = handles.in->read_line();
        handles.out->write("\r\n");
        co_return line.value_or("");
    }
    auto line = co_await shell.con.read_line();
    co_return line;
}

std::vector<std::string> files_named(const cmd_interpreter& shell, std::string_view name, bool hidden_too) {
    const auto path = shell.full_path(name);
    const auto leaf = file_system::name_of(path);
    if (leaf.find_first_of("*?") == std::string::npos) {
        const auto* node = shell.os.files.find(path);
        return node && !node->is_folder() ? std::vector{path} : std::vector<std::string>{};
    }
    const auto folder = file_system::parent_of(path);
    std::vector<std::string> out;
    for (const auto* node : shell.os.files.list(folder, shell.who).value)
        if (!node->is_folder() && text::matches_wildcards(node->name, leaf) &&
            (hidden_too || !(node->attributes & attribute::hidden)))
            out.push_back(folder + (folder.ends_with('\\') ? "" : "\\") + node->name);
    return out;
}

task<int> type_files(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto arguments = split_file_arguments(tail);
    if (arguments.names.empty()) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    int code = 0;
    for (const auto& name : arguments.names) {
        const bool has_wildcards = name.find_first_of("*?") != std::string::npos;
        auto paths = files_named(shell, name, false);
        if (paths.empty()) paths.push_back(shell.full_path(name));
        for (const auto& path : paths) {
            if (arguments.names.size() > 1 || has_wildcards)
                h.err->write("\r\n" + file_system::name_of(path) + "\r\n\r\n\r\n");
            const auto bytes = shell.os.files.read(path, shell.who);
            if (!bytes) {
                shell.error(h, bytes.error);
                code = 1;
                continue;
            }
            // Of the byte order marks `type` knows only that of UTF-16.
            h.out->write(bytes.value.starts_with("\xff\xfe") ? text::from_utf16le(bytes.value.substr(2))
                                                             : text::from_code_page(bytes.value, shell.os.code_page));
        }
    }
    co_return code;
}

task<int> delete_files(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto arguments = split_file_arguments(tail);
    if (arguments.names.empty()) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    for (const auto& s : arguments.switches)
        if (s != "/q" && s != "/f" && s != "/a") co_return refuse_built_in(shell, "del " + s, h);
    for (auto name : arguments.names) {
        const auto* node = shell.os.files.find(shell.full_path(name));
        if (node && node->is_folder()) name += "\\*";
        const auto path = shell.full_path(name);
        const auto leaf = file_system::name_of(path);
        if ((leaf == "*" || leaf == "*.*") && !arguments.has("/q")) {
            const auto question = path + ", Are you sure (Y/N)? ";
            const auto answer = co_await ask(shell, question, h);
            if (!text::starts_with_no_case(answer, "y")) continue;
        }
        const auto found = files_named(shell, name, arguments.has("/a"));
        if (found.empty()) {
            const bool has_folder = shell.os.files.exists(file_system::parent_of(path));
            if (has_folder)
                h.err->line("Could Not Find " + path);
            else
                shell.error(h, win32::path_not_found);
        }
        for (const auto& file : found) {
            const auto attributes = shell.os.files.find(file)->attributes;
            if (arguments.has("/f") && (attributes & attribute::read_only))
                shell.os.files.set_attributes(file, attributes & ~attribute::read_only, shell.who);
            const auto error = shell.os.files.remove_file(file, shell.who);
            if (error) {
                h.err->line(file);
                shell.error(h, error);
            }
        }
    }
    co_return 0;  // whatever happened: that is how del is
}

task<int> make_folder(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto arguments = split_file_arguments(tail);
    if (arguments.names.empty()) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    int code = 0;
    for (const auto& name : arguments.names) {
        const auto path = shell.full_path(name);
        if (shell.os.files.exists(path)) {
            h.err->line("A subdirectory or file " + name + " already exists.");
            code = 1;
            continue;
        }
        std::vector<std::string> missing;
        for (auto at = path; !shell.os.files.exists(at) && at.size() > 3; at = file_system::parent_of(at))
            missing.push_back(at);
        win32_error error = missing.empty() ? win32::path_not_found : win32::success;
        for (auto it = missing.rbegin(); it != missing.rend() && !error; ++it)
            error = shell.os.files.create_folder(*it, shell.who);
        if (error) {
            shell.error(h, error);
            code = 1;
        }
    }
    co_return code;
}

namespace {

bool is_within(std::string_view path, std::string_view folder) {
    return text::equal_no_case(path, folder) || text::starts_with_no_case(path, std::string(folder) + "\\");
}

// Depth first; says what could not be removed and goes on, as rd /s does. The first error is returned.
win32_error remove_tree(cmd_interpreter& shell, const std::string& path, const cmd_handles& h) {
    win32_error first = 0;
    const auto listed = shell.os.files.list(path, shell.who);
    std::vector<std::string> files, folders;
    for (const auto* node : listed.value) (node->is_folder() ? folders : files).push_back(path + "\\" + node->name);
    for (const auto& folder : folders)
        if (const auto error = remove_tree(shell, folder, h); error && !first) first = error;
    for (const auto& file : files) {
        if (const auto* node = shell.os.files.find(file); node && (node->attributes & attribute::read_only))
            shell.os.files.set_attributes(file, node->attributes & ~attribute::read_only, shell.who);
        if (const auto error = shell.os.files.remove_file(file, shell.who)) {
            h.err->line(file + " - " + message_of(error));
            if (!first) first = error;
        }
    }
    if (is_within(shell.cwd, path)) {
        h.err->line(message_of(win32::sharing_violation));
        return win32::sharing_violation;
    }
    if (first) return first;
    if (const auto error = shell.os.files.remove_folder(path, shell.who)) {
        shell.error(h, error);
        return error;
    }
    return 0;
}

}  // namespace

task<int> remove_folder(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto arguments = split_file_arguments(tail);
    if (arguments.names.empty()) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    win32_error code = 0;
    for (const auto& name : arguments.names) {
        const auto path = shell.full_path(name);
        const auto* node = shell.os.files.find(path);
        if (!node || !node->is_folder()) {
            code = node                                                  ? win32::directory
                   : shell.os.files.exists(file_system::parent_of(path)) ? win32::file_not_found
                                                                         : win32::path_not_found;
            shell.error(h, code);
            continue;
        }
        if (arguments.has("/s")) {
            if (!arguments.has("/q")) {
                const auto question = name + ", Are you sure (Y/N)? ";
                const auto answer = co_await ask(shell, question, h);
                if (!text::starts_with_no_case(answer, "y")) continue;
            }
            code = remove_tree(shell, path, h);
            continue;
        }
        code = is_within(shell.cwd, path) ? static_cast<win32_error>(win32::sharing_violation)
                                          : shell.os.files.remove_folder(path, shell.who);
        if (code) shell.error(h, code);
    }
    co_return static_cast<int>(code);
}

namespace {

std::string target_for(const cmd_interpreter& shell, const std::string& target, const std::string& source) {
    const auto path = shell.full_path(target);
    const auto* node = shell.os.files.find(path);
    if (node && node->is_folder()) return path + (path.ends_with('\\') ? "" : "\\") + file_system::name_of(source);
    return path;
}

}  // namespace

task<int> copy_files(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto arguments = split_file_arguments(tail);
    for (const auto& s : arguments.switches)
        if (s != "/y" && s != "/-y" && s != "/b" && s != "/a" && s != "/v")
            co_return refuse_built_in(shell, "copy " + s, h);
    if (arguments.names.empty() || arguments.names.size() > 2) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    const auto& sources = arguments.names[0];
    const std::string target = arguments.names.size() == 2 ? arguments.names[1] : ".";
    std::vector<std::string> parts;  // a+b+c
    for (std::size_t from = 0;;) {
        const auto plus = sources.find('+', from);
        parts.push_back(sources.substr(from, plus - from));
        if (plus == std::string::npos) break;
        from = plus + 1;
    }
    std::vector<std::pair<std::string, std::string>> jobs;  // bytes come from the first, or all, and go to the second
    std::string joined;
    unsigned copied = 0;
    for (const auto& part : parts) {
        const auto found = files_named(shell, part, false);
        if (found.empty() && parts.size() == 1) {
            const auto path = shell.full_path(part);
            if (part.find_first_of("*?") != std::string::npos) h.out->line(part);
            shell.error(
                h, shell.os.files.exists(file_system::parent_of(path)) ? win32::file_not_found : win32::path_not_found);
            h.out->line("        0 file(s) copied.");
            co_return 1;
        }
        for (const auto& file : found) {
            if (found.size() > 1 || parts.size() > 1)
                h.out->line(part.find('\\') == std::string::npos ? file_system::name_of(file) : file);
            const auto bytes = shell.os.files.read(file, shell.who);
            if (!bytes) {
                shell.error(h, bytes.error);
                continue;
            }
            if (parts.size() > 1) {
                joined += bytes.value;
                continue;
            }
            if (text::equal_no_case(target, "nul")) {
                ++copied;
                continue;
            }
            if (text::equal_no_case(target, "con")) {
                h.out->write(text::from_code_page(bytes.value, shell.os.code_page));
                ++copied;
                continue;
            }
            const auto to = target_for(shell, target, file);
            if (text::equal_no_case(to, file)) {
                h.err->line("The file cannot be copied onto itself.");
                continue;
            }
            const bool asks = shell.is_interactive && !shell.is_child && !shell.is_in_batch() && !arguments.has("/y") &&
                              shell.os.files.exists(to);
            if (asks) {
                const auto question = "Overwrite " + to + "? (Yes/No/All): ";
                const auto answer = co_await ask(shell, question, h);
                if (!text::starts_with_no_case(answer, "y") && !text::starts_with_no_case(answer, "a")) continue;
            }
            if (const auto error = shell.os.files.write(to, bytes.value, shell.who)) {
                shell.error(h, error);
                continue;
            }
            ++copied;
        }
    }
    if (parts.size() > 1) {
        const auto to = target_for(shell, arguments.names.size() == 2 ? target : parts[0], shell.full_path(parts[0]));
        if (const auto error = shell.os.files.write(to, joined, shell.who))
            shell.error(h, error);
        else
            copied = 1;
    }
    const auto count = std::to_string(copied);
    h.out->line(std::string(count.size() < 9 ? 9 - count.size() : 0, ' ') + count + " file(s) copied.");
    co_return copied > 0 ? 0 : 1;
}

task<int> move_files(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto arguments = split_file_arguments(tail);
    if (arguments.names.empty() || arguments.names.size() > 2) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    const auto& source = arguments.names[0];
    const std::string target = arguments.names.size() == 2 ? arguments.names[1] : ".";
    const auto path = shell.full_path(source);
    const auto* node = shell.os.files.find(path);
    if (node && node->is_folder()) {
        const auto error = shell.os.files.move(path, target_for(shell, target, path), shell.who);
        if (error)
            shell.error(h, error);
        else
            h.out->line("        1 dir(s) moved.");
        co_return error ? 1 : 0;
    }
    const auto found = files_named(shell, source, false);
    if (found.empty()) {
        shell.error(
            h, shell.os.files.exists(file_system::parent_of(path)) ? win32::file_not_found : win32::path_not_found);
        co_return 1;
    }
    unsigned moved = 0;
    for (const auto& file : found) {
        const auto to = target_for(shell, target, file);
        if (shell.os.files.exists(to) && !text::equal_no_case(to, file)) {
            const bool asks = shell.is_interactive && !shell.is_child && !shell.is_in_batch() && !arguments.has("/y");
            if (asks) {
                const auto question = "Overwrite " + to + "? (Yes/No/All): ";
                const auto answer = co_await ask(shell, question, h);
                if (!text::starts_with_no_case(answer, "y") && !text::starts_with_no_case(answer, "a")) continue;
            }
            if (const auto error = shell.os.files.remove_file(to, shell.who)) {
                shell.error(h, error);
                continue;
            }
        }
        if (const auto error = shell.os.files.move(file, to, shell.who))
            shell.error(h, error);
        else
            ++moved;
    }
    const auto count = std::to_string(moved);
    h.out->line(std::string(9 - std::min<std::size_t>(9, count.size()), ' ') + count + " file(s) moved.");
    co_return moved > 0 ? 0 : 1;
}

task<int> rename_files(cmd_interpreter& shell, std::string tail, const cmd_handles& h) {
    const auto arguments = split_file_arguments(tail);
    if (arguments.names.size() != 2 || arguments.names[1].find_first_of("\\/:") != std::string::npos) {
        h.err->line("The syntax of the command is incorrect.");
        co_return 1;
    }
    if (arguments.names[0].find_first_of("*?") != std::string::npos ||
        arguments.names[1].find_first_of("*?") != std::string::npos)
        co_return refuse_built_in(shell, "ren with wildcards", h);
    const auto from = shell.full_path(arguments.names[0]);
    const auto to =
        file_system::parent_of(from) + (file_system::parent_of(from).ends_with('\\') ? "" : "\\") + arguments.names[1];
    const auto error = shell.os.files.move(from, to, shell.who);
    if (error == win32::already_exists || error == win32::file_not_found)
        h.err->write("A duplicate file name exists, or the file\r\ncannot be found.\r\n");
    else if (error)
        shell.error(h, error);
    co_return error ? 1 : 0;
}

}  // namespace emsctl::guest
