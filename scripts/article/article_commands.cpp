#include "scripts/article/article_commands.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "scripts/article/command_words.hpp"
#include "scripts/article/statement_cutter.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

enum class language { powershell, cmd, outside, data, output, registry, script, unknown };

language language_of(std::string_view info) {
    auto name = lower_case(info.substr(0, std::min(info.find_first_of(" ,;"), info.size())));
    std::erase_if(name, [](char c) { return c == '{' || c == '}' || c == '.' || c == '='; });
    const auto is = [&](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (is({"powershell", "powershell-interactive", "azurepowershell", "azurepowershell-interactive", "pwsh", "ps",
            "ps1", "posh", "powershell-console"}))
        return language::powershell;
    if (is({"cmd", "console", "dos", "bat", "batch", "batchfile", "command", "commandline", "winbatch", "terminal"}))
        return language::cmd;
    if (is({"bash", "sh", "azurecli", "azurecli-interactive", "azure-cli", "zsh", "shell-session", "linux",
            "bash-interactive"}))
        return language::outside;
    if (is({"output", "log", "logs"})) return language::output;
    if (is({"reg", "registry"})) return language::registry;
    if (is({"vb", "vbs",  "vbscript", "python", "csharp", "c#",  "cs",    "javascript", "js",   "java", "cpp",
            "c",  "perl", "ruby",     "go",     "php",    "sql", "kusto", "kql",        "usql", "tsql"}))
        return language::script;
    if (is({"json", "xml",     "yaml", "yml", "http", "https", "html", "ini",        "inf",  "csv",    "markdown",
            "md",   "mermaid", "diff", "css", "toml", "xaml",  "adf",  "properties", "conf", "config", "dns"}))
        return language::data;
    return language::unknown;
}

bool has_letters(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
}

// Of a line whose first word is no command: the shapes of what programs print.
bool has_shape_of_output(std::string_view text) {
    const auto blank_run = text.find("  ");
    const auto colon = text.find(": ");
    if (text.ends_with(':') || text.ends_with('.') || text.starts_with('[') || text.starts_with('-') ||
        text.starts_with('*') || text.starts_with('+') || text.starts_with('|') || text.starts_with('='))
        return true;
    if (std::isdigit(static_cast<unsigned char>(text[0]))) return true;
    if (blank_run != std::string_view::npos && blank_run > 0) return true;
    if (colon != std::string_view::npos) return true;
    // Name:Value, but no drive and no label of a batch file.
    const auto word = text.substr(0, text.find(' '));
    const auto joint = word.find(':');
    return joint != std::string_view::npos && joint > 2 && word.find_first_of("\\/$<\"") == std::string_view::npos;
}

bool starts_like_program(const std::string& word) {
    const auto lower = lower_case(word);
    for (const std::string_view end : {".exe", ".cmd", ".bat", ".com", ".ps1", ".vbs", ".msc", ".cpl"})
        if (lower.size() > end.size() && lower.ends_with(end)) return true;
    return word.starts_with(".\\") || word.starts_with("./");
}

bool is_placeholder_path(const std::string& word) {
    return word.starts_with('%') && word.find('\\') != std::string::npos;
}

// The first word says whether a line is a command of this machine's shells.
bool is_command_word(const command_word& word, shell in) {
    const auto name = program_name(word.text);
    if (is_windows_program(name) || is_cmdlet(word.text) || starts_like_program(word.text) ||
        is_placeholder_path(word.text))
        return true;
    if (word.is_quoted && word.text.find('\\') != std::string::npos) return true;
    if (in == shell::cmd) return word.is_operator && word.text == "(";
    return is_powershell_keyword(lower_case(word.text)) || is_powershell_alias(lower_case(word.text)) ||
           word.text.starts_with('$') || word.text.starts_with('[') || word.text.starts_with("@") || word.text == "(" ||
           word.text == "&";
}

// Joins statements that hand a variable on, because each step of a runbook is a process of its own.
void join_by_variables(std::vector<article_command>& commands) {
    const auto assigned = [](const article_command& c) -> std::string {
        const auto text = trimmed(c.text);
        if (c.in == shell::powershell && text.starts_with('$')) {
            std::size_t end = 1;
            while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
                ++end;
            auto rest = trimmed(text.substr(end));
            if (end > 1 && (rest.starts_with("=") || rest.starts_with("+="))) return lower_case(text.substr(0, end));
        }
        const auto lower = lower_case(text);
        if (c.in == shell::cmd && lower.starts_with("set ") && lower.find('=') != std::string::npos &&
            lower.find(" /") == std::string::npos)
            return "%" + std::string(trimmed(std::string_view(lower).substr(4, lower.find('=') - 4))) + "%";
        return {};
    };
    const auto uses = [](const article_command& c, const std::string& name) {
        const auto lower = lower_case(c.text);
        for (auto at = lower.find(name); at != std::string::npos; at = lower.find(name, at + 1)) {
            const auto next = at + name.size() < lower.size() ? lower[at + name.size()] : ' ';
            if (name.ends_with('%') || (!std::isalnum(static_cast<unsigned char>(next)) && next != '_')) return true;
        }
        return false;
    };
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const auto where = commands[i].where;
        if (where != command_place::shell && where != command_place::outside) continue;
        std::size_t last = i;
        for (std::size_t k = i; k <= last; ++k) {
            const auto name = assigned(commands[k]);
            if (name.empty()) continue;
            for (std::size_t m = k + 1; m < commands.size() && m < k + 60; ++m)
                if (uses(commands[m], name)) last = std::max(last, m);
        }
        if (last == i) continue;
        const bool same_shell =
            std::all_of(commands.begin() + static_cast<long>(i) + 1, commands.begin() + static_cast<long>(last) + 1,
                        [&](const auto& c) { return c.in == commands[i].in || commands[i].in == shell::powershell; });
        if (!same_shell) continue;
        auto& joined = commands[i];
        for (std::size_t k = i + 1; k <= last; ++k) {
            if (commands[k].where != command_place::shell) joined.where = commands[k].where;
            joined.text += "\n" + commands[k].text;
            joined.findings.insert(joined.findings.end(), commands[k].findings.begin(), commands[k].findings.end());
        }
        joined.findings.push_back(
            {article_finding::level::note, joined.line, "together",
             std::to_string(last - i + 1) + " commands are one step, because a variable goes from one to the other"});
        commands.erase(commands.begin() + static_cast<long>(i) + 1, commands.begin() + static_cast<long>(last) + 1);
    }
}

