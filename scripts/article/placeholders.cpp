#include "scripts/article/placeholders.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "scripts/article/command_words.hpp"
#include "scripts/lua_names.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

constexpr std::size_t longest_label = 80;

bool is_ascii_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name_char(char c) {
    return is_ascii_letter(c) || (c >= '0' && c <= '9') || c == '_';
}
bool is_wide(char c) {
    return static_cast<unsigned char>(c) >= 0x80;
}

bool is_html_tag(std::string_view label) {
    constexpr std::array<std::string_view, 17> tags{"br",  "br/", "br /", "b",  "i",  "p",  "a",    "code",  "pre",
                                                    "sup", "sub", "li",   "ul", "em", "hr", "span", "strong"};
    return std::find(tags.begin(), tags.end(), lower_case(label)) != tags.end();
}

// <label>, \<label\>, &lt;label&gt;
bool angle(std::string_view text, std::size_t at, placeholder& found) {
    std::string_view open = "<", close = ">";
    if (text.substr(at).starts_with("&lt;")) {
        open = "&lt;";
        close = "&gt;";
    } else if (text[at] != '<') {
        return false;
    }
    const auto from = at + open.size();
    if (from >= text.size() ||
        !(is_ascii_letter(text[from]) || is_wide(text[from]) || std::isdigit(static_cast<unsigned char>(text[from]))))
        return false;
    const auto end = text.substr(0, std::min(text.size(), from + longest_label)).find(close, from);
    if (end == std::string_view::npos) return false;
    auto label = text.substr(from, end - from);
    bool is_escaped = false;
    if (label.ends_with('\\')) {
        is_escaped = at > 0 && text[at - 1] == '\\';
        label.remove_suffix(1);
    }
    if (label.empty() || label.find_first_of("<>|&;\n\"") != std::string_view::npos || label.ends_with(' ') ||
        lower_case(label) == "nul" || is_html_tag(label) || label.find('=') != std::string_view::npos)
        return false;
    auto after = end + close.size();
    found.at = is_escaped ? at - 1 : at;
    // <<label>>
    if (!is_escaped && at > 0 && text[at - 1] == '<' && after < text.size() && text[after] == '>') {
        --found.at;
        ++after;
    }
    found.size = after - found.at;
    found.label = std::string(label);
    return true;
}

bool is_plain_label(std::string_view label) {
    return label.size() >= 2 && label.size() <= longest_label && (is_ascii_letter(label[0]) || is_wide(label[0])) &&
           std::all_of(label.begin(), label.end(), [](char c) {
               return is_name_char(c) || is_wide(c) || c == ' ' || c == '-' || c == '\'' || c == '.';
           });
}

bool begins_word(std::string_view text, std::size_t at) {
    return at == 0 || std::string_view(" \t\n\"'\\=:,(").find(text[at - 1]) != std::string_view::npos;
}

// [label]; in PowerShell, where [type] is meant otherwise, only with a blank in it.
bool square(std::string_view text, std::size_t at, shell in, placeholder& found) {
    if (text[at] != '[' || !begins_word(text, at)) return false;
    const auto end = text.substr(0, std::min(text.size(), at + longest_label)).find(']', at);
    if (end == std::string_view::npos) return false;
    const auto label = text.substr(at + 1, end - at - 1);
    if (!is_plain_label(label)) return false;
    if (in == shell::powershell && label.find(' ') == std::string_view::npos) return false;
    found.at = at;
    found.size = end + 1 - at;
    found.label = std::string(label);
    return true;
}

