#include <algorithm>
#include <array>
#include <cctype>

#include "scripts/article/command_doubts.hpp"
#include "scripts/service_rules.hpp"

namespace emsctl::scripts {
namespace {

using part = std::vector<command_word>;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool contains(const std::string& text, std::string_view piece) {
    return text.find(piece) != std::string::npos;
}

std::string first_operand(const part& words, std::size_t from) {
    for (std::size_t i = from; i < words.size(); ++i)
        if (!words[i].text.starts_with('-') && !words[i].text.starts_with('/')) return words[i].text;
    return {};
}

// The service that would be stopped or disabled.
std::string stopped_service(const part& words) {
    const auto name = program_name(words[0].text);
    const auto verb = words.size() > 1 ? lower_case(words[1].text) : std::string();
    if ((name == "sc" || name == "net") && verb == "stop") return first_operand(words, 2);
    if (name == "sc" && verb == "config" &&
        std::any_of(words.begin(), words.end(), [](const auto& w) { return lower_case(w.text).ends_with("disabled"); }))
        return first_operand(words, 2);
    if (name == "stop-service" || name == "spsv") return first_operand(words, 1);
    if (name == "set-service" &&
        std::any_of(words.begin(), words.end(), [](const auto& w) { return lower_case(w.text) == "disabled"; }))
        return first_operand(words, 1);
    if (name == "reg" && verb == "add" && words.size() > 2) {
        const auto key = lower_case(words[2].text);
        const auto at = key.find("\\services\\");
        bool disables = false;
        for (std::size_t i = 3; i + 1 < words.size(); ++i)
            disables = disables || (lower_case(words[i].text) == "/d" && is_one_of(words[i + 1].text, {"4", "0x4"}));
        const bool is_start =
            std::any_of(words.begin(), words.end(), [](const auto& w) { return lower_case(w.text) == "start"; });
        if (at != std::string::npos && disables && is_start) return words[2].text.substr(at + 10);
    }
    return {};
}

void services(const command_view& view, const part& words, doubts& to) {
    const auto service = stopped_service(words);
    if (!service.empty() && is_untouchable(service))
        add_doubt(to, view, "untouchable",
                  "the service " + service + " is on the list of those that no runbook may stop or disable");
}

void state(const command_view& view, const part& words, doubts& to) {
    const auto name = program_name(words[0].text);
    const bool is_alone = view.parts.size() == 1;
    if (is_one_of(name, {"set-location", "cd", "chdir", "pushd", "popd", "push-location", "pop-location", "sl"}) &&
        words.size() > 1)
        add_doubt(to, view, "state", "the folder is gone with the step: every step is a process of its own");
    if (is_alone && is_one_of(name, {"import-module", "remove-module", "ipmo", "rmo", "add-type", "add-pssnapin"}))
        add_doubt(to, view, "state", name + " lasts for one process only: later steps do not see it");
    if (is_alone && name == "set" && words.size() > 1 && view.what.in == shell::cmd)
        add_doubt(to, view, "state", "the variable is gone with the step: every step is a process of its own");
    if (is_one_of(name, {"exit", "logoff"}))
        add_doubt(to, view, "state", name + " ends the shell that it is typed into");
    if (is_one_of(name, {"enter-pssession", "powershell", "cmd", "pwsh"}) && words.size() == 1)
        add_doubt(to, view, "state",
                  name + " begins a shell inside the shell: what follows is meant to be typed there");
    if (is_one_of(name, {"shutdown", "restart-computer", "stop-computer", "wpeutil"}))
        add_doubt(to, view, "restart", "it restarts or stops the machine: a step `restart:` waits until it is back");
    if (needs_desktop(name) && !contains(words[0].text, "Services"))
        add_doubt(to, view, "desktop", name + " shows a window: a console has none");
    if (has_dialogue(name) && words.size() == 1)
        add_doubt(to, view, "dialogue", name + " asks for commands of its own: what follows is typed into it");
}

// Names of accounts are translated; SIDs are not.
void account_names(const command_view& view, doubts& to) {
    for (const auto& word : view.words) {
        const auto text = lower_case(word.text);
        if (contains(text, "nt authority\\") || contains(text, "builtin\\") || contains(text, "nt service\\everyone")) {
            add_doubt(to, view, "translated-name",
                      "names of accounts are translated: on a machine in another language \"" +
                          word.text.substr(0, 40) + "\" is unknown; a SID is not");
            return;
        }
    }
    for (const auto& words : view.parts) {
        const auto name = program_name(words[0].text);
        if (!is_one_of(name, {"icacls", "cacls", "takeown", "net", "add-localgroupmember", "get-localgroupmember"}))
            continue;
        for (std::size_t i = 1; i < words.size(); ++i) {
            const auto text = lower_case(words[i].text);
            const auto account = text.substr(0, text.find(':'));
            const bool is_file = contains(text, "\\");
            if (!is_file && is_one_of(account, {"administrators", "everyone", "users", "system", "network service",
                                                "local service", "remote desktop users", "authenticated users",
                                                "guests", "\"remote desktop users\""})) {
                add_doubt(to, view, "translated-name",
                          "names of groups are translated: on a machine in another language \"" +
                              words[i].text.substr(0, 40) + "\" is unknown; a SID is not");
                return;
            }
        }
    }
    const auto lower = lower_case(view.text);
    if (contains(lower, "advfirewall") && contains(lower, "group=") && !contains(lower, "@firewallapi"))
        add_doubt(to, view, "translated-name", "names of rule groups are translated: @FirewallAPI.dll,-NUMBER is not");
}

void environment(const command_view& view, doubts& to) {
    if (view.what.in != shell::cmd) return;
    for (auto at = view.text.find('%'); at != std::string::npos;) {
        const auto end = view.text.find('%', at + 1);
        if (end == std::string::npos) return;
        const auto name = lower_case(view.text.substr(at + 1, end - at - 1));
        const bool is_name = !name.empty() && name.size() < 40 && std::all_of(name.begin(), name.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '(' || c == ')';
        });
        const bool is_known = is_one_of(name, {"systemroot",
                                               "windir",
                                               "systemdrive",
                                               "programdata",
                                               "programfiles",
                                               "programfiles(x86)",
                                               "temp",
                                               "tmp",
                                               "userprofile",
                                               "appdata",
                                               "localappdata",
                                               "computername",
                                               "username",
                                               "userdomain",
                                               "public",
                                               "path",
                                               "date",
                                               "time",
                                               "errorlevel",
                                               "logonserver",
                                               "processor_architecture",
                                               "allusersprofile",
                                               "commonprogramfiles",
                                               "homedrive",
                                               "homepath"});
        const bool is_set_here = contains(lower_case(view.text), "set " + name + "=") ||
                                 contains(lower_case(view.text), "set \"" + name + "=");
        if (is_name && !is_known && !is_set_here) {
            add_doubt(to, view, "unset-variable", "%" + name + "% is set by nothing here");
            return;
        }
        at = is_name ? view.text.find('%', end + 1) : end;
    }
}

void security(const command_view& view, doubts& to) {
    const auto text = lower_case(view.text);
    const auto say = [&](const std::string& what) { add_doubt(to, view, "security", what); };
    const bool is_change = !contains(text, "reg query") && !text.starts_with("get-");
    if (!is_change) return;
    const bool is_old_protocol = contains(text, "protocols\\tls 1.0") || contains(text, "protocols\\tls 1.1") ||
                                 contains(text, "protocols\\ssl ");
    if (is_old_protocol && contains(text, "enabled") && !contains(text, "/d 0") && !contains(text, "-value 0") &&
        !contains(text, "delete"))
        say("it switches on a protocol that is out of date");
    if (contains(text, "userauthentication") && (contains(text, "/d 0") || contains(text, "-value 0")))
        say("it switches off network level authentication");
    if (contains(text, "securitylayer") && (contains(text, "/d 0") || contains(text, "-value 0")))
        say("it lowers the security layer of Remote Desktop");
    if (contains(text, "allprofiles state off") || contains(text, "opmode disable") ||
        contains(text, "opmode mode=disable") ||
        (contains(text, "set-netfirewallprofile") && contains(text, "-enabled false")) ||
        contains(text, "enablefirewall"))
        say("it switches off or on the whole firewall");
    if (contains(text, "allowencryptionoracle")) say("it lowers the protection of credentials");
    if (contains(text, "set-executionpolicy") && (contains(text, "unrestricted") || contains(text, "bypass")))
        say("any script may run from then on");
    if (contains(text, "everyone:f") || contains(text, "everyone:(f)") || contains(text, "everyone:(oi)(ci)f") ||
        contains(text, "*s-1-1-0:f"))
        say("everybody gets full access");
    if (contains(text, "smb1") && (contains(text, "enable") || contains(text, "install"))) say("SMB 1 is out of date");
    if (contains(text, "enablelua") && contains(text, "/d 0")) say("it switches off user account control");
    if (contains(text, "disablerealtimemonitoring")) say("it switches off protection against malware");
    if (contains(text, "trustedhosts")) say("it trusts machines by their names alone");
    if (contains(text, "nointegritychecks") || contains(text, "testsigning on")) say("unsigned drivers are let in");
}

void control_set(const command_view& view, doubts& to) {
    const auto text = lower_case(view.text);
    const auto at = text.find("controlset0");
    if (at == std::string::npos) return;
    add_doubt(to, view, "control-set",
              "which numbered control set is in use says the value Current of the key Select: writing to another one "
              "is in vain, and reg add makes one that was not there");
}

void pipes(const command_view& view, doubts& to) {
    if (view.parts.size() < 2) return;
    const auto last = lower_case(view.parts.back()[0].text);
    if (view.parts.back().size() == 1 && is_one_of(last, {"more", "out-host", "more.com"}))
        add_doubt(to, view, "pager",
                  "a pager waits for a key after every screen: it is left out where the rest only reads");
}

}  // namespace

void doubt_effects(const command_view& view, doubts& to) {
    for (const auto& words : view.parts) {
        if (words.empty()) continue;
        services(view, words, to);
        state(view, words, to);
    }
    account_names(view, to);
    environment(view, to);
    security(view, to);
    control_set(view, to);
    pipes(view, to);
}

}  // namespace emsctl::scripts