class collector {
  public:
    explicit collector(article& text) : text_(text) {}

    std::vector<article_command> take() {
        for (std::size_t i = 0; i < text_.pieces.size(); ++i) {
            at_ = i;
            const auto& piece = text_.pieces[i];
            if (piece.kind == piece_kind::block || piece.kind == piece_kind::html)
                block(piece);
            else
                in_sentence(piece);
        }
        drop_mentions();
        return std::move(commands_);
    }

  private:
    void say(article_finding::level level, int line, std::string code, std::string message) {
        text_.findings.push_back({level, line, std::move(code), std::move(message)});
    }

    article_command begun(const article_piece& piece, std::string command, int line) const {
        article_command c;
        c.text = std::move(command);
        c.line = line;
        c.heading = piece.heading;
        c.paragraph = piece.paragraph;
        c.kind = piece.kind;
        c.piece = at_;
        return c;
    }

    void block(const article_piece& piece) {
        const auto kind = language_of(piece.info);
        if (kind == language::output || kind == language::data || trimmed(piece.text).empty()) return;
        if (kind == language::registry || kind == language::script) {
            say(article_finding::level::warning, piece.line, "not-a-shell",
                "a block of \"" + piece.info.substr(0, 40) + "\" is not drafted: no shell runs it as it stands");
            return;
        }
        auto lines = lines_of_block(piece.text, piece.line);
        const bool has_prompts = std::any_of(lines.begin(), lines.end(), [](const auto& l) { return l.has_prompt; });
        bool is_powershell = kind == language::powershell;
        if (kind == language::unknown) {
            if (!has_prompts && !begins_with_command(lines)) {
                if (has_letters(piece.text) && !piece.info.empty())
                    say(article_finding::level::note, piece.line, "no-command",
                        "a block that begins with no known command is taken for text");
                return;
            }
        }
        if (has_prompts) only_prompted(lines);
        std::vector<article_command> found;
        for (auto& one : statements_of(lines, is_powershell))
            statement_of(piece, kind, has_prompts, std::move(one), found);
        join_by_variables(found);
        for (auto& c : found) commands_.push_back(std::move(c));
    }