// {label} in cmd, which has no braces of its own; the boot store's own names are none.
bool brace(std::string_view text, std::size_t at, shell in, placeholder& found) {
    if (text[at] != '{' || in != shell::cmd || !begins_word(text, at)) return false;
    const auto end = text.substr(0, std::min(text.size(), at + longest_label)).find('}', at);
    if (end == std::string_view::npos) return false;
    const auto label = text.substr(at + 1, end - at - 1);
    constexpr std::array<std::string_view, 15> known{"bootmgr",
                                                     "default",
                                                     "current",
                                                     "memdiag",
                                                     "ntldr",
                                                     "fwbootmgr",
                                                     "emssettings",
                                                     "dbgsettings",
                                                     "globalsettings",
                                                     "badmemory",
                                                     "ramdiskoptions",
                                                     "legacy",
                                                     "eventsettings",
                                                     "bootloadersettings",
                                                     "resumeloadersettings"};
    if (!is_plain_label(label) || std::find(known.begin(), known.end(), lower_case(label)) != known.end()) return false;
    const auto is_guid = std::all_of(label.begin(), label.end(), [](char c) {
        return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == '-';
    });
    if (is_guid) return false;
    found.at = at;
    found.size = end + 1 - at;
    found.label = std::string(label);
    return true;
}

// The letter of a disk that is not the machine's own: an article can only guess it. X: is the recovery environment's.
bool drive(std::string_view text, std::size_t at, placeholder& found) {
    const char letter = static_cast<char>(std::toupper(static_cast<unsigned char>(text[at])));
    if (letter < 'D' || letter > 'Z' || letter == 'X' || !is_ascii_letter(text[at])) return false;
    if (at + 1 >= text.size() || text[at + 1] != ':' || !begins_word(text, at) || (at > 0 && text[at - 1] == '\\'))
        return false;
    if (at > 0 && text[at - 1] == ':') return false;
    const char next = at + 2 < text.size() ? text[at + 2] : ' ';
    if (std::string_view(" \t\n\\/\"',)").find(next) == std::string_view::npos) return false;
    found.at = at;
    found.size = 1;
    found.label = std::string("drive ") + letter;
    found.is_drive = true;
    return true;
}

