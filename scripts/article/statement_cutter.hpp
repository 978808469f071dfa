// Lines of a code block -> statements: a command with the lines it goes on in. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scripts/target.hpp"

namespace emsctl::scripts {

struct block_line {
    std::string text;  // without prompt
    int line = 0;      // in the article
    bool has_prompt = false;
    std::string prompt;  // "PS", "cmd", "SAC", "DISKPART", "$", ...
};

// Prompts are taken off, in every form that blocks show: `PS C:\>`, `C:\dir>`, `SAC>`, `DISKPART>`, `$ `.
std::vector<block_line> lines_of_block(std::string_view text, int first_line);

struct statement {
    std::string text;
    int line = 0;
    shell in = shell::cmd;
    std::string prompt;
    std::string comment;           // the comment lines before it
    bool lost_line_break = false;  // an option on a line of its own was taken for its end
};

// `is_powershell`: the block says so. A line whose brackets or quotes never end stands alone.
std::vector<statement> statements_of(const std::vector<block_line>& lines, bool is_powershell);

// By its words: what only PowerShell understands.
bool looks_like_powershell(std::string_view line);

}  // namespace emsctl::scripts