    static bool begins_with_command(const std::vector<block_line>& lines) {
        for (const auto& line : lines) {
            const auto text = trimmed(line.text);
            if (text.empty() || text.starts_with('#') || text.starts_with("::") ||
                lower_case(text.substr(0, 4)) == "rem ")
                continue;
            const bool is_powershell = looks_like_powershell(text);
            const auto words = words_of(text, is_powershell ? shell::powershell : shell::cmd);
            if (words.empty()) return false;
            const auto name = program_name(words[0].text);
            if (is_cmdlet(words[0].text) || is_for_sac(words)) return true;
            if (is_english_word(name)) return words.size() > 1 && !has_shape_of_output(text);
            return is_windows_program(name) || starts_like_program(words[0].text) ||
                   (text.starts_with('$') && text.find('=') != std::string_view::npos);
        }
        return false;
    }

    // Where prompts are shown, everything else was printed.
    void only_prompted(std::vector<block_line>& lines) {
        int left_out = 0;
        std::vector<block_line> kept;
        bool goes_on = false;
        for (auto& line : lines) {
            if (!line.has_prompt && !goes_on) {
                left_out += !trimmed(line.text).empty();
                continue;
            }
            const auto text = trimmed(line.text);
            goes_on = text.ends_with('^') || text.ends_with('`') || text.ends_with('|') || text.ends_with('{');
            if (!text.empty()) kept.push_back(std::move(line));
        }
        if (left_out > 0 && !kept.empty())
            say(article_finding::level::note, kept.front().line, "output",
                std::to_string(left_out) + " lines without a prompt are taken for output and left out");
        lines = std::move(kept);
    }

    void statement_of(const article_piece& piece, language kind, bool has_prompts, statement one,
                      std::vector<article_command>& found) {
        auto c = begun(piece, std::move(one.text), one.line);
        c.in = one.in;
        if (!one.comment.empty()) c.paragraph = one.comment;
        const auto words = words_of(c.text, c.in);
        if (words.empty()) return;
        const auto name = program_name(words[0].text);
        const bool is_known = is_command_word(words[0], c.in);
        if (one.prompt == "SAC") {
            c.where = command_place::sac;
        } else if (is_for_sac(words)) {
            c.where = command_place::sac;
        } else if (one.prompt == "$" || kind == language::outside || calls_cloud(words) ||
                   (is_other_system(name) && !is_known)) {
            c.where = command_place::outside;
        } else if (!one.prompt.empty() && one.prompt != "PS" && one.prompt != "cmd") {
            c.where = command_place::program;
            c.program = lower_case(one.prompt);
        } else if (const auto* asking = asking_before(found); asking && (!is_known || is_typed_into(*asking, words))) {
            c.where = command_place::program;
            c.program = *asking;
        } else if (!is_known && has_shape_of_output(trimmed(c.text)) && !has_prompts) {
            if (kind != language::powershell || !found.empty() || !looks_like_powershell(c.text)) {
                leave_out(c.line);
                return;
            }
        }
        if (one.prompt == "PS" || one.prompt == "cmd" || one.prompt == "$")
            c.findings.push_back({article_finding::level::note, c.line, "prompt",
                                  "a prompt stood before the command and was taken off"});
        if (c.where == command_place::shell && !is_known)
            c.findings.push_back({article_finding::level::warning, c.line, "unknown-program",
                                  "\"" + words[0].text.substr(0, 60) +
                                      "\" is no program known here: a translated word, output, or a tool to install?"});
        if (one.lost_line_break)
            c.findings.push_back({article_finding::level::warning, c.line, "line-break",
                                  "an option begins a line of its own: the sign that the line goes on is missing"});
        left_out_at_ = 0;
        found.push_back(std::move(c));
    }

    // Switching channels is SAC's own; no shell has a `ch`.
    static bool is_for_sac(const std::vector<command_word>& words) {
        return words.size() > 1 && words[0].text == "ch" && words[1].text.starts_with('-');
    }

    static bool calls_cloud(const std::vector<command_word>& words) {
        return std::any_of(words.begin(), words.end(), [](const auto& w) { return is_cloud_cmdlet(w.text); });
    }

    // The program that the lines before are being typed into.
    static const std::string* asking_before(const std::vector<article_command>& found) {
        if (found.empty()) return nullptr;
        const auto& last = found.back();
        if (last.where == command_place::program) {
            const auto text = lower_case(trimmed(last.text));
            return text == "exit" || text == "quit" || text == "q" ? nullptr : &last.program;
        }
        if (last.where != command_place::shell) return nullptr;
        const auto words = words_of(last.text, last.in);
        static const std::string names[] = {"diskpart", "ntdsutil", "diskshadow", "wmic", "nslookup", "netsh"};
        if (words.size() == 1)
            for (const auto& name : names)
                if (program_name(words[0].text) == name) return &name;
        return nullptr;
    }

