#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "scripts/article/command_doubts.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool has_wide(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// The next code point of UTF-8 and its length; U+FFFD for what is none.
char32_t code_point(std::string_view text, std::size_t at, std::size_t& size) {
    const auto c = static_cast<unsigned char>(text[at]);
    size = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    if (c < 0x80) return c;
    if (size == 1 || at + size > text.size()) {
        size = 1;
        return 0xfffd;
    }
    char32_t value = c & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) value = (value << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3fu);
    return value;
}

void characters(const command_view& view, doubts& to) {
    std::set<std::string> seen;
    std::size_t size = 1;
    const std::string_view text = view.what.text;
    for (std::size_t at = 0; at < text.size(); at += size) {
        const auto c = code_point(text, at, size);
        if (c < 0x80) {
            if (c < 0x20 && c != '\n' && c != '\t' && seen.insert("control-character").second)
                add_doubt(to, view, "control-character", "it holds a control character");
            continue;
        }
        std::string code, message;
        if ((c >= 0x2018 && c <= 0x201f) || c == 0xab || c == 0xbb || c == 0x2039 || c == 0x203a) {
            code = "typographic-quote";
            message = "typographic quotes: cmd takes them for letters; straight ones are meant";
        } else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212) {
            code = "typographic-dash";
            message = "a typographic dash: programs do not take it for an option; a plain - is meant";
        } else if (c == 0xa0 || c == 0x2007 || c == 0x202f || c == 0x3000 || (c >= 0x2002 && c <= 0x2009)) {
            code = "odd-blank";
            message = "a blank that is not a plain one (non-breaking or wide): it does not part words";
        } else if ((c >= 0x200b && c <= 0x200f) || c == 0xfeff || c == 0x2060 || c == 0xad ||
                   (c >= 0x202a && c <= 0x202e)) {
            code = "invisible";
            message = "an invisible character inside the command";
        } else if (c == 0x2026) {
            code = "left-out";
            message = "an ellipsis: something was left out";
        } else if (c >= 0xff01 && c <= 0xff5e) {
            code = "wide-form";
            message = "full-width forms of plain characters";
        } else if (c == 0xfffd) {
            code = "unreadable";
            message = "a character that cannot be read";
        }
        if (!code.empty() && seen.insert(code).second) add_doubt(to, view, code, message);
    }
}

void markup(const command_view& view, doubts& to) {
    const auto text = lower_case(view.what.text);
    for (const std::string_view rest : {"&lt;", "&gt;", "&quot;", "&amp;", "&nbsp;", "&#", "<br", "</", "<code", "**"})
        if (text.find(rest) != std::string::npos) {
            add_doubt(to, view, "markup", "a rest of markup (" + std::string(rest) + ") inside the command");
            return;
        }
}

void quotes(const command_view& view, doubts& to) {
    if (!view.words.empty() && view.words.back().is_open) {
        add_doubt(to, view, "open-quote", "a quote has no end");
        return;
    }
    if (view.what.in == shell::cmd) {
        for (const auto& part : view.parts) {
            if (part.empty() || is_one_of(program_name(part[0].text),
                                          {"powershell", "pwsh", "for", "echo", "wmic", "rem", "title", "msg"}))
                continue;
            for (const auto& word : part)
                if (!word.is_quoted && (word.text.starts_with('\'') || word.text.find("='") != std::string::npos)) {
                    add_doubt(to, view, "single-quotes",
                              "single quotes are letters for cmd and become part of the value: double ones are meant");
                    return;
                }
        }
        return;
    }
    int depth = 0;
    for (const auto& word : view.words) {
        if (!word.is_operator) continue;
        depth += word.text == "(" || word.text == "{";
        depth -= word.text == ")" || word.text == "}";
    }
    if (depth != 0) add_doubt(to, view, "open-bracket", "brackets are not balanced: a part is missing");
}

