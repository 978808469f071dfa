#include "sac/regex_tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

namespace emsctl::sac {
namespace {

struct modes {
    bool folds = false;
    bool by_lines = true;
    bool dot_takes_newline = false;
};

gaps gaps_where(bool (*holds)(side before, side behind)) {
    gaps all = no_gap;
    for (const auto before : {side::edge, side::newline, side::word, side::other})
        for (const auto behind : {side::edge, side::newline, side::word, side::other})
            if (holds(before, behind)) all = static_cast<gaps>(all | gap(before, behind));
    return all;
}

regex_tree of_characters(code_ranges ranges) {
    regex_tree tree;
    tree.what = regex_tree::kind::characters;
    tree.characters = std::move(ranges);
    return tree;
}

regex_tree of_assertion(gaps where) {
    regex_tree tree;
    tree.what = regex_tree::kind::assertion;
    tree.where = where;
    return tree;
}

regex_tree joined(regex_tree::kind what, std::vector<regex_tree> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    regex_tree tree;
    tree.what = parts.empty() ? regex_tree::kind::nothing : what;
    tree.parts = std::move(parts);
    return tree;
}

class reader {
  public:
    explicit reader(std::string_view regex) : rest_(regex) {}

    regex_tree choice(modes& how) {
        std::vector<regex_tree> ways;
        ways.push_back(sequence(how));
        while (take("|")) ways.push_back(sequence(how));
        return joined(regex_tree::kind::choice, std::move(ways));
    }

  private:
    regex_tree sequence(modes& how) {
        std::vector<regex_tree> parts;
        while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
            if (take("\\Q")) {
                quoted(parts, how);
            } else if (take("\\E")) {
                continue;
            } else if (auto one = atom(how)) {
                parts.push_back(std::move(*one));
            }
            while (!parts.empty()) {
                const auto bounds = repetition();
                if (!bounds) break;
                take("?");
                regex_tree again;
                again.what = regex_tree::kind::repetition;
                again.least = bounds->first;
                again.most = bounds->second;
                again.parts.push_back(std::move(parts.back()));
                parts.back() = std::move(again);
            }
        }
        return joined(regex_tree::kind::sequence, std::move(parts));
    }

    void quoted(std::vector<regex_tree>& parts, const modes& how) {
        const auto end = rest_.find("\\E");
        auto text = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
        while (!text.empty()) parts.push_back(literal(taken_character(text), how));
    }

    // None for what only sets modes.
    std::optional<regex_tree> atom(modes& how) {
        if (rest_.front() == '(') return group(how);
        if (rest_.front() == '[') return of_characters(ranges_of_class(prefix(how) + std::string(taken_class())));
        if (take(".")) {
            if (how.dot_takes_newline) return of_characters({{0, 0x10ffff}});
            return of_characters({{0, '\n' - 1}, {'\n' + 1, 0x10ffff}});
        }
        if (take("^")) return of_assertion(how.by_lines ? line_begin : text_begin);
        if (take("$")) return of_assertion(how.by_lines ? line_end : text_end);
        if (take("\\A")) return of_assertion(text_begin);
        if (take("\\z")) return of_assertion(text_end);
        if (take("\\b")) return of_assertion(word_boundary);
        if (take("\\B")) return of_assertion(static_cast<gaps>(~word_boundary));
        if (rest_.front() == '\\') return escape(how);
        return literal(taken_character(rest_), how);
    }

    std::optional<regex_tree> group(modes& how) {
        take("(");
        modes inside = how;
        if (take("?P<") || take("?<")) {
            rest_.remove_prefix(rest_.find('>') + 1);
        } else if (take("?")) {
            bool on = true;
            for (; rest_.front() != ')' && rest_.front() != ':'; rest_.remove_prefix(1)) {
                if (rest_.front() == '-') on = false;
                if (rest_.front() == 'i') inside.folds = on;
                if (rest_.front() == 'm') inside.by_lines = on;
                if (rest_.front() == 's') inside.dot_takes_newline = on;
            }
            if (take(")")) {
                how = inside;  // until the group around it ends
                return std::nullopt;
            }
            take(":");
        }
        auto tree = choice(inside);
        take(")");
        return tree;
    }

