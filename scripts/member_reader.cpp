#include "scripts/member_reader.hpp"

#include <algorithm>

#include "scripts/expressions.hpp"
#include "scripts/parsers.hpp"
#include "scripts/template_text.hpp"

namespace emsctl::scripts {

void complaints::add(place at, std::string message, std::string suggestion) {
    parse_error error{file_, at, std::move(message), {}, std::move(suggestion)};
    const auto lines = lines_of(text_);
    if (at.line >= 1 && static_cast<std::size_t>(at.line) <= lines.size())
        error.line_text = std::string(lines[static_cast<std::size_t>(at.line) - 1]);
    errors_.push_back(std::move(error));
}

place complaints::inside(const yaml_node& scalar, std::size_t byte) const {
    const auto lines = lines_of(text_);
    const auto row = static_cast<std::size_t>(scalar.at.line - 1);
    const auto column = static_cast<std::size_t>(scalar.at.column - 1);
    if (scalar.at.line < 1 || row >= lines.size() || column >= lines[row].size()) return scalar.at;
    const auto written = lines[row].substr(column);
    const char quote = written.front();
    std::size_t at = quote == '"' || quote == '\'' ? 1 : 0;
    for (std::size_t read = 0; read < byte && at < written.size(); ++read) {
        const char escape = quote == '"' && written[at] == '\\' && at + 1 < written.size() ? written[at + 1] : '\0';
        const bool is_doubled = quote == '\'' && written[at] == '\'';
        at += escape == 'x' ? 4 : escape == 'u' ? 6 : escape == 'U' ? 10 : escape || is_doubled ? 2 : 1;
    }
    // A value of several lines (a block) stands elsewhere: its begin is all that is known.
    if (at > written.size() || quote == '|' || quote == '>') return scalar.at;
    return {scalar.at.line, scalar.at.column + static_cast<int>(at)};
}

std::vector<parse_error> complaints::take() {
    std::stable_sort(errors_.begin(), errors_.end(), [](const parse_error& a, const parse_error& b) {
        return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    return std::move(errors_);
}

std::string to_string(const parse_error& error) {
    std::string text = error.file;
    if (error.at.line > 0) text += ":" + std::to_string(error.at.line) + ":" + std::to_string(error.at.column);
    text += ": " + error.message;
    if (!error.suggestion.empty()) text += "; did you mean \"" + error.suggestion + "\"?";
    if (!error.line_text.empty()) {
        text += "\n    " + error.line_text;
        if (error.at.column > 0)
            text += "\n    " + std::string(static_cast<std::size_t>(error.at.column) - 1, ' ') + "^";
    }
    return text;
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : known) {
        // Optimal string alignment: neighbours swapped count as one mistake.
        const auto n = word.size(), m = candidate.size();
        std::vector<std::vector<std::size_t>> d(n + 1, std::vector<std::size_t>(m + 1));
        for (std::size_t i = 0; i <= n; ++i) d[i][0] = i;
        for (std::size_t j = 0; j <= m; ++j) d[0][j] = j;
        for (std::size_t i = 1; i <= n; ++i)
            for (std::size_t j = 1; j <= m; ++j) {
                const std::size_t wrong = word[i - 1] != candidate[j - 1];
                d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + wrong});
                if (i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1])
                    d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        if (d[n][m] < best_distance) {
            best_distance = d[n][m];
            best = candidate;
        }
    }
    return best;
}

member_reader::member_reader(const yaml_node& map, std::string what, complaints& errors)
    : map_(map), what_(std::move(what)), errors_(errors) {
    if (map.what != yaml_node::kind::map) errors_.add(map.at, what_ + " must be a map of names and values");
}

member_reader::~member_reader() {
    for (const auto& [key, value] : map_.members) {
        if (std::find(asked_.begin(), asked_.end(), key.text) != asked_.end()) continue;
        errors_.add(key.at, what_ + " has no \"" + key.text + "\"", nearest(key.text, asked_));
    }
}

const yaml_node* member_reader::take(std::string_view key) {
    asked_.emplace_back(key);
    return map_.find(key);
}

const yaml_node* member_reader::need(std::string_view key) {
    const auto* node = take(key);
    if (!node && map_.what == yaml_node::kind::map) errors_.add(map_.at, what_ + " needs \"" + std::string(key) + "\"");
    return node;
}

