#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "scripts/article/command_doubts.hpp"

namespace emsctl::scripts {
namespace {

using part = std::vector<command_word>;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

const std::string* value_of(const part& words, std::string_view option) {
    for (std::size_t i = 1; i + 1 < words.size(); ++i)
        if (lower_case(words[i].text) == option) return &words[i + 1].text;
    return nullptr;
}

bool has(const part& words, std::string_view option) {
    return std::any_of(words.begin(), words.end(), [&](const auto& w) { return lower_case(w.text) == option; });
}

bool is_number(std::string_view text) {
    const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
    if (is_hex) text.remove_prefix(2);
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_hex ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : c >= '0' && c <= '9';
    });
}

void reg_type(const command_view& view, const std::string& type, doubts& to) {
    constexpr std::array<std::string_view, 9> types{"REG_SZ",
                                                    "REG_MULTI_SZ",
                                                    "REG_DWORD",
                                                    "REG_QWORD",
                                                    "REG_BINARY",
                                                    "REG_EXPAND_SZ",
                                                    "REG_NONE",
                                                    "REG_DWORD_LITTLE_ENDIAN",
                                                    "REG_DWORD_BIG_ENDIAN"};
    std::string upper = type;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (std::find(types.begin(), types.end(), upper) != types.end() || type.starts_with("EMSPLACE")) return;
    const bool is_cut = std::any_of(types.begin(), types.end(), [&](auto t) { return t.starts_with(upper); });
    if (is_cut)
        add_doubt(to, view, "truncated", "\"" + type + "\" is the beginning of a registry type: the line was cut off");
    else
        add_doubt(to, view, "unknown-option", "\"" + type.substr(0, 40) + "\" is no registry type");
}

void reg_options(const command_view& view, const part& words, const std::string& verb, doubts& to) {
    for (std::size_t i = 2; i < words.size(); ++i) {
        const auto option = lower_case(words[i].text);
        if (words[i].is_quoted || !option.starts_with('/')) continue;
        bool is_known = true;
        if (verb == "add")
            is_known = is_one_of(option, {"/v", "/ve", "/t", "/s", "/d", "/f", "/reg:32", "/reg:64"});
        else if (verb == "query")
            is_known = is_one_of(
                option, {"/v", "/ve", "/s", "/f", "/k", "/d", "/c", "/e", "/t", "/z", "/se", "/reg:32", "/reg:64"});
        else if (verb == "delete")
            is_known = is_one_of(option, {"/v", "/ve", "/va", "/f", "/reg:32", "/reg:64"});
        if (!is_known)
            add_doubt(to, view, "unknown-option", "reg " + verb + " knows no " + words[i].text.substr(0, 40));
        const bool takes_value = is_one_of(option, {"/v", "/t", "/d", "/s"}) && verb == "add";
        if (takes_value && i + 1 >= words.size())
            add_doubt(to, view, "truncated", words[i].text + " has no value: the rest is missing");
        if (takes_value) ++i;
    }
    if (verb == "query" && has(words, "/d") && !has(words, "/f"))
        add_doubt(to, view, "unknown-option", "reg query searches data with /d only beside /f: is reg add meant?");
}

void hive(const command_view& view, const part& words, doubts& to) {
    const auto key = lower_case(words[2].text);
    if (!key.starts_with("hklm\\") && !key.starts_with("hku\\") && !key.starts_with("hkey_local_machine\\") &&
        !key.starts_with("hkey_users\\") && !key.starts_with("emsplace"))
        add_doubt(to, view, "hive", "a hive can only be loaded below HKLM or HKU");
    if (words.size() < 4) {
        add_doubt(to, view, "truncated", "reg load needs a key and a file");
        return;
    }
    const auto file = lower_case(words[3].text);
    const auto slash = file.find_last_of('\\');
    const auto name = slash == std::string::npos ? file : file.substr(slash + 1);
    if (file.find("\\config\\") != std::string::npos && file.find("regback") == std::string::npos &&
        !is_one_of(name, {"system", "software", "sam", "security", "default", "components", "drivers", "elam",
                          "bcd-template", "bbi", "vsmidk", "userdiff"}))
        add_doubt(to, view, "hive",
                  "the hives of Windows in System32\\config have no such name as \"" + name.substr(0, 40) +
                      "\": they have no ending");
}