    // A class or a single character: RE2 knows which characters it stands for.
    regex_tree escape(const modes& how) {
        std::size_t length = 2;
        const auto digit = [&](std::size_t at) { return at < rest_.size() && rest_[at] >= '0' && rest_[at] <= '7'; };
        const char kind = rest_[1];
        if (kind == 'p' || kind == 'P' || kind == 'x') {
            const bool braces = rest_[2] == '{';
            length = braces ? rest_.find('}') + 1 : kind == 'x' ? 4 : 2 + taken_length(rest_.substr(2));
        } else if (digit(1)) {
            while (length < 4 && digit(length)) ++length;
        }
        const std::string written(rest_.substr(0, length));
        rest_.remove_prefix(length);
        return of_characters(ranges_of_class(prefix(how) + written));
    }

    std::optional<std::pair<int, int>> repetition() {
        if (take("*")) return std::pair(0, regex_tree::no_limit);
        if (take("+")) return std::pair(1, regex_tree::no_limit);
        if (take("?")) return std::pair(0, 1);
        if (rest_.empty() || rest_.front() != '{') return std::nullopt;
        std::size_t at = 1;
        const auto number = [&]() -> std::optional<int> {
            const auto begin = at;
            while (at < rest_.size() && rest_[at] >= '0' && rest_[at] <= '9') ++at;
            // RE2 takes a number that begins with 0 for a text.
            const bool has_zero = at - begin > 1 && rest_[begin] == '0';
            if (has_zero) at = begin;
            if (at == begin) return std::nullopt;
            return std::atoi(std::string(rest_.substr(begin, at - begin)).c_str());
        };
        const auto least = number();
        if (!least || at >= rest_.size()) return std::nullopt;
        int most = *least;
        if (rest_[at] == ',') {
            ++at;
            most = number().value_or(regex_tree::no_limit);
        }
        if (at >= rest_.size() || rest_[at] != '}') return std::nullopt;
        rest_.remove_prefix(at + 1);
        return std::pair(*least, most);
    }

    std::string_view taken_class() {
        std::size_t at = rest_.starts_with("[^") ? 2 : 1;
        for (bool first = true; first || rest_[at] != ']'; first = false) {
            if (rest_.substr(at).starts_with("[:") && rest_.find(":]", at + 2) != std::string_view::npos)
                at = rest_.find(":]", at + 2) + 2;
            else
                at += rest_[at] == '\\' ? 2 : 1;
        }
        const auto written = rest_.substr(0, at + 1);
        rest_.remove_prefix(at + 1);
        return written;
    }

    static std::size_t taken_length(std::string_view text) {
        std::size_t length = 1;
        while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) ++length;
        return length;
    }

    static std::string_view taken_character(std::string_view& text) {
        const auto one = text.substr(0, taken_length(text));
        text.remove_prefix(one.size());
        return one;
    }

    static regex_tree literal(std::string_view character, const modes& how) {
        const bool is_punctuation =
            character.size() == 1 && side_of(static_cast<unsigned char>(character[0])) != side::word;
        if (character.size() == 1 && (is_punctuation || !how.folds)) {
            const auto c = static_cast<unsigned char>(character[0]);
            return of_characters({{c, c}});
        }
        // These two alone of ASCII have another case above it, too.
        const char small = static_cast<char>(character[0] | 0x20);
        if (character.size() == 1 && small != 'k' && small != 's' && small >= 'a' && small <= 'z') {
            const auto c = static_cast<unsigned char>(small);
            return of_characters({{c - 0x20u, c - 0x20u}, {c, c}});
        }
        return of_characters(ranges_of_class(prefix(how) + "[" + std::string(character) + "]"));
    }

    static std::string prefix(const modes& how) { return how.folds ? "(?i)" : ""; }

    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    static bool is_word(side s) { return s == side::word; }
    static inline const gaps line_begin =
        gaps_where([](side before, side) { return before == side::edge || before == side::newline; });
    static inline const gaps line_end =
        gaps_where([](side, side behind) { return behind == side::edge || behind == side::newline; });
    static inline const gaps text_begin = gaps_where([](side before, side) { return before == side::edge; });
    static inline const gaps text_end = gaps_where([](side, side behind) { return behind == side::edge; });
    static inline const gaps word_boundary =
        gaps_where([](side before, side behind) { return is_word(before) != is_word(behind); });

    std::string_view rest_;
};

}  // namespace

regex_tree tree_of_regex(std::string_view regex) {
    modes how;
    return reader(regex).choice(how);
}

}  // namespace emsctl::sac
