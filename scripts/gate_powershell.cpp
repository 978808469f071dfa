#include <algorithm>
#include <array>
#include <vector>

#include "scripts/gate.hpp"

namespace emsctl::scripts {
namespace {

using problem = std::optional<std::string>;

constexpr std::array<std::string_view, 66> reading_cmdlets = {"get-childitem",
                                                              "get-item",
                                                              "get-itemproperty",
                                                              "get-itempropertyvalue",
                                                              "get-content",
                                                              "get-acl",
                                                              "get-service",
                                                              "get-process",
                                                              "get-date",
                                                              "get-ciminstance",
                                                              "get-wmiobject",
                                                              "get-nettcpconnection",
                                                              "get-netudpendpoint",
                                                              "get-netfirewallrule",
                                                              "get-netfirewallportfilter",
                                                              "get-netfirewallprofile",
                                                              "get-netadapter",
                                                              "get-netipaddress",
                                                              "get-netipconfiguration",
                                                              "get-netroute",
                                                              "get-dnsclientserveraddress",
                                                              "get-winevent",
                                                              "get-eventlog",
                                                              "get-hotfix",
                                                              "get-disk",
                                                              "get-volume",
                                                              "get-partition",
                                                              "get-command",
                                                              "get-module",
                                                              "get-host",
                                                              "get-timezone",
                                                              "get-culture",
                                                              "get-uiculture",
                                                              "get-winsystemlocale",
                                                              "get-localuser",
                                                              "get-localgroup",
                                                              "get-localgroupmember",
                                                              "get-scheduledtask",
                                                              "get-filehash",
                                                              "get-member",
                                                              "get-variable",
                                                              "get-location",
                                                              "get-psdrive",
                                                              "get-computerinfo",
                                                              "get-windowsfeature",
                                                              "get-mpcomputerstatus",
                                                              "get-bitlockervolume",
                                                              "get-smbshare",
                                                              "select-object",
                                                              "select-string",
                                                              "select-xml",
                                                              "where-object",
                                                              "foreach-object",
                                                              "convertto-json",
                                                              "convertto-csv",
                                                              "convertto-xml",
                                                              "convertto-html",
                                                              "format-table",
                                                              "format-list",
                                                              "format-wide",
                                                              "test-path",
                                                              "test-netconnection",
                                                              "measure-object",
                                                              "sort-object",
                                                              "group-object",
                                                              "out-string"};
constexpr std::array<std::string_view, 12> keywords = {"if",  "else",  "elseif",  "foreach", "in",    "return",
                                                       "try", "catch", "finally", "throw",   "param", "begin"};
constexpr std::array<std::string_view, 24> methods = {
    "tostring",   "touniversaltime", "tolocaltime",   "adddays", "addhours", "addminutes", "substring",
    "trim",       "trimstart",       "trimend",       "split",   "replace",  "tolower",    "toupper",
    "startswith", "endswith",        "contains",      "indexof", "padleft",  "padright",   "gettype",
    "subtract",   "equals",          "tobase64string"};
constexpr std::array<std::string_view, 17> types = {"int",  "string",       "datetime", "long",     "uint32", "int64",
                                                    "bool", "double",       "char",     "byte",     "array",  "convert",
                                                    "math", "bitconverter", "version",  "timespan", "uint64"};
constexpr std::array<std::string_view, 16> statics = {
    "tobase64string", "utcnow",   "now",      "join",  "tostring", "round", "floor", "ceiling", "max", "min", "abs",
    "isnullorempty",  "minvalue", "maxvalue", "parse", "format"};

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& list) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_word(char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
}

class scanner {
  public:
    explicit scanner(std::string_view text) : text_(text) {}

    problem judge() {
        while (at_ < text_.size())
            if (auto why = next()) return why;
        if (!open_.empty()) return "a bracket without an end";
        return seen_ ? problem{} : "an empty command";
    }

  private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    std::string_view take_word() {
        const auto from = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        return text_.substr(from, at_ - from);
    }