bool member_reader::is_scalar(const yaml_node& node, std::string_view key) {
    if (node.what == yaml_node::kind::scalar) return true;
    errors_.add(node.at, "\"" + std::string(key) + "\" must be a text");
    return false;
}

std::string member_reader::text(std::string_view key, bool required) {
    const auto* node = required ? need(key) : take(key);
    if (!node || !is_scalar(*node, key)) return {};
    if (required && node->text.empty()) errors_.add(node->at, "\"" + std::string(key) + "\" is empty");
    return node->text;
}

written member_reader::checked_expression(const yaml_node& node) {
    if (const auto why = expression_error(node.text)) errors_.add(node.at, "not a Lua expression: " + *why);
    return {node.text, node.at};
}

written member_reader::checked_template(const yaml_node& node) {
    if (const auto why = template_error(node.text)) errors_.add(node.at, *why);
    return {node.text, node.at};
}

written member_reader::expression(std::string_view key, bool required) {
    const auto* node = required ? need(key) : take(key);
    if (!node || !is_scalar(*node, key)) return {};
    return checked_expression(*node);
}

written member_reader::with_holes(std::string_view key, bool required) {
    const auto* node = required ? need(key) : take(key);
    if (!node || !is_scalar(*node, key)) return {};
    if (required && node->text.empty()) errors_.add(node->at, "\"" + std::string(key) + "\" is empty");
    return checked_template(*node);
}

bool member_reader::boolean(std::string_view key, bool otherwise) {
    const auto* node = take(key);
    if (!node) return otherwise;
    if (node->what == yaml_node::kind::scalar && node->is_plain) {
        if (node->text == "true" || node->text == "yes") return true;
        if (node->text == "false" || node->text == "no") return false;
    }
    errors_.add(node->at, "\"" + std::string(key) + "\" must be true or false");
    return otherwise;
}

std::optional<std::int64_t> member_reader::number(const yaml_node& node) {
    if (node.what == yaml_node::kind::scalar && node.is_plain)
        if (const auto value = parse_number(node.text); !value.error) return value.value.get<std::int64_t>();
    errors_.add(node.at, "must be a whole number");
    return std::nullopt;
}

std::optional<std::int64_t> member_reader::integer(std::string_view key) {
    const auto* node = take(key);
    return node ? number(*node) : std::nullopt;
}

std::chrono::seconds member_reader::seconds(std::string_view key, std::chrono::seconds otherwise) {
    const auto* node = take(key);
    if (!node) return otherwise;
    const auto value = number(*node);
    if (value && (*value < 0 || *value > 24 * 3600)) errors_.add(node->at, "must be 0 to 86400 seconds");
    return value ? std::chrono::seconds(*value) : otherwise;
}

std::vector<std::string> member_reader::texts(std::string_view key) {
    const auto* node = take(key);
    std::vector<std::string> all;
    if (!node) return all;
    if (node->what == yaml_node::kind::scalar) return {node->text};
    if (node->what == yaml_node::kind::map) {
        errors_.add(node->at, "\"" + std::string(key) + "\" must be a list of texts");
        return all;
    }
    for (const auto& item : node->items)
        if (is_scalar(item, key)) all.push_back(item.text);
    return all;
}

std::vector<std::int64_t> member_reader::integers(std::string_view key, std::vector<std::int64_t> otherwise) {
    const auto* node = take(key);
    if (!node) return otherwise;
    std::vector<std::int64_t> all;
    if (node->what == yaml_node::kind::list) {
        for (const auto& item : node->items)
            if (const auto value = number(item)) all.push_back(*value);
    } else if (const auto value = number(*node)) {
        all.push_back(*value);
    }
    return all;
}

std::size_t member_reader::one_of(std::string_view key, const std::vector<std::string>& words, std::size_t otherwise) {
    const auto* node = take(key);
    if (!node) return otherwise;
    if (node->what == yaml_node::kind::scalar)
        for (std::size_t i = 0; i < words.size(); ++i)
            if (words[i] == node->text) return i;
    std::string list;
    for (const auto& word : words) list += (list.empty() ? "" : ", ") + word;
    errors_.add(node->at, "\"" + std::string(key) + "\" must be one of: " + list, nearest(node->text, words));
    return otherwise;
}

}  // namespace emsctl::scripts
