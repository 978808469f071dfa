#include "scripts/article/statement_cutter.hpp"

#include <algorithm>
#include <cctype>

#include "scripts/article/command_words.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

// So far a statement may go on; a block that forgot a bracket costs no more than that.
constexpr std::size_t lines_of_statement = 200;

struct prompt_found {
    std::size_t length = 0;
    std::string kind;
};

prompt_found prompt_of(std::string_view line) {
    const auto text = trimmed(line);
    const auto offset = static_cast<std::size_t>(text.data() - line.data());
    const auto until = [&](std::size_t at, std::string kind) {
        std::size_t end = offset + at;
        while (end < line.size() && (line[end] == ' ' || line[end] == '\t')) ++end;
        return prompt_found{end, std::move(kind)};
    };
    auto rest = text;
    std::size_t skipped = 0;
    // `[server]: PS C:\>` is PowerShell on another machine.
    if (const auto remote = rest.find("]: PS "); rest.starts_with('[') && remote != std::string_view::npos) {
        skipped = remote + 3;
        rest.remove_prefix(skipped);
    }
    const auto close = rest.find('>');
    if (close != std::string_view::npos && close < 120) {
        const auto before = rest.substr(0, close);
        if (rest.starts_with("PS>")) return until(skipped + 3, "PS");
        if (rest.starts_with("PS ") && before.find_first_of(":\\~") != std::string_view::npos)
            return until(skipped + close + 1, "PS");
        const bool is_drive = before.size() >= 2 && std::isalpha(static_cast<unsigned char>(before[0])) &&
                              before[1] == ':' && (before.size() == 2 || before[2] == '\\');
        if (is_drive && before.find_first_of("<|\"*?") == std::string_view::npos) {
            // `C:\tool.exe /a > file` is a command with a redirection.
            const bool redirects = before.find(" /") != std::string_view::npos ||
                                   before.find(" -") != std::string_view::npos || before.ends_with(' ') ||
                                   before.find(".exe") != std::string_view::npos;
            if (!redirects) return until(close + 1, "cmd");
        }
        for (const std::string_view name : {"SAC", "DISKPART", "netsh", "wmic:root\\cli", "ntdsutil", "Ftp", "ftp"})
            if (before == name) return until(close + 1, std::string(name));
    }
    if (rest.starts_with("$ ")) return until(2, "$");
    const auto at_sign = rest.find('@');
    const auto dollar = rest.find("$ ");
    const auto blank = rest.find(' ');
    if (at_sign != std::string_view::npos && dollar != std::string_view::npos && at_sign < dollar &&
        blank == dollar + 1)
        return until(dollar + 2, "$");
    return {};
}

// Where brackets and quotes of PowerShell stand after some text.
class powershell_state {
  public:
    void feed(std::string_view line) {
        if (!here_.empty()) {
            if (line.starts_with(here_)) {
                here_.clear();
                feed(line.substr(2));
            }
            return;
        }
        for (std::size_t i = 0; i < line.size(); ++i) {
            const char c = line[i];
            const char next = i + 1 < line.size() ? line[i + 1] : '\0';
            if (in_comment_) {
                if (c == '#' && next == '>') in_comment_ = false;
                continue;
            }
            if (quote_) {
                if (c == '`' && quote_ == '"') ++i;
                if (c == quote_) quote_ = 0;
                continue;
            }
            if (c == '<' && next == '#') in_comment_ = true;
            if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) break;
            if (c == '@' && (next == '"' || next == '\'') && i + 2 >= line.size()) {
                here_ = std::string(1, next) + "@";
                return;
            }
            if (c == '`') {
                ++i;
                continue;
            }
            if (c == '"' || c == '\'') quote_ = c;
            if (c == '(' || c == '{' || c == '[') ++depth_;
            if (c == ')' || c == '}' || c == ']') --depth_;
        }
        const auto end = trimmed(line);
        goes_on_ = end.ends_with('`') || end.ends_with('|') || end.ends_with(',') || end.ends_with(" -and") ||
                   end.ends_with(" -or") || end == "@";
    }
    bool is_whole() const { return depth_ <= 0 && !quote_ && !in_comment_ && here_.empty() && !goes_on_; }

  private:
    std::string here_;  // what ends the here-string that is open
    int depth_ = 0;
    char quote_ = 0;
    bool in_comment_ = false;
    bool goes_on_ = false;
};

// cmd goes on after ^ and inside the parentheses of `if` and `for`.
class cmd_state {
  public:
    void feed(std::string_view line) {
        bool quoted = false;
        for (const char c : line) {
            if (c == '"') quoted = !quoted;
            if (quoted) continue;
            if (c == '(') ++depth_;
            if (c == ')') --depth_;
        }
        if (first_) {
            const auto end = trimmed(line);
            const auto word = lower_case(end.substr(0, std::min(end.find_first_of(" ("), end.size())));
            compound_ = word == "if" || word == "for" || end.ends_with('(');
        }
        first_ = false;
        goes_on_ = trimmed(line).ends_with('^');
    }
    bool is_whole() const { return !goes_on_ && !(compound_ && depth_ > 0); }

  private:
    int depth_ = 0;
    bool first_ = true, compound_ = false, goes_on_ = false;
};