void ends(const command_view& view, doubts& to) {
    const auto text = trimmed(view.text);
    if (text.ends_with("...") || text.find(" ... ") != std::string_view::npos) {
        add_doubt(to, view, "left-out", "dots stand for something that was left out");
        return;
    }
    if (text.empty() || view.words.empty()) return;
    const auto& last = view.words.back();
    if (last.is_operator && is_one_of(last.text, {"|", "||", "&&", "<", ">", ">>"})) {
        add_doubt(to, view, "truncated", "it ends in " + last.text + ": the rest is missing");
        return;
    }
    if (text.ends_with('^') || text.ends_with('`') || (text.ends_with('=') && !last.is_quoted) || text.ends_with(','))
        add_doubt(to, view, "truncated", "it ends where more must follow");
    constexpr std::array<std::string_view, 14> need_value{
        "-name",        "-path",        "-value",      "-computername", "-filter",   "-type",        "-propertytype",
        "-literalpath", "-displayname", "-credential", "-servicename",  "-identity", "-startuptype", "-localport"};
    if (view.what.in == shell::powershell && !last.is_quoted &&
        std::find(need_value.begin(), need_value.end(), lower_case(last.text)) != need_value.end())
        add_doubt(to, view, "truncated", last.text + " has no value: the rest is missing");
}

// After these words another program's name is their operand.
bool takes_program(const std::string& name) {
    return is_one_of(name, {"where",       "help",
                            "man",         "start",
                            "runas",       "psexec",
                            "call",        "cmd",
                            "powershell",  "pwsh",
                            "schtasks",    "wmic",
                            "forfiles",    "taskkill",
                            "tasklist",    "for",
                            "if",          "echo",
                            "findstr",     "find",
                            "rem",         "get-command",
                            "get-help",    "start-process",
                            "get-process", "stop-process",
                            "netsh",       "invoke-command",
                            "get-item",    "get-childitem",
                            "regsvr32",    "msiexec",
                            "write-host",  "write-output",
                            "procdump",    "logman",
                            "title",       "select-string",
                            "more",        "rundll32",
                            "winrs",       "new-scheduledtaskaction",
                            "param",       "function",
                            "winget",      "dism",
                            "appcmd",      "gcm",
                            "msg",         "auditpol",
                            "set",         "bcdedit",
                            "nltest"});
}

bool is_option(std::string_view word) {
    return word.starts_with('/') || (word.starts_with('-') && word.size() > 1);
}

// A program's name in the middle of another one's words, with a verb of its own behind it.
void glue(const command_view& view, doubts& to) {
    for (const auto& part : view.parts) {
        if (part.size() < 2 || takes_program(program_name(part[0].text))) continue;
        for (std::size_t i = 1; i < part.size(); ++i) {
            const auto& word = part[i];
            if (word.is_quoted || has_wide(word.text)) continue;
            const auto name = lower_case(word.text);
            const bool is_last = i + 1 == part.size();
            const auto& next = is_last ? word : part[i + 1];
            const bool is_value = lower_case(part[i - 1].text).ends_with("=") ||
                                  is_one_of(lower_case(part[i - 1].text),
                                            {"/v", "/d", "/im", "/fi", "/tn", "/tr", "-name", "-argumentlist"}) ||
                                  (part[i - 1].text.starts_with('-') && view.what.in == shell::powershell);
            if (is_value) continue;
            bool is_command = false;
            if (is_cmdlet(word.text) && !is_option(word.text))
                is_command = true;
            else if (takes_verb(name))
                is_command = !is_last && knows_verb(name, next.text) &&
                             (name != "query" && name != "net" ? true : i + 2 < part.size());
            else if (is_one_of(name,
                               {"icacls",   "takeown",  "bcdedit", "gpupdate", "netsh",    "chkdsk",     "dism",
                                "diskpart", "bcdboot",  "bootrec", "regsvr32", "taskkill", "schtasks",   "wmic",
                                "ipconfig", "sfc",      "netstat", "xcopy",    "robocopy", "manage-bde", "reagentc",
                                "certutil", "wusa",     "pnputil", "shutdown", "nltest",   "netdom",     "systeminfo",
                                "mountvol", "vssadmin", "secedit", "cacls",    "attrib"}))
                is_command =
                    is_last || is_option(next.text) || name == "netsh" || next.text.find(':') != std::string::npos;
            else if (is_one_of(name, {"md", "mkdir", "rd", "rmdir", "del", "ren", "copy", "cd"}))
                is_command = !is_last && next.text.find('\\') != std::string::npos && i >= 2;
            if (!is_command) continue;
            add_doubt(to, view, "glued",
                      "two commands seem to stand on one line: the second begins at \"" + word.text +
                          (is_last ? "" : " " + next.text.substr(0, 40)) + "\"");
            return;
        }
    }
}