bool is_automatic(const std::string& name) {
    constexpr std::array<std::string_view, 34> names{"_",
                                                     "null",
                                                     "true",
                                                     "false",
                                                     "psitem",
                                                     "args",
                                                     "input",
                                                     "home",
                                                     "host",
                                                     "pid",
                                                     "error",
                                                     "matches",
                                                     "pwd",
                                                     "this",
                                                     "env",
                                                     "global",
                                                     "script",
                                                     "local",
                                                     "psscriptroot",
                                                     "profile",
                                                     "ofs",
                                                     "lastexitcode",
                                                     "psversiontable",
                                                     "pscommandpath",
                                                     "myinvocation",
                                                     "erroractionpreference",
                                                     "verbosepreference",
                                                     "progresspreference",
                                                     "psboundparameters",
                                                     "executioncontext",
                                                     "warningpreference",
                                                     "psculture",
                                                     "pshome",
                                                     "using"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool unset_variable(std::string_view text, std::size_t at, bool is_quoted, const std::set<std::string>& set_somewhere,
                    placeholder& found) {
    if (text[at] != '$' || at + 1 >= text.size() || !is_ascii_letter(text[at + 1])) return false;
    if (at > 0 && text[at - 1] == '`') return false;
    std::size_t end = at + 1;
    while (end < text.size() && is_name_char(text[end])) ++end;
    const std::string name(text.substr(at + 1, end - at - 1));
    const char next = end < text.size() ? text[end] : ' ';
    // With a member behind it, it is a thing and no text.
    if (next == ':' || next == '[' || (next == '.' && end + 1 < text.size() && is_ascii_letter(text[end + 1])))
        return false;
    if (is_automatic(lower_case(name)) || set_somewhere.contains(lower_case(name))) return false;
    found.at = at;
    found.size = end - at;
    found.label = name;
    found.is_variable = !is_quoted;
    return true;
}

// ServiceName, SERVICE NAME and service-name are service_name.
std::string snake(std::string_view label) {
    std::string name;
    bool was_lower = false;
    for (const char c : label) {
        if (!is_name_char(c) || c == '_') {
            if (!name.empty() && name.back() != '_') name += '_';
            was_lower = false;
            continue;
        }
        const bool is_upper = c >= 'A' && c <= 'Z';
        if (is_upper && was_lower) name += '_';
        was_lower = !is_upper;
        name += lower_case(std::string_view(&c, 1));
    }
    while (name.ends_with('_')) name.pop_back();
    if (name.size() > 40) name.resize(40);
    while (name.ends_with('_')) name.pop_back();
    return name;
}

std::string key_of(std::string_view label) {
    std::string key;
    for (const char c : lower_case(label))
        if (is_wide(c) || (is_name_char(c) && c != '_')) key += c;
    return key;
}

bool is_taken(const std::string& name) {
    constexpr std::array<std::string_view, 6> given{"run", "item", "proof", "result", "facts", "failure"};
    return is_lua_keyword(name) || is_known_to_lua(name) || std::find(given.begin(), given.end(), name) != given.end();
}

}  // namespace

std::vector<placeholder> placeholders_of(std::string_view command, shell in,
                                         const std::set<std::string>& set_somewhere) {
    std::vector<placeholder> all;
    char quote = 0;
    for (std::size_t i = 0; i < command.size();) {
        placeholder found;
        const bool is_here = angle(command, i, found) || square(command, i, in, found) ||
                             brace(command, i, in, found) || drive(command, i, found) ||
                             (in == shell::powershell && quote != '\'' &&
                              unset_variable(command, i, quote == '"', set_somewhere, found));
        if (is_here) {
            found.shown = std::string(command.substr(found.at, found.size));
            i = found.at + found.size;
            all.push_back(std::move(found));
            continue;
        }
        const char c = command[i];
        if (quote && c == quote)
            quote = 0;
        else if (!quote && (c == '"' || (c == '\'' && in == shell::powershell)))
            quote = c;
        ++i;
    }
    return all;
}

void add_set_variables(std::string_view text, std::set<std::string>& names) {
    for (auto at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1)) {
        std::size_t end = at + 1;
        while (end < text.size() && is_name_char(text[end])) ++end;
        if (end == at + 1) continue;
        const auto after = trimmed(text.substr(end, 24));
        const bool is_set = (after.starts_with('=') && !after.starts_with("==")) || after.starts_with("+=") ||
                            after.starts_with("-=") || after.starts_with("++") || lower_case(after).starts_with("in ");
        const auto line_start = text.rfind('\n', at) == std::string_view::npos ? 0 : text.rfind('\n', at) + 1;
        const auto before = lower_case(text.substr(line_start, at - line_start));
        const bool is_parameter = before.find("param") != std::string::npos || trimmed(before).ends_with(']');
        if (is_set || is_parameter) names.insert(lower_case(text.substr(at + 1, end - at - 1)));
    }
}

std::string with_plain_words(std::string_view command, const std::vector<placeholder>& places) {
    std::string text;
    std::size_t done = 0;
    int number = 0;
    for (const auto& place : places) {
        text += command.substr(done, place.at - done);
        const auto word = place_word + std::to_string(1000 + number++);
        text += place.is_drive ? std::string(command.substr(place.at, place.size)) : word;
        done = place.at + place.size;
    }
    text += command.substr(done);
    return text;
}

const draft_variable& variable_names::of(const placeholder& place, int line) {
    const auto key = key_of(place.label);
    const auto [known, is_new] = by_key_.emplace(key, all_.size());
    if (is_new) {
        draft_variable v;
        v.name = snake(place.label);
        if (!v.name.empty() && !is_ascii_letter(v.name[0])) v.name = "v_" + v.name;
        if (v.name.size() < 2) v.name = "value_" + std::to_string(all_.size() + 1);
        if (is_taken(v.name)) v.name += "_value";
        const auto is_used = [&](const std::string& name) {
            return std::any_of(all_.begin(), all_.end(), [&](const auto& other) { return other.name == name; });
        };
        for (int n = 2; is_used(v.name); ++n) v.name = snake(place.label).substr(0, 30) + "_v" + std::to_string(n);
        v.label = place.label;
        v.line = line;
        v.is_drive = place.is_drive;
        all_.push_back(std::move(v));
    }
    auto& v = all_[known->second];
    v.spellings.insert(place.shown);
    return v;
}

}  // namespace emsctl::scripts