bool is_comment(std::string_view line) {
    const auto word = lower_case(line.substr(0, std::min(line.find_first_of(" \t"), line.size())));
    return word == "rem" || word == "@rem" || line.starts_with("::") || line.starts_with('#') ||
           line.starts_with("//") || line.starts_with("<#");
}

std::string_view comment_text(std::string_view line) {
    const auto from =
        line.starts_with('#') || line.starts_with("::") || line.starts_with("//") || line.starts_with("<#")
            ? line.find_first_not_of("#:/<")
            : line.find(' ');
    return from == std::string_view::npos ? std::string_view() : trimmed(line.substr(from));
}

template <class State>
std::size_t whole_statement(const std::vector<block_line>& lines, std::size_t from) {
    State state;
    for (std::size_t i = from; i < lines.size() && i < from + lines_of_statement; ++i) {
        if (i > from && lines[i].has_prompt) break;
        state.feed(lines[i].text);
        if (state.is_whole()) return i + 1;
    }
    return from + 1;
}

// `else` and its like belong to the statement before them.
bool continues_statement(std::string_view line) {
    const auto word = lower_case(line.substr(0, std::min(line.find_first_of(" ({"), line.size())));
    return word == "else" || word == "elseif" || word == "catch" || word == "finally";
}

}  // namespace

std::vector<block_line> lines_of_block(std::string_view text, int first_line) {
    std::vector<block_line> lines;
    for (const auto line : lines_of(text)) {
        block_line one;
        one.line = first_line++;
        const auto prompt = prompt_of(line);
        one.has_prompt = prompt.length > 0;
        one.prompt = prompt.kind;
        one.text = std::string(line.substr(prompt.length));
        while (one.text.ends_with('\r')) one.text.pop_back();
        lines.push_back(std::move(one));
    }
    return lines;
}

bool looks_like_powershell(std::string_view line) {
    const auto text = trimmed(line);
    if (text.empty()) return false;
    if (text[0] == '$' || text[0] == '[' || text.starts_with("@{") || text.starts_with("@(") || text.starts_with("& "))
        return true;
    const auto words = words_of(text, shell::powershell);
    if (words.empty()) return false;
    bool at_command = true;
    for (const auto& word : words) {
        if (at_command && !word.is_quoted && (is_cmdlet(word.text) || is_powershell_alias(lower_case(word.text))))
            return true;
        at_command = word.is_operator && word.text != ">" && word.text != "<" && word.text != ">>";
    }
    const auto first = lower_case(words[0].text);
    const bool has_brace = std::any_of(words.begin(), words.end(), [](const auto& w) { return w.text == "{"; });
    if (is_powershell_keyword(first) && has_brace && text.find('$') != std::string_view::npos) return true;
    return is_cmdlet_shaped(words[0].text) && !is_windows_program(program_name(words[0].text));
}

std::vector<statement> statements_of(const std::vector<block_line>& lines, bool is_powershell) {
    std::vector<statement> all;
    std::string comment;
    for (std::size_t i = 0; i < lines.size();) {
        const auto text = trimmed(lines[i].text);
        if (text.empty()) {
            ++i;
            continue;
        }
        if (is_comment(text)) {
            const auto said = comment_text(text);
            if (!said.empty() && comment.size() < 300) comment += (comment.empty() ? "" : " ") + std::string(said);
            i = text.starts_with("<#") ? whole_statement<powershell_state>(lines, i) : i + 1;
            continue;
        }
        const bool is_option =
            text.size() > 2 && text[0] == '-' && std::isalpha(static_cast<unsigned char>(text[1])) != 0;
        if (is_option && !all.empty() && all.back().in == shell::powershell && !lines[i].has_prompt) {
            all.back().text += " " + std::string(text);
            all.back().lost_line_break = true;
            ++i;
            continue;
        }
        const bool by_words = looks_like_powershell(text);
        const auto first = words_of(text, shell::cmd);
        const bool is_native = !first.empty() && is_windows_program(program_name(first[0].text)) &&
                               !is_powershell_keyword(program_name(first[0].text)) &&
                               text.find('$') == std::string_view::npos;
        statement one;
        one.in = by_words || (is_powershell && !is_native) ? shell::powershell : shell::cmd;
        one.line = lines[i].line;
        one.prompt = lines[i].prompt;
        const bool scan_as_powershell = one.in == shell::powershell || (is_powershell && text.ends_with('`'));
        auto end =
            scan_as_powershell ? whole_statement<powershell_state>(lines, i) : whole_statement<cmd_state>(lines, i);
        while (scan_as_powershell && end < lines.size() && continues_statement(trimmed(lines[end].text)) &&
               end - i < lines_of_statement)
            end = whole_statement<powershell_state>(lines, end);
        for (std::size_t k = i; k < end; ++k)
            one.text += (k == i ? "" : "\n") + (k == i ? std::string(text) : lines[k].text);
        while (!one.text.empty() && (one.text.back() == ' ' || one.text.back() == '\t' || one.text.back() == '\n'))
            one.text.pop_back();
        one.comment = std::move(comment);
        comment.clear();
        all.push_back(std::move(one));
        i = end;
    }
    return all;
}

}  // namespace emsctl::scripts
