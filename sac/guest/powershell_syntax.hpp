// PowerShell source text as a tree. Parsing is pure and reads the whole script before anything runs.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/powershell_value.hpp"

namespace emsctl::guest::powershell {

struct source {
    std::string file;  // full path; empty for -Command and typed text
    std::string text;
};

// What `kids` holds is said with each kind; [x] may be null.
enum class kind {
    // expressions
    constant,    // `constant`
    expandable,  // parts of a double-quoted string
    variable,    // text: name with its scope, "global:x"
    list,        // a,b,c
    array_of,    // @( statements )
    sub,         // $( statements )
    paren,       // ( pipeline )
    hash,        // key, value, key, value...
    block,       // { [parameters] statements }
    type,        // [text]
    cast,        // [text] operand
    unary,       // text: - + ! -not -split -join ++ --; operand
    postfix,     // text: ++ --
    binary,      // text: lower-case operator; left, right
    member,      // object, name; flag: static
    call,        // object, name, arguments...; flag: static
    index,       // object, index
    // statements
    statements,  // each
    assign,      // text: = += ...; target, statement
    pipeline,    // elements: commands, or one expression first
    command,     // name, arguments...; text: "", "&", "."
    expression,  // one expression as a pipeline element
    parameter,   // -text, [argument after a colon]
    if_else,     // condition, block, condition, block, ..., [else block]
    while_loop,
    do_while,
    do_until,     // condition, block
    for_loop,     // [init], [condition], [step], block
    foreach,      // variable, statement, block
    switch_on,    // statement, condition, block, ...; a null condition is default
    try_catch,    // block, [finally], then catch blocks (text: types, blank-separated)
    catch_block,  // statements
    raise,
    leave,
    give_back,  // throw, exit, return: [statement]
    break_out,
    go_on,
    function,     // text: name; block
    parameters,   // each: parameter_of
    parameter_of  // text: name; [default]; types in `types`
};

struct redirection {
    int from = 1;  // 1 output, 2 error, 0 all (*)
    bool is_append = false;
    int to_stream = 0;             // 2>&1
    std::unique_ptr<node> target;  // or a file name
};

struct node {
    kind what;
    std::string text;
    value constant;
    bool flag = false;
    std::vector<std::unique_ptr<node>> kids;
    std::vector<std::string> types;
    std::vector<redirection> redirections;
    const source* from = nullptr;
    std::size_t begin = 0, end = 0;
};
using node_ptr = std::unique_ptr<node>;

struct syntax_error {
    std::string message;
    std::string id;
    std::size_t at = 0, end = 0;
    bool is_incomplete = false;  // the text ends too early: more lines might mend it
    bool is_refused = false;     // PowerShell would understand it, this parser does not
};

// The whole script as a block. Throws syntax_error. `from` must outlive the tree.
node_ptr parse(const source& from);

}  // namespace emsctl::guest::powershell