void reg(const command_view& view, const part& words, doubts& to) {
    if (words.size() < 3) return;
    const auto verb = lower_case(words[1].text);
    const auto key = lower_case(words[2].text);
    if (key.starts_with("hk") && key.substr(0, 6).find(':') != std::string::npos)
        add_doubt(to, view, "key-form", "reg.exe knows no colon behind the hive: that is PowerShell's form");
    reg_options(view, words, verb, to);
    if (verb == "load") hive(view, words, to);
    if (verb == "add" || verb == "delete") {
        if (!has(words, "/f"))
            add_doubt(to, view, "asks", "without /f it asks a person before it overwrites or deletes, and waits");
        if (const auto* type = value_of(words, "/t")) {
            reg_type(view, *type, to);
            const auto* data = value_of(words, "/d");
            if (data && (lower_case(*type) == "reg_dword" || lower_case(*type) == "reg_qword") && !is_number(*data) &&
                data->find("EMSPLACE") == std::string::npos)
                add_doubt(to, view, "number",
                          "\"" + data->substr(0, 40) + "\" is no number for reg.exe: hexadecimal needs 0x");
        }
        if (const auto* data = value_of(words, "/d"); data && data->find('%') != data->rfind('%'))
            add_doubt(to, view, "expanded",
                      "cmd puts in the value of the % variable of the machine where it runs before it is stored");
    }
    for (std::size_t i = 1; i < words.size(); ++i)
        if (words[i].is_quoted && !words[i].text.empty() &&
            (words[i].text.front() == ' ' || words[i].text.back() == ' ') &&
            is_one_of(lower_case(words[i - 1].text), {"add", "query", "delete", "/v"}))
            add_doubt(to, view, "blank", "a blank at the edge inside the quotes becomes part of the name");
    if (has(words, "enabled") && key.find("schannel\\protocols\\") != std::string::npos && verb == "add")
        add_doubt(to, view, "half", "Enabled alone may not switch a protocol: DisabledByDefault beside it counts, too");
}

void sc(const command_view& view, const part& words, doubts& to) {
    if (view.in_powershell_block && lower_case(words[0].text) == "sc")
        add_doubt(to, view, "alias",
                  "in Windows PowerShell sc means Set-Content: it is drafted for cmd, where it is sc.exe");
    if (words.size() < 2) return;
    const auto verb = lower_case(words[1].text);
    if (verb != "config" && verb != "create" && verb != "failure") return;
    for (std::size_t i = 2; i < words.size(); ++i) {
        const auto& text = words[i].text;
        const auto equals = text.find('=');
        if (words[i].is_quoted || equals == std::string::npos) continue;
        const auto option = lower_case(text.substr(0, equals));
        const bool is_option = is_one_of(option, {"start", "type", "obj", "depend", "binpath", "error", "displayname",
                                                  "password", "reset", "actions", "group", "tag"});
        if (is_option && equals + 1 < text.size())
            add_doubt(to, view, "blank", "older sc wants a blank behind \"" + option + "=\"");
        if (text == "=") add_doubt(to, view, "blank", "sc wants the = directly behind the option's name");
        const auto value = equals + 1 < text.size() ? text.substr(equals + 1)
                           : i + 1 < words.size()   ? words[i + 1].text
                                                    : "";
        if (option == "start" &&
            !is_one_of(lower_case(value), {"auto", "demand", "disabled", "boot", "system", "delayed-auto"}) &&
            value.find("EMSPLACE") == std::string::npos)
            add_doubt(to, view, "unknown-option",
                      "\"" + value.substr(0, 40) + "\" is no start type: auto, demand, disabled, delayed-auto");
    }
}

