// Between lines of cmd.exe and their parts as text: the name a command begins with, and a tree as `echo on` shows it.
#include <algorithm>
#include <cctype>

#include "sac/guest/cmd_syntax.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

constexpr const char* built_ins[] = {
    "assoc", "break",    "call",   "cd",    "chdir", "cls",  "color",  "copy",   "date",   "del",  "dir",
    "echo",  "endlocal", "erase",  "exit",  "ftype", "goto", "md",     "mkdir",  "mklink", "move", "path",
    "pause", "popd",     "prompt", "pushd", "rd",    "rem",  "ren",    "rename", "rmdir",  "set",  "setlocal",
    "shift", "start",    "time",   "title", "type",  "ver",  "verify", "vol"};

}  // namespace

bool is_built_in(std::string_view name) {
    return std::any_of(std::begin(built_ins), std::end(built_ins),
                       [&](const char* b) { return text::equal_no_case(name, b); });
}

cmd_words split_command(std::string_view s) {
    while (!s.empty() && is_cmd_delimiter(s.front())) s.remove_prefix(1);
    std::size_t letters = 0;
    while (letters < s.size() && std::isalpha(static_cast<unsigned char>(s[letters]))) ++letters;
    if (letters < s.size() && is_built_in(s.substr(0, letters)) &&
        std::string_view(".\\/:[]+(").find(s[letters]) != std::string_view::npos)
        return {std::string(s.substr(0, letters)), std::string(s.substr(letters))};
    bool in_quotes = false;
    std::size_t end = 0;
    for (; end < s.size(); ++end) {
        if (s[end] == '"') in_quotes = !in_quotes;
        if (!in_quotes && is_cmd_delimiter(s[end])) break;
        // A switch may follow a program's name without a blank, but "/" is also a mistyped path separator.
        if (!in_quotes && s[end] == '/' && end > 0) break;
    }
    return {std::string(s.substr(0, end)), std::string(s.substr(end))};
}

namespace {

std::string text_of(const cmd_redirection& r) {
    const char* sign = r.what == cmd_redirection::kind::input    ? "<"
                       : r.what == cmd_redirection::kind::append ? ">>"
                                                                 : ">";
    return " " + std::to_string(r.handle) + sign + (r.what == cmd_redirection::kind::duplicate ? "&" : "") + r.target;
}

}  // namespace

std::string to_text(const cmd_node& node) {
    std::string out;
    switch (node.what) {
        case cmd_node::kind::nothing:
            break;
        case cmd_node::kind::command:
            out = node.text;
            break;
        case cmd_node::kind::block:
            out = "(" + (node.left ? to_text(*node.left) : "") + ")";
            break;
        case cmd_node::kind::sequence:
            return to_text(*node.left) + " & " + to_text(*node.right);
        case cmd_node::kind::on_success:
            return to_text(*node.left) + " && " + to_text(*node.right);
        case cmd_node::kind::on_failure:
            return to_text(*node.left) + " || " + to_text(*node.right);
        case cmd_node::kind::pipe:
            return to_text(*node.left) + " | " + to_text(*node.right);
        case cmd_node::kind::condition: {
            const auto& t = node.test;
            out = std::string("if ") + (t.ignores_case ? "/I " : "") + (t.is_negated ? "not " : "");
            switch (t.what) {
                case cmd_condition::kind::exist:
                    out += "exist " + t.left;
                    break;
                case cmd_condition::kind::defined:
                    out += "defined " + t.left;
                    break;
                case cmd_condition::kind::errorlevel:
                    out += "errorlevel " + t.left;
                    break;
                case cmd_condition::kind::cmdextversion:
                    out += "cmdextversion " + t.left;
                    break;
                case cmd_condition::kind::equal:
                    out += t.left + " == " + t.right;
                    break;
                case cmd_condition::kind::compare:
                    out += t.left + " " + t.relation + " " + t.right;
                    break;
            }
            out += " " + to_text(*node.left);
            if (node.right) out += " else " + to_text(*node.right);
            break;
        }
        case cmd_node::kind::loop: {
            constexpr const char* switches[] = {"", "/D ", "/R ", "/L ", "/F "};
            out = std::string("for ") + switches[static_cast<int>(node.loop.what)] +
                  (node.loop.options.empty() ? "" : node.loop.options + " ") + "%" + node.loop.variable + " in (" +
                  node.loop.set + ") do " + to_text(*node.left);
            break;
        }
    }
    for (const auto& r : node.redirections) out += " " + text_of(r);
    return out;
}

}  // namespace emsctl::guest
