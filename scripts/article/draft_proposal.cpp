#include "scripts/article/draft_proposal.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scripts/article/placeholders.hpp"
#include "scripts/service_rules.hpp"

namespace emsctl::scripts {
namespace {

using part = std::vector<command_word>;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

// The value behind an option, in either shell's form.
std::string value_of(const part& words, std::string_view option) {
    for (std::size_t i = 1; i + 1 < words.size(); ++i)
        if (lower_case(words[i].text) == option) return words[i + 1].text;
    return {};
}

std::string put_back(std::string text, const std::vector<std::string>& holes) {
    for (auto at = text.find(place_word); at != std::string::npos; at = text.find(place_word, at + 1)) {
        const auto digits = text.substr(at + place_word.size(), 4);
        if (digits.size() != 4 || digits.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto number = static_cast<std::size_t>(std::stoi(digits)) - 1000;
        if (number < holes.size()) text.replace(at, place_word.size() + 4, holes[number]);
    }
    return text;
}

std::string in_quotes(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class proposer {
  public:
    proposer(const command_view& view, const std::string& with_holes, const std::vector<std::string>& holes)
        : view_(view), with_holes_(with_holes), holes_(holes) {}

    draft_proposal propose() {
        if (view_.parts.size() == 1 && view_.redirected.empty()) {
            const auto& words = view_.parts[0];
            const auto name = program_name(words[0].text);
            const auto verb = words.size() > 1 ? lower_case(words[1].text) : std::string();
            if (name == "reg" && verb == "add" && words.size() > 2) registry(words);
            if (name == "reg" && is_one_of(verb, {"load", "unload"})) {
                found_.remark =
                    "`hive:` loads the registry of another Windows around its steps, on a copy while looking, and "
                    "unloads it.";
                found_.is_known = true;
                return found_;
            }
            if (name == "sc" && is_one_of(verb, {"start", "stop"}) && words.size() == 3)
                service(words[2].text, verb == "start", {});
            if (name == "net" && is_one_of(verb, {"start", "stop"}) && words.size() >= 3 && words.size() <= 4 &&
                (words.size() == 3 || words[3].text == "/y"))
                service(words[2].text, verb == "start", {});
            if (name == "sc" && verb == "config") configured(words);
            if (is_one_of(name, {"start-service", "stop-service"})) cmdlet(words, name == "start-service");
            if (is_one_of(name, {"shutdown", "restart-computer"}) &&
                (name != "shutdown" || std::any_of(words.begin(), words.end(), [](const auto& w) {
                     return lower_case(w.text) == "/r" || lower_case(w.text) == "-r";
                 }))) {
                found_.is_known = true;
                found_.risk = risk_level::medium;
                found_.lines = {"risk: medium", "why: The article asks for a restart here.",
                                "restart:", "  reason: The article asks for a restart here."};
            }
            if (!found_.lines.empty() || !found_.remark.empty()) return found_;
        }
        // Of several commands one that changes something is enough, and so is a file that is written.
        found_.is_known = !view_.redirected.empty() || std::any_of(view_.parts.begin(), view_.parts.end(), changes);
        plain();
        return found_;
    }

  private:
    static bool changes(const part& words) {
        if (words.empty()) return false;
        const auto name = program_name(words[0].text);
        const auto verb = words.size() > 1 ? lower_case(words[1].text) : std::string();
        const auto has = [&](std::initializer_list<std::string_view> list) {
            return std::any_of(words.begin(), words.end(),
                               [&](const auto& w) { return is_one_of(lower_case(w.text), list); });
        };
        if (name == "netsh") return has({"set", "add", "delete", "reset", "import"});
        if (name == "chkdsk") return has({"/f", "/r", "/x", "/spotfix", "/b"});
        if (name == "dism")
            return std::any_of(words.begin(), words.end(), [](const auto& w) {
                const auto option = lower_case(w.text);
                return option.starts_with("/disable-") || option.starts_with("/enable-") ||
                       option.starts_with("/add-") || option.starts_with("/remove-") ||
                       option.starts_with("/restorehealth") || option.starts_with("/set-") ||
                       option.starts_with("/startcomponentcleanup") || option.starts_with("/apply-");
            });
        if (is_one_of(name,
                      {"md",       "mkdir",   "rd",       "rmdir",    "del",      "erase",   "copy",    "xcopy",
                       "robocopy", "ren",     "rename",   "move",     "takeown",  "attrib",  "format",  "diskpart",
                       "bcdboot",  "bootrec", "shutdown", "gpupdate", "regsvr32", "msiexec", "wusa",    "sfc",
                       "expand",   "subst",   "taskkill", "logoff",   "rwinsta",  "setx",    "compact", "cacls",
                       "icacls",   "bcdedit", "bootsect", "mklink",   "replace"}))
            return true;
        if (name == "reg") return is_one_of(verb, {"add", "delete", "import", "copy", "restore"});
        if (name == "sc")
            return is_one_of(verb, {"config", "create", "delete", "failure", "start", "stop", "sdset", "triggerinfo",
                                    "sidtype", "privs"});
        if (name == "net") return is_one_of(verb, {"start", "stop", "user", "localgroup", "use", "share", "accounts"});
        const auto dash = name.find('-');
        return dash != std::string::npos &&
               is_one_of(name.substr(0, dash),
                         {"set",        "new",        "remove",  "stop",      "start",  "restart", "add",   "enable",
                          "disable",    "clear",      "install", "uninstall", "rename", "move",    "copy",  "register",
                          "unregister", "reset",      "resize",  "repair",    "update", "import",  "mount", "dismount",
                          "format",     "initialize", "suspend", "resume",    "grant",  "revoke"});
    }

    void registry(const part& words) {
        auto key = words[2].text;
        const auto lower = lower_case(key);
        if (lower.starts_with("hkey_local_machine\\"))
            key = "HKLM" + key.substr(18);
        else if (lower.starts_with("hklm\\"))
            key = "HKLM" + key.substr(4);
        else
            return;
        auto type = value_of(words, "/t");
        for (char& c : type) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        const auto value = value_of(words, "/v"), data = value_of(words, "/d");
        if (value.empty() || data.empty() || !is_one_of(type, {"REG_DWORD", "REG_SZ", "REG_EXPAND_SZ", "REG_QWORD"}))
            return;
        found_.is_known = true;
        found_.risk = risk_level::medium;
        found_.lines = {"risk: medium",
                        "why: " + in_quotes("The article sets " + put_back(value, holes_) + "; say here what for."),
                        "registry:",
                        "  key: " + in_quotes(put_back(key, holes_)),
                        "  value: " + in_quotes(put_back(value, holes_)),
                        "  type: " + type,
                        "  data: " + in_quotes(put_back(data, holes_))};
    }

    void service(const std::string& name, bool starts, const std::string& start_type) {
        found_.is_known = true;
        if (!starts && (start_type.empty() || start_type == "disabled") && is_untouchable(name)) {
            found_.remark = "No runbook may stop or disable " + name + ".";
            return;
        }
        found_.risk = risk_level::medium;
        const auto shown = put_back(name, holes_);
        found_.lines = {"risk: medium",
                        "why: " + in_quotes("The article changes the service " + shown + "; say here what for."),
                        "service:", "  name: " + in_quotes(shown)};
        found_.lines.push_back(start_type.empty() ? std::string("  state: ") + (starts ? "running" : "stopped")
                                                  : "  start: " + start_type);
    }

    void configured(const part& words) {
        if (words.size() < 4 || words.size() > 5) return;
        auto value = lower_case(words.size() == 5 ? words[4].text : words[3].text);
        const auto option = lower_case(words[3].text);
        if (!option.starts_with("start=") || (words.size() == 5 && option != "start=")) return;
        if (words.size() == 4) value = option.substr(6);
        if (is_one_of(value, {"auto", "demand", "disabled"})) service(words[2].text, false, value);
    }

    void cmdlet(const part& words, bool starts) {
        std::string name = value_of(words, "-name");
        for (std::size_t i = 1; i < words.size(); ++i) {
            const auto option = lower_case(words[i].text);
            if (option == "-name")
                ++i;
            else if (!option.starts_with('-') && name.empty())
                name = words[i].text;
            else if (option != "-force" && option != "-verbose" && option != "-passthru")
                return;
        }
        if (!name.empty() && name.find_first_of(",*$") == std::string::npos) service(name, starts, {});
    }

    void plain() {
        found_.lines = {"risk: high",
                        "why: " + in_quotes("The article asks for it in line " + std::to_string(view_.what.line) +
                                            "; say here what for."),
                        (view_.what.in == shell::cmd ? "cmd: " : "powershell: ") + yaml_text(with_holes_, 2),
                        "changes: What it changes has to be said here.",
                        "undo:",
                        "  class: none",
                        "  residue: What stays has to be said here."};
    }

    const command_view& view_;
    const std::string& with_holes_;
    const std::vector<std::string>& holes_;
    draft_proposal found_;
};

}  // namespace

draft_proposal proposal_for(const command_view& view, const std::string& with_holes,
                            const std::vector<std::string>& holes) {
    return proposer(view, with_holes, holes).propose();
}

std::string yaml_text(const std::string& text, std::size_t indent) {
    const bool is_literal = text.find('\n') != std::string::npos && text[0] != ' ' && text[0] != '\n' &&
                            text.back() != '\n' && std::all_of(text.begin(), text.end(), [](char c) {
                                return c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
                            });
    const bool is_plain = std::all_of(text.begin(), text.end(),
                                      [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    // In single quotes backslashes stay as they are.
    if (is_plain && text.find('\\') != std::string::npos) {
        std::string out = "'";
        for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
        return out + "'";
    }
    if (!is_literal) return in_quotes(text);
    std::string out = "|-";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        out += "\n" + (line.empty() ? std::string() : std::string(indent, ' ') + line);
    return out;
}

}  // namespace emsctl::scripts