void icacls(const command_view& view, const part& words, doubts& to) {
    bool changes = false;
    for (const auto& word : words) {
        const auto option = lower_case(word.text);
        changes = changes ||
                  is_one_of(option, {"/grant", "/deny", "/remove", "/setowner", "/reset", "/inheritance", "/save",
                                     "/restore", "/substitute"}) ||
                  option.starts_with("/grant:") || option.starts_with("/remove:") ||
                  option.starts_with("/inheritance:");
    }
    if (!changes && !view.redirected.empty())
        add_doubt(to, view, "no-backup",
                  "a listing cannot be restored from: icacls /save makes a file that /restore reads");
    if (changes && has(words, "/t") && !has(words, "/save") && !has(words, "/restore"))
        add_doubt(to, view, "wide", "/t changes every file below: is all of it meant?");
}

void asking(const command_view& view, const part& words, const std::string& name, doubts& to) {
    const auto say = [&](const std::string& message) { add_doubt(to, view, "asks", message); };
    if (name == "takeown" && has(words, "/r") && !has(words, "/d"))
        say("takeown /r asks where it may not list a folder, and /d takes a letter that is translated");
    if ((name == "rd" || name == "rmdir") && has(words, "/s") && !has(words, "/q")) say("without /q it asks a person");
    if (name == "format" && !has(words, "/y")) say("format asks a person for a key");
    if (name == "pause" || name == "choice") say("it waits for a key");
    if (name == "chkdsk" && (has(words, "/f") || has(words, "/r") || has(words, "/x")))
        say("chkdsk asks a person when the volume is in use");
    if (name == "gpupdate" && has(words, "/force")) say("gpupdate /force may ask whether to log off or restart");
    if (name == "slmgr" || name == "slmgr.vbs") say("slmgr shows a window unless cscript runs it");
}

void boot(const command_view& view, const part& words, doubts& to) {
    if (const auto* store = value_of(words, "/store"); store && store->find(":\\") != std::string::npos)
        add_doubt(to, view, "boot-store",
                  "where the boot store is depends on the disk: its own partition, or the EFI one without a letter");
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
        const auto name = lower_case(words[i].text);
        if (name == "displaybootmenu" && lower_case(words[i + 1].text) != "no")
            add_doubt(to, view, "temporary", "the boot menu waits from now on: to be taken back after the repair");
        if (is_one_of(name, {"safeboot", "testsigning", "nointegritychecks", "recoveryenabled", "bootstatuspolicy"}))
            add_doubt(to, view, "temporary",
                      name + " changes how the machine boots from now on: to be taken back after the repair");
    }
}

}  // namespace

void doubt_programs(const command_view& view, doubts& to) {
    for (const auto& words : view.parts) {
        if (words.empty()) continue;
        const auto name = program_name(words[0].text);
        if (name == "reg") reg(view, words, to);
        if (name == "sc" && view.what.in == shell::cmd) sc(view, words, to);
        if (name == "icacls" || name == "cacls") icacls(view, words, to);
        if (name == "bcdedit") boot(view, words, to);
        asking(view, words, name, to);
        if (name == "net" && words.size() >= 4 && lower_case(words[1].text) == "user" &&
            !words[3].text.starts_with('/'))
            add_doubt(to, view, "secret", "a password would stand in the command, in journals and in reports");
        if (name == "for" && view.what.in == shell::cmd && view.text.find("%%") == std::string::npos &&
            view.text.find('%') != std::string::npos)
            add_doubt(to, view, "percent", "typed form of for: in a file, as steps are sent, its variable is %%x");
        if (view.what.in != shell::cmd) continue;
        for (const auto& word : words)
            if (!word.is_quoted && word.text.size() > 2 && word.text[1] == ':' &&
                std::isalpha(static_cast<unsigned char>(word.text[0])) != 0 &&
                std::isalpha(static_cast<unsigned char>(word.text[2])) != 0)
                add_doubt(to, view, "path",
                          "\"" + word.text.substr(0, 40) + "\" has no backslash behind the drive: lost in publishing?");
    }
    for (const auto& word : view.words) {
        const auto text = lower_case(word.text);
        for (const std::string_view root : {"hklm", "hkcu", "hkey_local_machine", "hkey_current_user"})
            if (text.starts_with(root) && text.size() > root.size() &&
                std::isalnum(static_cast<unsigned char>(text[root.size()])) != 0)
                add_doubt(to, view, "path",
                          "\"" + word.text.substr(0, 40) + "\" has no backslash behind the hive: lost in publishing?");
    }
}

}  // namespace emsctl::scripts