// Machine translation does not stop at commands: letters of other scripts where programs know none.
void translation(const command_view& view, doubts& to) {
    for (const auto& part : view.parts) {
        if (part.empty()) continue;
        for (std::size_t i = 0; i < part.size(); ++i) {
            const auto& word = part[i];
            const bool is_name = i == 0 && !word.is_quoted && word.text.find('\\') == std::string::npos;
            if (!has_wide(word.text) || word.is_quoted || (!is_name && !is_option(word.text))) continue;
            add_doubt(to, view, "translated",
                      "\"" + word.text.substr(0, 60) + "\" has letters that no program or option has: translated?");
            return;
        }
        // `net stop X` in another language: a verb that the program does not know.
        const auto name = program_name(part[0].text);
        if (takes_verb(name) && part.size() > 1 && !part[1].is_quoted && !is_option(part[1].text) &&
            !part[1].text.starts_with("\\\\") && !knows_verb(name, part[1].text) &&
            !part[1].text.starts_with("EMSPLACE"))
            add_doubt(to, view, "unknown-verb", name + " knows no \"" + part[1].text.substr(0, 40) + "\"");
    }
}

void syntax_line(const command_view& view, doubts& to) {
    for (const auto& word : view.words)
        if (!word.is_quoted && view.what.in == shell::cmd &&
            (word.text.starts_with("[/") || word.text.starts_with("[-") || word.text.starts_with("[\\") ||
             word.text == "[")) {
            add_doubt(to, view, "syntax", "square brackets around options: a description of the syntax, not a command");
            return;
        }
}

void examples(const command_view& view, doubts& to) {
    for (const auto& word : view.words) {
        const auto text = lower_case(word.text);
        const bool is_example = text.find("contoso") != std::string::npos ||
                                text.find("fabrikam") != std::string::npos || text.starts_with("your") ||
                                text.find("x.x") != std::string::npos || text.find("xxxx") != std::string::npos ||
                                text.find("example.com") != std::string::npos || text.starts_with("myvm") ||
                                text.starts_with("myresource");
        if (!is_example) continue;
        add_doubt(to, view, "example",
                  "\"" + word.text.substr(0, 60) + "\" is an example's name: put your own in its place");
        return;
    }
}

void secrets(const command_view& view, doubts& to) {
    for (const auto& word : view.words) {
        const auto text = lower_case(word.text);
        const bool is_secret =
            text.find("/password") != std::string::npos || text.find("password:") != std::string::npos ||
            text.find("password=") != std::string::npos || text.starts_with("-password") ||
            text.find("/passwordd") != std::string::npos || text.find("asplaintext") != std::string::npos;
        if (!is_secret) continue;
        add_doubt(to, view, "secret", "a password would stand in the command, in journals and in reports");
        return;
    }
}

}  // namespace

void doubt_text(const command_view& view, doubts& to) {
    characters(view, to);
    markup(view, to);
    quotes(view, to);
    ends(view, to);
    if (view.what.where != command_place::shell) return;
    glue(view, to);
    translation(view, to);
    syntax_line(view, to);
    examples(view, to);
    secrets(view, to);
}

}  // namespace emsctl::scripts
