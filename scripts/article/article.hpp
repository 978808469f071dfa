// A troubleshooting article as a value: the pieces of it that may hold commands, and what was thought of them. It knows
// neither Markdown (article_reader) nor runbooks (article_draft).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scripts/target.hpp"

namespace emsctl::scripts {

enum class piece_kind { block, html, code, strong };  // a code block, <pre>, `in a sentence`, **in a sentence**

struct article_piece {
    piece_kind kind = piece_kind::block;
    std::string info;  // what stands behind the fence, such as "powershell"
    std::string text;
    int line = 0;              // of the first line of `text`, from 1
    std::string heading;       // the headings above it, outermost first, joined by " > "
    std::string paragraph;     // the text before it, such as the list item that it belongs to
    bool alone = false;        // nothing else stands in its paragraph
    bool is_indented = false;  // a code block by its indentation, without a fence
};

// Something to say about a line of the article. A warning needs a person's judgement; a note explains what was done.
struct article_finding {
    enum class level { warning, note };
    level is = level::warning;
    int line = 0;
    std::string code;     // a word for programs, such as "glued"
    std::string message;  // one sentence
};

struct article {
    std::string title;  // empty: it has none
    std::vector<article_piece> pieces;
    std::vector<article_finding> findings;
};

// Where a command has to be given.
enum class command_place {
    shell,    // cmd or Windows PowerShell of the machine
    program,  // typed into a program that asks, such as diskpart
    sac,      // typed at the SAC prompt
    outside   // another system: a Linux shell, a cloud's own commands
};

struct article_command {
    std::string text;  // without prompts; several lines when they belong together
    shell in = shell::cmd;
    command_place where = command_place::shell;
    std::string program;  // where == program: which
    int line = 0;
    std::string heading, paragraph;
    piece_kind kind = piece_kind::block;
    std::size_t piece = 0;  // its number in article::pieces
    std::vector<article_finding> findings;
};

}  // namespace emsctl::scripts
