// What makes a command of an article suspicious, by facts about Windows and its shells: glued, cut off, written by a
// word processor, waiting for a person, meant for English machines only, ... Pure. It proves nothing: a person judges.
#pragma once

#include <string>
#include <vector>

#include "scripts/article/article.hpp"
#include "scripts/article/command_words.hpp"

namespace emsctl::scripts {

// A command as the rules see it: words between operators, placeholders replaced by plain words.
struct command_view {
    const article_command& what;
    std::string text;                              // placeholders replaced
    std::vector<command_word> words;               // of `text`
    std::vector<std::vector<command_word>> parts;  // between | & ; ( ) { } and behind `=`; without redirections
    std::vector<std::string> redirected;           // files that output goes to
    bool in_powershell_block = false;
};
command_view view_of(const article_command& what, std::string text, bool in_powershell_block);

using doubts = std::vector<article_finding>;
void add_doubt(doubts& to, const command_view& view, std::string code, std::string message);

void doubt_text(const command_view& view, doubts& to);        // characters, quotes, ends, glue, translation
void doubt_programs(const command_view& view, doubts& to);    // reg, sc, icacls, bcdedit, ... of cmd
void doubt_powershell(const command_view& view, doubts& to);  // cmdlets
void doubt_effects(const command_view& view, doubts& to);     // what it would do to the machine or to later steps

// What only shows between commands: hives that stay loaded, folders made elsewhere, commands told twice.
void doubt_whole(const std::vector<article_command>& commands, std::vector<std::vector<article_finding>>& to);

}  // namespace emsctl::scripts
