#include "scripts/template_text.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace emsctl::scripts {
namespace {

struct piece {
    bool is_hole = false;
    std::string_view text;
};

// Calls `each` for literals and holes; returns an error text for a hole without an end.
std::optional<std::string> cut(std::string_view text,
                               const std::function<std::optional<std::string>(const piece&)>& each) {
    while (!text.empty()) {
        const auto open = text.find("{{");
        if (const auto literal = text.substr(0, open); !literal.empty())
            if (auto error = each({false, literal})) return error;
        if (open == std::string_view::npos) break;
        std::size_t at = open + 2;
        char quote = 0;
        for (; at < text.size(); ++at) {
            if (quote) {
                if (text[at] == '\\')
                    ++at;
                else if (text[at] == quote)
                    quote = 0;
            } else if (text[at] == '"' || text[at] == '\'') {
                quote = text[at];
            } else if (text.substr(at).starts_with("}}")) {
                break;
            }
        }
        if (at >= text.size()) return "a {{ has no }}";
        if (auto error = each({true, text.substr(open + 2, at - open - 2)})) return error;
        text.remove_prefix(at + 2);
    }
    return std::nullopt;
}

// Which quotes a command stands in after some text. Quotes of cmd.exe end with the line.
struct quoting {
    char quote = 0;
    void feed(std::string_view text, insertion where) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (where == insertion::cmd) {
                if (c == '\n') quote = 0;
                if (c == '"') quote = quote ? 0 : '"';
            } else if (c == '`' && quote != '\'') {
                ++i;
            } else if (quote) {
                if (c == quote) quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
            }
        }
    }
};

bool is_plain_word(std::string_view value) {
    if (value.empty() || value.front() == '-' || value.front() == '/') return false;
    for (const char c : value) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && std::string_view("_.:\\*+-").find(c) == std::string_view::npos) return false;
    }
    return true;
}

bool is_part_of_path(std::string_view value) {
    if (value.find("..") != value.npos) return false;
    return std::all_of(value.begin(), value.end(), [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return letter || std::string_view("-._~/()").find(c) != std::string_view::npos;
    });
}

std::optional<std::string> danger(std::string_view value, insertion where, char quote) {
    for (const char c : value)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "it holds a control character";
    if (where == insertion::local) return std::nullopt;
    if (where == insertion::azure)
        return is_part_of_path(value) ? std::nullopt : std::optional("it is no part of a path");
    if (value.find("{{") != value.npos) return "it holds {{";
    if (!quote) {
        if (is_plain_word(value)) return std::nullopt;
        return "outside quotes only one plain word is safe";
    }
    // PowerShell takes typographic quotes (U+2018..201F) for plain ones.
    if (where == insertion::powershell)
        for (std::size_t i = 0; i + 2 < value.size(); ++i)
            if (value[i] == '\xe2' && value[i + 1] == '\x80' && value[i + 2] >= '\x98' && value[i + 2] <= '\x9f')
                return "it holds a typographic quote";
    std::string_view bad;
    if (where == insertion::cmd)
        bad = "\"%";
    else
        bad = quote == '\'' ? "'" : "\"$`";
    if (const auto at = value.find_first_of(bad); at != std::string_view::npos)
        return "inside these quotes " + std::string(1, value[at]) + " is not safe";
    // The C runtime reads \" as a quote that does not end the argument.
    if (where == insertion::cmd && !value.empty() && value.back() == '\\') return "it ends in \\ before a quote";
    if (where == insertion::cmd && !value.empty() && value.front() == '/') return "it begins like an option";
    return std::nullopt;
}

std::string shown(std::string_view value) {
    std::string text;
    for (const char c : value) text += (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f ? '?' : c;
    return text;
}

}  // namespace

rendering render(std::string_view with_holes, const scope& names, insertion where, const secret_values& secrets) {
    rendering result;
    quoting quotes;
    result.error = cut(with_holes, [&](const piece& part) -> std::optional<std::string> {
        if (!part.is_hole) {
            result.text += part.text;
            quotes.feed(part.text, where);
            return std::nullopt;
        }
        auto answer = evaluate(part.text, names);
        const auto hole = "{{" + std::string(part.text) + "}}";
        if (answer.error) return hole + ": " + *answer.error;
        if (const auto secret = secret_in(answer.value)) {
            if (where == insertion::text) return hole + " is a secret: it is never shown";
            if (where == insertion::local)
                return hole + " is a secret: others could see it among a program's arguments";
            if (where == insertion::azure) return hole + " is a secret: it does not belong into a path";
            const auto known = secrets.find(*secret);
            if (const auto why = known == secrets.end() ? std::nullopt : danger(known->second, where, quotes.quote))
                return hole + " would put a secret into a command: " + *why;
            result.text += secret_mark(*secret);
            return std::nullopt;
        }
        const bool is_raw = answer.value.is_object() && answer.value.contains("__raw");
        const auto text = as_text(is_raw ? answer.value["__raw"] : answer.value);
        if (!text) return hole + (answer.value.is_null() ? " is nil" : " is a table");
        if (where == insertion::text) {
            result.text += is_raw ? *text : shown(*text);
            return std::nullopt;
        }
        const bool begins_word = result.text.empty() || result.text.back() == '\n';
        if (where == insertion::local && !is_raw && begins_word && text->starts_with('-'))
            return hole + " would put \"" + shown(*text) + "\" into a command: it begins like an option";
        if (!is_raw)
            if (const auto why = danger(*text, where, quotes.quote))
                return hole + " would put \"" + shown(*text) + "\" into a command: " + *why;
        result.text += *text;
        if (is_raw) quotes.feed(*text, where);
        return std::nullopt;
    });
    if (result.error) result.text.clear();
    return result;
}

std::vector<std::string> holes_of(std::string_view with_holes) {
    std::vector<std::string> holes;
    static_cast<void>(cut(with_holes, [&](const piece& part) -> std::optional<std::string> {
        if (part.is_hole) holes.emplace_back(part.text);
        return std::nullopt;
    }));
    return holes;
}

std::optional<std::string> template_error(std::string_view with_holes) {
    return cut(with_holes, [](const piece& part) -> std::optional<std::string> {
        if (!part.is_hole) return std::nullopt;
        if (auto error = expression_error(part.text)) return "{{" + std::string(part.text) + "}}: " + *error;
        return std::nullopt;
    });
}

}  // namespace emsctl::scripts