    problem next() {
        const char c = peek();
        if (c == ' ' || c == '\t' || c == '\r') return ++at_, std::nullopt;
        if (c == '\n' || c == ';' || c == '|') {
            ++at_;
            command_ = true;
            block_owed_ = block_done_ = false;
            return std::nullopt;
        }
        seen_ = true;
        if (static_cast<unsigned char>(c) < 0x20) return "a control character";
        if (static_cast<unsigned char>(c) >= 0x80) return "a letter outside ASCII outside quotes";
        if (block_owed_ && c != '{') return "ForEach-Object with something else than a block";
        if (block_done_ && c != ')' && c != '}') return "something behind the block of ForEach-Object";
        if (c == '\'' || c == '"') return string(c);
        if (c == '$') return variable();
        if (c == '[') return type();
        if (c == '.') return member();
        if (c == '@') {
            if (peek(1) != '(') return "@ other than @(";
            return ++at_, std::nullopt;
        }
        if (c == '(' || c == '{') {
            // A block that is the operand of ForEach-Object must be the only one.
            open_.push_back({c, block_owed_});
            block_owed_ = false;
            command_ = true;
            return ++at_, std::nullopt;
        }
        if (c == ')' || c == '}') {
            if (open_.empty() || open_.back().bracket != (c == ')' ? '(' : '{')) return "brackets that do not match";
            block_done_ = open_.back().owed;
            open_.pop_back();
            // What follows `if (...)` or `{...}` may be a command again.
            command_ = c == '}' && !block_done_;
            return ++at_, std::nullopt;
        }
        if (c == '>' || c == '<') return "a redirection";
        if (c == '&') return "the call operator";
        if (c == '`') return "a backtick";
        if (c == '#') return "a comment";
        if (c == '%' || c == '?') {
            if (command_) block_owed_ = c == '%';
            command_ = false;
            return ++at_, std::nullopt;
        }
        if (c == ':' && peek(1) == ':') return "a static member of a computed type";
        if (c == '=') {
            if (!assignable_) return "an assignment to something else than a variable";
            command_ = true;
            assignable_ = false;
            return ++at_, std::nullopt;
        }
        assignable_ = false;
        if (c == '-' && is_letter(peek(1))) {
            ++at_;
            const auto name = lower(take_word());
            if (name == "wait" || name == "repair" || name == "membername") return "-" + name;
            return std::nullopt;  // a parameter or an operator; what it takes is judged by itself
        }
        if (is_letter(c)) return bareword();
        if ((c >= '0' && c <= '9') || std::string_view(",+-*/!:\\").find(c) != std::string_view::npos) {
            if (c != '!') command_ = false;
            return ++at_, std::nullopt;
        }
        return std::string("the character ") + c;
    }

    problem string(char quote) {
        for (++at_; at_ < text_.size(); ++at_) {
            const auto rest = text_.substr(at_);
            if (rest.starts_with("\xe2\x80") && rest.size() > 2 && rest[2] >= '\x98' && rest[2] <= '\x9f')
                return "a typographic quote";
            if (quote == '"' && text_[at_] == '`') return "a backtick";
            if (quote == '"' && rest.starts_with("$(")) return "a command inside a text";
            if (text_[at_] != quote) continue;
            if (peek(1) == quote) {
                ++at_;
                continue;
            }
            ++at_;
            command_ = false;
            return std::nullopt;
        }
        return "a quote without an end";
    }

    problem variable() {
        ++at_;
        if (!is_letter(peek())) return "an unusual variable";
        const bool fresh = command_;
        take_word();
        assignable_ = fresh;
        if (peek() == ':') {
            if (lower(text_.substr(at_ - 3 <= at_ ? at_ - 3 : 0, 3)) != "env") return "a variable of an unknown drive";
            ++at_;
            take_word();
            assignable_ = false;
        }
        command_ = false;
        return std::nullopt;
    }

    problem type() {
        // "[0]" and "[$i]" behind a value are indices.
        if (!is_letter(peek(1))) return ++at_, std::nullopt;
        const auto from = ++at_;
        while (is_word(peek()) || peek() == '.') ++at_;
        auto name = lower(text_.substr(from, at_ - from));
        if (name.starts_with("system.")) name.erase(0, 7);
        if (peek() == '[' && peek(1) == ']') at_ += 2;
        if (peek() != ']') return "an unusual type";
        ++at_;
        if (!one_of(name, types)) return "[" + name + "]";
        if (peek() != ':' || peek(1) != ':') return std::nullopt;
        at_ += 2;
        const auto called = lower(take_word());
        if (!one_of(called, statics)) return "[" + name + "]::" + called;
        command_ = false;
        return std::nullopt;
    }

    problem member() {
        ++at_;
        if (peek() == '.') return ++at_, std::nullopt;  // a range
        if (command_) return "a script that is read in";
        if (peek() >= '0' && peek() <= '9') return std::nullopt;
        if (!is_letter(peek())) return "a member whose name is computed";
        const auto name = lower(take_word());
        assignable_ = false;
        if (peek() == '(' && !one_of(name, methods)) return "the method " + name;
        return std::nullopt;
    }

    problem bareword() {
        auto name = lower(take_word());
        while (peek() == '-' && is_letter(peek(1))) {
            ++at_;
            name += "-" + lower(take_word());
        }
        if (name == "in") return command_ = true, std::nullopt;  // `foreach ($x in Command)`
        if (!command_) return std::nullopt;
        if (one_of(name, keywords)) {
            command_ = name != "in" && name != "foreach" && name != "if";
            return std::nullopt;
        }
        command_ = false;
        if (!one_of(name, reading_cmdlets)) return name + " is not known to only read";
        block_owed_ = name == "foreach-object";
        return std::nullopt;
    }

    struct bracket_state {
        char bracket;
        bool owed;  // it is the block of a ForEach-Object
    };

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<bracket_state> open_;
    bool command_ = true;      // a word here would be a command
    bool block_owed_ = false;  // ForEach-Object was read, its block not yet
    bool block_done_ = false;  // its block has ended: only the pipeline may go on
    bool assignable_ = false;  // a plain variable was just read where a statement begins
    bool seen_ = false;
};

}  // namespace

std::optional<std::string> powershell_refusal(std::string_view text) {
    return scanner(text).judge();
}

}  // namespace emsctl::scripts