    // Words that a shell knows too.
    static bool is_typed_into(const std::string& program, const std::vector<command_word>& words) {
        const auto name = lower_case(words[0].text);
        if (name == "exit" || name == "quit") return true;
        if (program == "diskpart")
            return name == "convert" || name == "format" || name == "clean" || name == "assign" || name == "extend";
        if (program == "netsh" || program == "nslookup") return name == "set" || name == "show" || name == "int";
        return false;
    }

    void leave_out(int line) {
        // One finding for neighbouring lines.
        if (left_out_at_ == 0)
            say(article_finding::level::note, line, "output", "this and what follows like it is taken for output");
        left_out_at_ = line;
    }

    void in_sentence(const article_piece& piece) {
        const auto text = trimmed(piece.text);
        if (text.empty() || text.size() > 2000) return;
        const auto lines = lines_of_block(text, piece.line);
        if (lines.size() != 1) return;
        const std::string command(trimmed(lines[0].text));
        const auto in = looks_like_powershell(command) ? shell::powershell : shell::cmd;
        const auto words = words_of(command, in);
        if (words.empty() || words[0].is_quoted) return;
        const bool is_strong = piece.kind == piece_kind::strong;
        if (!(in == shell::powershell ? is_spoken_cmdlet(words, piece.alone, is_strong)
                                      : is_spoken_command(words, piece.alone, is_strong)))
            return;
        auto c = begun(piece, command, piece.line);
        c.in = in;
        if (calls_cloud(words)) c.where = command_place::outside;
        if (lines[0].prompt == "SAC") c.where = command_place::sac;
        if (!piece.alone)
            c.findings.push_back({article_finding::level::note, c.line, "sentence",
                                  "the command stands in a sentence: is it to be run here, or only mentioned?"});
        commands_.push_back(std::move(c));
    }

    static bool is_spoken_cmdlet(const std::vector<command_word>& words, bool alone, bool is_strong) {
        if (!is_cmdlet(words[0].text)) return false;
        const bool has_parameter = std::any_of(words.begin() + 1, words.end(), [](const auto& w) {
            return w.text.starts_with('-') || w.text == "|" || w.is_quoted;
        });
        return has_parameter || (alone && !is_strong);
    }

    static bool is_spoken_command(const std::vector<command_word>& words, bool alone, bool is_strong) {
        const auto name = program_name(words[0].text);
        if (!is_windows_program(name)) return false;
        const bool has_switch = std::any_of(words.begin() + 1, words.end(), [](const auto& w) {
            return w.text.size() > 1 && (w.text[0] == '/' || w.text[0] == '-') && !w.is_operator;
        });
        if (takes_verb(name)) {
            if (words.size() < 2 || !knows_verb(name, words[1].text)) return false;
            return words.size() > 2 || name == "query" || (alone && !is_strong);
        }
        if (is_strong) return has_switch && !is_english_word(name) && words.size() <= 24;
        if (is_english_word(name)) return has_switch || (alone && words.size() > 1 && words[0].text == name);
        return has_switch || alone || words.size() > 2;
    }

    // A command of a sentence that also stands in a block is only a mention of it.
    void drop_mentions() {
        const auto bare = [](const article_command& c) {
            std::string text;
            for (const auto& word : words_of(c.text, c.in)) text += lower_case(word.text) + " ";
            return text;
        };
        std::set<std::string> blocks;
        for (const auto& c : commands_)
            if (c.kind == piece_kind::block || c.kind == piece_kind::html) blocks.insert(bare(c));
        std::erase_if(commands_, [&](const article_command& c) {
            const bool is_spoken = c.kind == piece_kind::code || c.kind == piece_kind::strong;
            return is_spoken && !text_.pieces[c.piece].alone && blocks.contains(bare(c));
        });
    }

    article& text_;
    std::vector<article_command> commands_;
    std::size_t at_ = 0;
    int left_out_at_ = 0;
};

}  // namespace

std::vector<article_command> commands_of(article& text) {
    return collector(text).take();
}

}  // namespace emsctl::scripts
