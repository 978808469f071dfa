#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "scripts/gate.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

using words = std::span<const std::string>;
using problem = std::optional<std::string>;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_switch(std::string_view word) {
    return word.starts_with('/') || word.starts_with('-');
}

constexpr std::array<std::string_view, 17> always_reading = {
    "echo",    "dir",   "type",     "find",       "findstr", "ver",         "vol",    "hostname", "whoami",
    "qwinsta", "quser", "tasklist", "systeminfo", "where",   "driverquery", "getmac", "qprocess"};
constexpr std::array<std::string_view, 10> sc_reading = {"query",          "queryex",   "qc",           "enumdepend",
                                                         "qdescription",   "qfailure",  "qtriggerinfo", "sdshow",
                                                         "getdisplayname", "getkeyname"};
constexpr std::array<std::string_view, 6> wevtutil_reading = {"qe", "gl", "el", "gli", "gp", "ep"};
constexpr std::array<std::string_view, 4> query_reading = {"session", "user", "process", "termserver"};
constexpr std::array<std::string_view, 6> icacls_reading = {"/findsid", "/t", "/c", "/q", "/l", "/verify"};
constexpr std::array<std::string_view, 14> netsh_contexts = {
    "interface", "int",     "ipv4", "ipv6",    "portproxy", "advfirewall",    "firewall",
    "http",      "winhttp", "ip",   "monitor", "wlan",      "currentprofile", "tcp"};
constexpr std::array<std::string_view, 7> known_variables = {
    "programdata", "systemdrive", "systemroot", "windir", "computername", "errorlevel", "processor_architecture"};

problem verb_of(words args, const char* program, auto&& list) {
    if (!args.empty() && one_of(lower(args[0]), list)) return std::nullopt;
    return std::string(program) + " " + (args.empty() ? "" : args[0]) + " is not known to only read";
}

problem certutil(words args) {
    std::size_t plain = 0;
    for (std::size_t i = 1; i < args.size(); ++i) {
        if (is_switch(args[i]) && lower(args[i]) != "-v") return "certutil " + args[i] + " is not known to only read";
        plain += !is_switch(args[i]);
    }
    const auto verb = args.empty() ? std::string() : lower(args[0]);
    // A third operand of -store is a file to write.
    if (verb == "-store" && plain <= 2) return std::nullopt;
    if (verb == "-hashfile" && plain <= 2) return std::nullopt;
    return "certutil " + verb + " is not known to only read";
}

problem netsh(words args) {
    for (const auto& arg : args) {
        if (lower(arg) == "show") return std::nullopt;
        if (!one_of(lower(arg), netsh_contexts)) break;
    }
    return "netsh without show";
}

problem judge(words command);

problem if_exist(words args) {
    std::size_t at = 0;
    if (at < args.size() && lower(args[at]) == "not") ++at;
    if (at + 2 >= args.size() || lower(args[at]) != "exist") return "only `if [not] exist FILE COMMAND` is known";
    return judge(args.subspan(at + 2));
}

problem judge(words command) {
    auto program = lower(command[0]);
    if (program.starts_with('@')) program.erase(0, 1);
    if (program.ends_with(".exe")) program.resize(program.size() - 4);
    const auto args = command.subspan(1);
    if (program == "if") return if_exist(args);
    if (program.starts_with("echo.")) return std::nullopt;
    if (one_of(program, always_reading)) return std::nullopt;
    if (program == "reg")
        return !args.empty() && lower(args[0]) == "query" ? problem{}
                                                          : "reg " + (args.empty() ? "" : args[0]) + " may write";
    if (program == "sc") return verb_of(args, "sc", sc_reading);
    if (program == "query") return verb_of(args, "query", query_reading);
    if (program == "certutil") return certutil(args);
    if (program == "netsh") return netsh(args);
    if (program == "netstat") {
        for (const auto& arg : args)
            if (!is_switch(arg) && arg.find_first_not_of("0123456789") == std::string::npos)
                return "netstat would repeat forever";
        return std::nullopt;
    }
    if (program == "wevtutil") {
        for (const auto& arg : args)
            if (lower(arg).starts_with("/bm") || lower(arg).starts_with("/sbm") ||
                lower(arg).starts_with("/bookmark") || lower(arg).starts_with("/savebookmark"))
                return "wevtutil would write a bookmark";
        return verb_of(args, "wevtutil", wevtutil_reading);
    }
    if (program == "icacls") {
        std::size_t files = 0;
        for (const auto& arg : args) {
            if (is_switch(arg) && !one_of(lower(arg), icacls_reading))
                return "icacls " + arg + " is not known to only read";
            files += !is_switch(arg);
        }
        return files >= 1 ? problem{} : "icacls without a file";
    }
    if (program == "net") return args.size() == 1 && lower(args[0]) == "start" ? problem{} : "net may change something";
    if (program == "chcp") return args.empty() ? problem{} : "chcp would set the code page";
    if (program == "ipconfig")
        return args.empty() || (args.size() == 1 && (lower(args[0]) == "/all" || lower(args[0]) == "/displaydns"))
                   ? problem{}
                   : "ipconfig may change something";
    if (program == "mountvol") return args.empty() ? problem{} : "mountvol with a volume changes letters";
    if (program == "bcdedit") {
        const bool reads = args.empty() || lower(args[0]) == "/enum" ||
                           (args.size() >= 3 && lower(args[0]) == "/store" && lower(args[2]) == "/enum");
        return reads ? problem{} : "bcdedit may change something";
    }
    if (program == "schtasks" || program == "w32tm")
        return !args.empty() && lower(args[0]) == "/query" ? problem{} : program + " without /query";
    return command[0] + " is not known to only read";
}

