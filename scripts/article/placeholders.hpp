// What stands in an article's command for something that only the reader knows: `<ServiceName>`, `[VM name]`,
// `{identifier}`, the drive letter of an attached disk, a PowerShell variable that nothing sets. Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scripts/article/article.hpp"

namespace emsctl::scripts {

struct placeholder {
    std::size_t at = 0, size = 0;  // bytes of the command that it takes
    std::string label;             // as the article calls it, without brackets
    std::string shown;             // as it stands there
    bool is_drive = false;         // one letter before a colon
    bool is_variable = false;      // $name outside quotes: a value in its place needs quotes
};

// `set_somewhere`: lower-case names of PowerShell variables that the article sets.
std::vector<placeholder> placeholders_of(std::string_view command, shell in,
                                         const std::set<std::string>& set_somewhere);

// Lower-case names, without "$", of PowerShell variables that are set, looped over or declared in the text.
void add_set_variables(std::string_view text, std::set<std::string>& names);

// What a place becomes for tables and the gate, with four digits behind it: 1000 and the number of the place.
inline const std::string place_word = "EMSPLACE";
// The command with a plain word in each place, except drives, which keep their letter.
std::string with_plain_words(std::string_view command, const std::vector<placeholder>& places);

struct draft_variable {
    std::string name;   // Lua's
    std::string label;  // as the article calls it, first met
    int line = 0;
    bool is_drive = false;
    std::set<std::string> spellings;
};

// One variable for labels that differ only in case, blanks and signs.
class variable_names {
  public:
    const draft_variable& of(const placeholder& place, int line);
    const std::vector<draft_variable>& all() const { return all_; }

  private:
    std::vector<draft_variable> all_;
    std::map<std::string, std::size_t> by_key_;
};

}  // namespace emsctl::scripts
