// The grammar of cmd.exe: a line (percent signs already expanded) becomes a tree. It runs nothing and reads no more
// lines itself; it says when a block or a caret wants another one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::guest {

struct cmd_redirection {
    enum class kind { input, output, append, duplicate };
    int handle = 1;
    kind what = kind::output;
    std::string target;  // file name, or the digit of the handle to duplicate
};

struct cmd_condition {
    enum class kind { exist, defined, errorlevel, cmdextversion, equal, compare };
    kind what = kind::equal;
    bool is_negated = false;
    bool ignores_case = false;
    std::string left, right;
    std::string relation;  // "GEQ"... of compare
};

struct cmd_loop {
    enum class kind { list, folders, tree, count, lines };
    kind what = kind::list;
    char variable = 0;
    std::string options;  // /f: the option string with its quotes; /r: the root
    std::string set;      // the text between the parentheses
};

struct cmd_node {
    enum class kind { nothing, command, block, sequence, on_success, on_failure, pipe, condition, loop };
    kind what = kind::nothing;
    bool is_quiet = false;                      // @
    std::string text;                           // command: without redirections, carets resolved
    std::vector<cmd_redirection> redirections;  // command, block
    std::unique_ptr<cmd_node> left;             // of an operator; inside of a block; body of a loop; the `if` branch
    std::unique_ptr<cmd_node> right;            // of an operator; the `else` branch
    cmd_condition test;
    cmd_loop loop;
};

struct cmd_parse {
    enum class kind { complete, wants_more, wrong };
    kind what = kind::complete;
    std::unique_ptr<cmd_node> node;  // null for a line with nothing on it
    std::string message;             // wrong: what cmd.exe says, without its line end
};

cmd_parse parse_cmd(std::string_view text);

// As `echo on` shows it.
std::string to_text(const cmd_node& node);

// The name a command text begins with and the rest: an unquoted name ends at a blank or one of ,;= and, for the
// built-in ones, at punctuation ("echo.", "cd\", "md/").
struct cmd_words {
    std::string name;
    std::string tail;
};
cmd_words split_command(std::string_view text);
bool is_built_in(std::string_view name);

inline bool is_cmd_delimiter(char c) {
    return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '=';
}

}  // namespace emsctl::guest
