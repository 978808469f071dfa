// A command line of Windows as words, and what its words may be: programs, cmdlets, things of another system. Pure; the
// tables hold facts about Windows, none about an article.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scripts/target.hpp"

namespace emsctl::scripts {

struct command_word {
    std::string text;          // without its quotes
    std::size_t at = 0;        // its first byte in the line
    std::size_t end = 0;       // behind its last byte
    bool is_quoted = false;    // some of it stood in quotes
    bool is_operator = false;  // | & && || ; < > >> ( ) { }
    bool is_open = false;      // its quotes never end
};

// PowerShell's two kinds of quotes, or cmd's one. Typographic quotes are letters in cmd and quotes in PowerShell.
std::vector<command_word> words_of(std::string_view line, shell in);

std::string lower_case(std::string_view text);    // ASCII letters
std::string program_name(std::string_view word);  // lower case, without folders and .exe, .cmd, .com, .bat

bool is_windows_program(std::string_view name);     // of program_name: a program or a word of cmd itself
bool is_english_word(std::string_view name);        // of those: also met in sentences, such as "start"
bool is_powershell_keyword(std::string_view name);  // of lower_case
bool is_powershell_alias(std::string_view name);    // that is no Windows program
bool is_other_system(std::string_view name);        // a program of Linux or a cloud
bool needs_desktop(std::string_view name);          // shows windows
bool has_dialogue(std::string_view name);           // asks for commands of its own
bool is_cmdlet(std::string_view word);              // Verb-Noun with a verb that PowerShell knows
bool is_cmdlet_shaped(std::string_view word);       // Word-Word, as a cmdlet with a foreign verb would be
bool is_cloud_cmdlet(std::string_view word);        // Get-AzVM and its like: they speak to a service
// Of a program that takes a verb first (sc, reg, net, ...): whether it knows the verb. Others know every verb.
bool takes_verb(std::string_view program);
bool knows_verb(std::string_view program, std::string_view verb);

}  // namespace emsctl::scripts
