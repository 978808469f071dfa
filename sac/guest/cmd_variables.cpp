// What cmd.exe computes from its surroundings: variables that stand nowhere, the prompt, the ~ modifiers.
#include <array>
#include <cctype>
#include <cstdio>

#include "sac/guest/cmd_interpreter.hpp"
#include "sac/guest/local_time.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

std::optional<std::string> cmd_interpreter::variable(std::string_view name) const {
    if (const auto found = env.find(std::string(name)); found != env.end()) return found->second;
    const auto is = [&](std::string_view known) { return text::equal_no_case(name, known); };
    if (is("ERRORLEVEL")) return std::to_string(errorlevel);
    if (is("CD")) return cwd;
    if (is("DATE")) return date_text(os.clock.local(), true);
    if (is("TIME")) return time_text(os.clock.local());
    if (is("CMDEXTVERSION")) return "2";
    if (is("CMDCMDLINE")) return command_line;
    if (is("RANDOM")) {
        // No clock and no chance in here: a draw that depends on machine time alone.
        auto x = static_cast<std::uint64_t>(os.now().count()) * 6364136223846793005ULL +
                 os.log.size() * 1442695040888963407ULL;
        return std::to_string((x >> 33) & 0x7fff);
    }
    return std::nullopt;
}

std::string cmd_interpreter::prompt_text() const {
    const auto found = env.find("PROMPT");
    const std::string codes = found == env.end() ? "$P$G" : found->second;
    std::string out;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (codes[i] != '$' || i + 1 >= codes.size()) {
            out += codes[i];
            continue;
        }
        switch (std::toupper(static_cast<unsigned char>(codes[++i]))) {
            case 'A':
                out += '&';
                break;
            case 'B':
                out += '|';
                break;
            case 'C':
                out += '(';
                break;
            case 'D':
                out += date_text(os.clock.local(), true);
                break;
            case 'E':
                out += '\x1b';
                break;
            case 'F':
                out += ')';
                break;
            case 'G':
                out += '>';
                break;
            case 'H':
                out += "\b \b";
                break;
            case 'L':
                out += '<';
                break;
            case 'N':
                out += cwd.substr(0, 1);
                break;
            case 'P':
                out += cwd;
                break;
            case 'Q':
                out += '=';
                break;
            case 'S':
                out += ' ';
                break;
            case 'T':
                out += time_text(os.clock.local());
                break;
            case 'V':
                out += "Microsoft Windows [Version " + os.version.text() + "]";
                break;
            case '_':
                out += "\r\n";
                break;
            case '$':
                out += '$';
                break;
            case '+':
                out += std::string(pushed.size(), '+');
                break;
            default:
                break;
        }
    }
    return out;
}

std::string cmd_interpreter::modify(std::string_view letters, std::string_view value) const {
    std::string plain(value);
    if (letters.empty()) return plain;
    const auto has = [&](char letter) { return text::lower(letters).find(letter) != std::string::npos; };
    const auto path = os.files.display_path(full_path(plain));
    const auto* node = os.files.find(path);
    const auto leaf = path.size() <= 3 ? std::string{} : file_system::name_of(path);
    const auto dot = leaf.rfind('.');
    std::string out;
    const auto attach = [&](const std::string& part) { out += (out.empty() ? "" : " ") + part; };
    if (has('a'))
        attach(!node ? ""
                     : std::string(node->is_folder() ? "d" : "-") +
                           (node->attributes & attribute::read_only ? "r" : "-") +
                           (node->attributes & attribute::archive ? "a" : "-") +
                           (node->attributes & attribute::hidden ? "h" : "-") +
                           (node->attributes & attribute::system ? "s" : "-") + "------");
    if (has('t') && node)
        attach(date_text(os.clock.to_local(node->modified), false) + " " +
               minute_text(os.clock.to_local(node->modified)));
    if (has('z')) attach(node ? std::to_string(node->bytes.size()) : "");
    std::string name;
    const bool full = has('f');
    if (full || has('d')) name += path.substr(0, 2);
    if (full || has('p')) name += path.size() <= 3 ? "\\" : path.substr(2, path.size() - 2 - leaf.size());
    if (full || has('n')) name += leaf.substr(0, dot);
    if ((full || has('x')) && dot != std::string::npos) name += leaf.substr(dot);
    if (has('s') && name.empty()) name = path;
    if (!name.empty()) attach(name);
    return out;
}

}  // namespace emsctl::guest
