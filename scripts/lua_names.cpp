#include "scripts/lua_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "scripts/expressions.hpp"

namespace emsctl::scripts {
namespace {

constexpr std::array<std::string_view, 22> keywords{
    "and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};

bool begins_name(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
}
bool continues_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// The length of "[[...]]" or "[=[...]=]" at the beginning of `text`; 0: it does not begin so.
std::size_t long_bracket(std::string_view text) {
    std::size_t level = 1;
    while (level < text.size() && text[level] == '=') ++level;
    if (!text.starts_with('[') || level >= text.size() || text[level] != '[') return 0;
    const std::string close = "]" + std::string(level - 1, '=') + "]";
    const auto end = text.find(close, level + 1);
    return end == text.npos ? text.size() : end + close.size();
}

std::size_t quoted(std::string_view text) {
    std::size_t i = 1;
    while (i < text.size() && text[i] != text[0]) i += text[i] == '\\' ? 2 : 1;
    return std::min(i + 1, text.size());
}

std::size_t comment(std::string_view text) {
    if (const auto length = long_bracket(text.substr(2)); length > 0) return 2 + length;
    return std::min(text.find('\n'), text.size());
}

std::size_t word(std::string_view text) {
    std::size_t i = 1;
    while (i < text.size() && continues_name(text[i])) ++i;
    return i;
}

// Words and signs; comments are left out, and a literal leaves an empty token in its place.
std::vector<std::string_view> tokens_of(std::string_view text) {
    std::vector<std::string_view> tokens;
    while (!text.empty()) {
        std::size_t length = 1;
        bool is_literal = false;
        if (text.starts_with("--")) {
            text.remove_prefix(comment(text));
            continue;
        }
        if (text[0] == '"' || text[0] == '\'') {
            length = quoted(text);
            is_literal = true;
        } else if (const auto bracket = long_bracket(text); bracket > 0) {
            length = bracket;
            is_literal = true;
        } else if (continues_name(text[0])) {
            length = word(text);
            is_literal = !begins_name(text[0]);
        } else if (text.starts_with("...")) {
            length = 3;
        } else if (text.starts_with("..") || text.starts_with("==") || text.starts_with("::")) {
            length = 2;
        }
        if (is_literal)
            tokens.emplace_back();
        else if (!std::isspace(static_cast<unsigned char>(text[0])))
            tokens.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return tokens;
}

bool is_name(std::string_view token) {
    return !token.empty() && begins_name(token[0]) && !is_lua_keyword(token);
}

// Names after `local`, `for` and in the brackets after `function`.
std::set<std::string_view> locals_in(const std::vector<std::string_view>& tokens) {
    std::set<std::string_view> locals;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i] != "local" && tokens[i] != "for" && tokens[i] != "function") continue;
        std::size_t at = i + 1;
        if (tokens[i] == "function" || (at < tokens.size() && tokens[at] == "function"))
            while (at < tokens.size() && tokens[at] != "(") ++at;
        if (tokens[i] == "local" && i + 2 < tokens.size() && tokens[i + 1] == "function") locals.insert(tokens[i + 2]);
        if (at < tokens.size() && tokens[at] == "(") ++at;
        for (; at < tokens.size() && (is_name(tokens[at]) || tokens[at] == ","); ++at)
            if (tokens[at] != ",") locals.insert(tokens[at]);
    }
    return locals;
}

}  // namespace

bool is_lua_keyword(std::string_view word) {
    return std::ranges::find(keywords, word) != keywords.end();
}

std::set<std::string> names_from_outside(std::string_view expression) {
    const auto tokens = tokens_of(expression);
    const auto locals = locals_in(tokens);
    std::set<std::string> names;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (!is_name(tokens[i]) || locals.contains(tokens[i])) continue;
        const auto before = i > 0 ? tokens[i - 1] : std::string_view();
        const auto after = i + 1 < tokens.size() ? tokens[i + 1] : std::string_view();
        if (before == "." || before == ":") continue;                                     // a member
        if (after == "=" && (before == "{" || before == "," || before == ";")) continue;  // a key of a new table
        names.emplace(tokens[i]);
    }
    return names;
}

std::set<std::string> members_named(std::string_view expression, std::string_view table) {
    const auto tokens = tokens_of(expression);
    std::set<std::string> names;
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
        const bool is_member = i > 0 && (tokens[i - 1] == "." || tokens[i - 1] == ":");
        if (!is_member && tokens[i] == table && tokens[i + 1] == "." && is_name(tokens[i + 2]))
            names.emplace(tokens[i + 2]);
    }
    return names;
}

bool is_known_to_lua(const std::string& name) {
    return is_lua_keyword(name) || !evaluate("type(" + name + ")", {}).error;
}

}  // namespace emsctl::scripts