// Accepts <nul, >nul, 1>nul, 2>nul and 2>&1 at `at` and moves behind them.
bool harmless_redirection(std::string_view line, std::size_t& at) {
    for (std::string_view form : {"<nul", ">nul", "< nul", "> nul", ">&1"}) {
        if (lower(line.substr(at, form.size())) != form) continue;
        const auto after = at + form.size();
        if (after < line.size() && std::string_view(" \t&|)").find(line[after]) == std::string_view::npos) continue;
        at = after;
        return true;
    }
    return false;
}

problem judge_line(std::string_view line) {
    std::vector<std::string> current;
    std::string word;
    bool in_word = false, quoted = false;
    const auto end_word = [&] {
        if (in_word) current.push_back(word);
        word.clear();
        in_word = false;
    };
    const auto end_command = [&]() -> problem {
        end_word();
        if (current.empty()) return "an empty command";
        auto why = judge(current);
        current.clear();
        return why;
    };
    for (std::size_t i = 0; i < line.size();) {
        const char c = line[i];
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t') return "a control character";
        if (c == '%') {
            if (line.substr(i).starts_with("%%")) {
                word += "%%";
                in_word = true;
                i += 2;
                continue;
            }
            const auto end = line.find('%', i + 1);
            if (end == std::string_view::npos || !one_of(lower(line.substr(i + 1, end - i - 1)), known_variables))
                return "a variable of unknown content";
            if (current.empty()) return "a variable as a program";
            word += line.substr(i, end - i + 1);
            in_word = true;
            i = end + 1;
            continue;
        }
        if (c == '"') {
            quoted = !quoted;
            if (current.empty()) return "a quoted program";
            in_word = true;
            ++i;
            continue;
        }
        if (quoted) {
            word += c;
            ++i;
            continue;
        }
        if (c == '<' || c == '>') {
            if (c == '>' && (word == "1" || word == "2")) {
                word.clear();
                in_word = false;
            }
            end_word();
            if (!harmless_redirection(line, i)) return "a redirection";
            continue;
        }
        if (c == '^') return "a caret";
        if (c == '(' || c == ')') return "parentheses outside quotes";
        if (c == '&' || c == '|') {
            if (auto why = end_command()) return why;
            i += i + 1 < line.size() && line[i + 1] == c ? 2 : 1;
            continue;
        }
        // cmd.exe takes these for blanks between a program and its operands.
        if (c == ' ' || c == '\t' || c == ',' || c == ';' || c == '=') {
            end_word();
            ++i;
            continue;
        }
        word += c;
        in_word = true;
        ++i;
    }
    if (quoted) return "a quote without an end";
    return end_command();
}

}  // namespace

std::optional<std::string> cmd_refusal(std::string_view text) {
    bool any = false;
    for (const auto line : lines_of(text)) {
        if (trimmed(line).empty()) continue;
        any = true;
        if (auto why = judge_line(trimmed(line))) return why;
    }
    return any ? std::nullopt : problem("an empty command");
}

}  // namespace emsctl::scripts
