#include <algorithm>
#include <set>

#include "scripts/article/command_doubts.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

using part = std::vector<command_word>;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool has(const part& words, std::string_view option) {
    return std::any_of(words.begin(), words.end(), [&](const auto& w) { return lower_case(w.text) == option; });
}

void provider_path(const command_view& view, const part& words, doubts& to) {
    if (!is_cmdlet(words[0].text)) return;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto text = lower_case(words[i].text);
        if (text.starts_with("hklm\\") || text.starts_with("hkcu\\") || text.starts_with("hkey_local_machine\\") ||
            text.starts_with("hkey_current_user\\"))
            add_doubt(to, view, "key-form",
                      "without a colon behind the hive (HKLM:\\) this is a path of files, not of the registry");
        // Splatted over a blank: a path with blanks needs quotes.
        const bool is_open_path = (text.starts_with("hklm:\\") || text.starts_with("c:\\")) && !words[i].is_quoted;
        if (is_open_path && i + 1 < words.size() && words[i + 1].text.find('\\') != std::string::npos &&
            !words[i + 1].text.starts_with('-') && words[i + 1].text.find(':') == std::string::npos)
            add_doubt(to, view, "quotes", "a path with blanks needs quotes");
    }
}

void registry_value(const command_view& view, const part& words, doubts& to) {
    const auto name = lower_case(words[0].text);
    if (!is_one_of(name, {"set-itemproperty", "new-itemproperty", "sp"})) return;
    const bool is_registry = lower_case(view.text).find("hk") != std::string::npos;
    if (is_registry && !has(words, "-type") && !has(words, "-propertytype"))
        add_doubt(to, view, "type",
                  "no type is given: a value that is not there yet becomes a text, and a number in words fails");
}

// The answer of a command taken for one name: with none, the path is the folder itself; with several, it is no path.
void computed_target(const command_view& view, doubts& to) {
    const auto lower = lower_case(view.text);
    const bool removes = lower.find("remove-item") != std::string::npos ||
                         lower.find("move-item") != std::string::npos || lower.find("rename-item") != std::string::npos;
    const bool joins = lower.find("'+(") != std::string::npos || lower.find("\"+(") != std::string::npos ||
                       lower.find("' + (") != std::string::npos || lower.find("\" + (") != std::string::npos ||
                       lower.find("' + $") != std::string::npos || lower.find("'+((") != std::string::npos;
    if (removes && joins && lower.find("get-") != std::string::npos)
        add_doubt(to, view, "computed-target",
                  "what is removed is computed from another command's answer: with no answer it is the folder itself, "
                  "with several it is nothing");
}

void misfits(const command_view& view, doubts& to) {
    for (const auto& word : view.words)
        if (word.is_operator && (word.text == "&&" || word.text == "||"))
            add_doubt(to, view, "shell", "Windows PowerShell knows no " + word.text);
    for (const auto& words : view.parts) {
        const auto name = lower_case(words[0].text);
        if (is_one_of(name, {"sc", "where", "set", "find"}) && words.size() > 1 && !words[1].text.starts_with('-') &&
            name != "set" && !words[1].text.starts_with('{') && !words[1].text.starts_with('$'))
            add_doubt(to, view, "alias", "in PowerShell " + name + " is not the program of that name");
        if (is_one_of(name, {"get-wmiobject", "gwmi", "invoke-wmimethod", "remove-wmiobject", "set-wmiinstance"}))
            add_doubt(to, view, "note-wmi", name + " exists in Windows PowerShell only");
        if (is_one_of(name, {"get-credential", "read-host", "out-gridview", "pause", "show-command"}))
            add_doubt(to, view, "asks", name + " waits for a person or shows a window");
        const bool asks_before =
            is_one_of(name, {"enable-psremoting", "set-executionpolicy", "remove-localuser", "clear-disk",
                             "initialize-disk", "format-volume", "remove-partition", "disable-computerrestore",
                             "install-module", "uninstall-windowsfeature"});
        if (asks_before && !has(words, "-force") && lower_case(view.text).find("-confirm:$false") == std::string::npos)
            add_doubt(to, view, "asks", name + " asks a person unless -Force or -Confirm:$false is given");
        for (const auto& word : words)
            if (is_one_of(lower_case(word.text), {"-computername", "-cimsession", "-session"}))
                add_doubt(to, view, "other-machine", word.text + ": it acts on another machine, over the network");
        if (has(words, "-displayname") || has(words, "-displaygroup"))
            if (name.find("netfirewall") != std::string::npos || name.find("service") != std::string::npos)
                add_doubt(to, view, "translated-name",
                          "display names are translated: on a machine in another language this finds nothing");
    }
}

}  // namespace

void doubt_powershell(const command_view& view, doubts& to) {
    if (view.what.in != shell::powershell) return;
    for (const auto& words : view.parts) {
        provider_path(view, words, to);
        registry_value(view, words, to);
    }
    computed_target(view, to);
    misfits(view, to);
}

}  // namespace emsctl::scripts
