#include "sac/guest/cmd_syntax.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

constexpr int deepest_block = 250;

struct wants_more {};
struct wrong {
    std::string message;
};

using node_ptr = std::unique_ptr<cmd_node>;

[[noreturn]] void unexpected(std::string_view token) {
    throw wrong{std::string(token) + " was unexpected at this time."};
}
[[noreturn]] void bad_syntax() {
    throw wrong{"The syntax of the command is incorrect."};
}

class parser {
  public:
    explicit parser(std::string_view text) : s_(text) {}

    node_ptr line() {
        auto out = sequence();
        while (!ended()) {
            if (peek() == '\n') {
                ++at_;
                continue;
            }
            if (peek() == ')') {  // outside a block it makes the rest of the line a remark
                at_ = s_.size();
                break;
            }
            unexpected(operator_text());
        }
        return out;
    }

  private:
    bool ended() const { return at_ >= s_.size(); }
    char peek(std::size_t ahead = 0) const { return at_ + ahead < s_.size() ? s_[at_ + ahead] : '\0'; }
    bool is_end_of_command(char c) const { return c == '&' || c == '|' || c == '\n' || (c == ')' && depth_ > 0); }

    std::string operator_text() const {
        const char c = peek();
        return (c == '&' || c == '|') && peek(1) == c ? std::string(2, c) : std::string(1, c);
    }

    void skip_blanks() {
        while (!ended() && (is_cmd_delimiter(peek()) || peek() == '\r')) ++at_;
    }
    void skip_line() {
        while (!ended() && peek() != '\n') ++at_;
    }

    static node_ptr join(cmd_node::kind what, node_ptr left, node_ptr right) {
        auto out = std::make_unique<cmd_node>();
        out->what = what;
        out->left = std::move(left);
        out->right = std::move(right);
        return out;
    }

    // Commands joined by &, and inside a block by line ends.
    node_ptr sequence() {
        auto left = alternatives();
        for (;;) {
            if (peek() == '&' && peek(1) != '&') {
                if (!left) unexpected("&");
                ++at_;
                skip_blanks();
                if (peek() == '&' || peek() == '|') unexpected(operator_text());
            } else if (depth_ > 0 && peek() == '\n') {
                ++at_;
            } else {
                return left;
            }
            if (auto right = alternatives())
                left = left ? join(cmd_node::kind::sequence, std::move(left), std::move(right)) : std::move(right);
        }
    }

    node_ptr alternatives() {
        auto left = successes();
        while (peek() == '|' && peek(1) == '|') {
            at_ += 2;
            left = join(cmd_node::kind::on_failure, need(std::move(left), "||"), need(successes(), "||"));
        }
        return left;
    }

    node_ptr successes() {
        auto left = pipe();
        while (peek() == '&' && peek(1) == '&') {
            at_ += 2;
            left = join(cmd_node::kind::on_success, need(std::move(left), "&&"), need(pipe(), "&&"));
        }
        return left;
    }

    node_ptr pipe() {
        auto left = command();
        while (peek() == '|' && peek(1) != '|') {
            ++at_;
            left = join(cmd_node::kind::pipe, need(std::move(left), "|"), need(command(), "|"));
        }
        return left;
    }

    node_ptr need(node_ptr node, std::string_view token) {
        if (!node) {
            if (ended()) bad_syntax();
            unexpected(token);
        }
        return node;
    }

    node_ptr command() {
        auto node = std::make_unique<cmd_node>();
        for (;;) {
            skip_blanks();
            if (peek() == '@') {
                node->is_quiet = true;
                ++at_;
            } else if (!redirection(*node, true)) {
                break;
            }
        }
        if (peek() == ':') {
            skip_line();
            return nullptr;
        }
        if (peek() == '(') {
            ++at_;
            block(*node);
            return node;
        }
        if (ended() || is_end_of_command(peek()) || peek() == ')') {
            if (node->redirections.empty()) return nullptr;
            node->what = cmd_node::kind::command;
            return node;
        }
        const auto start = at_;
        const auto word = keyword();
        if (word == "if") return condition(std::move(node));
        if (word == "for") return loop(std::move(node));
        if (word == "rem") {
            skip_line();
            node->what = cmd_node::kind::command;
            node->text = "rem";
            return node;
        }
        at_ = start;
        node->what = cmd_node::kind::command;
        node->text = words(*node);
        return node;
    }

    std::string keyword() {
        const auto start = at_;
        while (std::isalpha(static_cast<unsigned char>(peek()))) ++at_;
        const char c = peek();
        if (c == '\0' || c == '\n' || c == '\r' || is_cmd_delimiter(c) || c == '(' || c == '/' ||
            is_end_of_command(c) || c == '.')
            return text::lower(s_.substr(start, at_ - start));
        return {};
    }

    void block(cmd_node& node) {
        node.what = cmd_node::kind::block;
        if (++depth_ > deepest_block) bad_syntax();
        node.left = sequence();
        if (ended()) throw wants_more{};
        if (peek() != ')') unexpected(operator_text());
        --depth_;
        ++at_;
        for (skip_blanks(); redirection(node, true); skip_blanks()) {
        }
    }

    // The text of a simple command up to its end; redirections are taken out of it wherever they stand.
    std::string words(cmd_node& node) {
        std::string out;
        bool in_quotes = false, at_word_start = true;
        while (!ended()) {
            const char c = peek();
            if (c == '\n') break;
            if (c == '\r') {
                ++at_;
                continue;
            }
            if (c == '"') in_quotes = !in_quotes;
            if (!in_quotes) {
                if (is_end_of_command(c)) break;
                if (c == '^') {
                    out += escaped();
                    at_word_start = false;
                    continue;
                }
                if (redirection(node, at_word_start)) continue;
            }
            out += c;
            at_word_start = !in_quotes && (is_cmd_delimiter(c) || c == '(');
            ++at_;
        }
        return out;
    }

    // The character after a caret; at the end of a line the caret joins the next one.
    std::string escaped() {
        ++at_;
        if (peek() == '\r') ++at_;
        if (ended()) throw wants_more{};
        if (peek() == '\n') {
            ++at_;
            if (ended()) throw wants_more{};
            if (peek() == '\n') return "\n";
        }
        return std::string(1, s_[at_++]);
    }

    // [n]< [n]> [n]>> [n]>&m. A digit counts as a handle only as a word of its own.
    bool redirection(cmd_node& node, bool at_word_start) {
        std::size_t ahead = 0;
        int handle = -1;
        if (std::isdigit(static_cast<unsigned char>(peek())) && at_word_start && (peek(1) == '<' || peek(1) == '>')) {
            handle = peek() - '0';
            ahead = 1;
        }
        const char c = peek(ahead);
        if (c != '<' && c != '>') return false;
        at_ += ahead + 1;
        cmd_redirection out;
        out.handle = handle >= 0 ? handle : c == '<' ? 0 : 1;
        out.what = c == '<' ? cmd_redirection::kind::input : cmd_redirection::kind::output;
        if (c == '>' && peek() == '>') {
            out.what = cmd_redirection::kind::append;
            ++at_;
        }
        if (peek() == '&') {
            ++at_;
            out.what = cmd_redirection::kind::duplicate;
        }
        while (is_cmd_delimiter(peek()) || peek() == '\r') ++at_;
        const auto start = at_;
        out.target = token();
        if (at_ == start) {
            if (ended() || peek() == '\n') bad_syntax();
            unexpected(operator_text());
        }
        std::erase(out.target, '"');
        node.redirections.push_back(std::move(out));
        return true;
    }

    // A word as `if`, `for` and redirections take it: up to a delimiter, quotes kept, carets resolved.
    std::string token() {
        std::string out;
        bool in_quotes = false;
        while (!ended() && peek() != '\n' && peek() != '\r') {
            const char c = peek();
            if (c == '"') in_quotes = !in_quotes;
            if (!in_quotes) {
                if (is_cmd_delimiter(c) || is_end_of_command(c) || c == '<' || c == '>') break;
                if (c == '^') {
                    out += escaped();
                    continue;
                }
            }
            out += c;
            ++at_;
        }
        return out;
    }

    std::string next_word() {
        while (is_cmd_delimiter(peek()) || peek() == '\r' || (depth_ > 0 && peek() == '\n')) ++at_;
        const auto word = token();
        if (word.empty()) {
            if (ended() || peek() == '\n') bad_syntax();
            unexpected(operator_text());
        }
        return word;
    }

    node_ptr condition(node_ptr node) {
        node->what = cmd_node::kind::condition;
        auto& test = node->test;
        auto word = next_word();
        for (;; word = next_word()) {
            if (text::equal_no_case(word, "/i"))
                test.ignores_case = true;
            else if (text::equal_no_case(word, "not") && !test.is_negated)
                test.is_negated = true;
            else
                break;
        }
        constexpr std::pair<const char*, cmd_condition::kind> unary[] = {
            {"exist", cmd_condition::kind::exist},
            {"defined", cmd_condition::kind::defined},
            {"errorlevel", cmd_condition::kind::errorlevel},
            {"cmdextversion", cmd_condition::kind::cmdextversion}};
        const auto known = std::find_if(std::begin(unary), std::end(unary),
                                        [&](const auto& u) { return text::equal_no_case(word, u.first); });
        if (known != std::end(unary) && !is_equality_next()) {
            test.what = known->second;
            test.left = next_word();
        } else {
            test.left = word;
            if (is_equality_next()) {
                test.what = cmd_condition::kind::equal;
                while (is_cmd_delimiter(peek())) ++at_;
            } else {
                test.what = cmd_condition::kind::compare;
                test.relation = text::upper(next_word());
                constexpr const char* relations[] = {"EQU", "NEQ", "LSS", "LEQ", "GTR", "GEQ"};
                if (std::find(std::begin(relations), std::end(relations), test.relation) == std::end(relations))
                    unexpected(s_.substr(at_ - test.relation.size(), test.relation.size()));
            }
            test.right = next_word();
        }
        node->left = branch();
        skip_blanks();
        const auto start = at_;
        if (keyword() == "else")
            node->right = branch();
        else
            at_ = start;
        return node;
    }

    bool is_equality_next() {
        auto look = at_;
        while (look < s_.size() && (s_[look] == ' ' || s_[look] == '\t')) ++look;
        return s_.substr(look, 2) == "==";
    }

    node_ptr branch() {
        auto body = inner_sequence();
        if (!body) {
            if (ended() || peek() == '\n') bad_syntax();
            unexpected(operator_text());
        }
        return body;
    }

    // The body of `if` and `for` takes everything to the end of the line, but not the next line of a block.
    node_ptr inner_sequence() {
        auto left = alternatives();
        while (peek() == '&' && peek(1) != '&') {
            ++at_;
            if (auto right = alternatives())
                left = left ? join(cmd_node::kind::sequence, std::move(left), std::move(right)) : std::move(right);
        }
        return left;
    }

    node_ptr loop(node_ptr node) {
        node->what = cmd_node::kind::loop;
        auto& loop = node->loop;
        auto word = next_word();
        while (word.starts_with('/')) {
            const auto letter = word.size() == 2 ? std::tolower(static_cast<unsigned char>(word[1])) : 0;
            if (letter == 'f')
                loop.what = cmd_loop::kind::lines;
            else if (letter == 'l')
                loop.what = cmd_loop::kind::count;
            else if (letter == 'd')
                loop.what = cmd_loop::kind::folders;
            else if (letter == 'r')
                loop.what = cmd_loop::kind::tree;
            else
                unexpected(word);
            word = next_word();
            if ((letter == 'f' || letter == 'r') && !word.starts_with('%')) {
                loop.options = word;
                word = next_word();
            }
        }
        if (word.size() != 2 || word[0] != '%') unexpected(word);
        loop.variable = word[1];
        word = next_word();
        if (!text::equal_no_case(word, "in")) unexpected(word);
        while (is_cmd_delimiter(peek()) || peek() == '\r') ++at_;
        if (peek() != '(') {
            if (ended()) bad_syntax();
            unexpected(next_word());
        }
        ++at_;
        loop.set = set_text(loop.what == cmd_loop::kind::lines);
        word = next_word();
        if (!text::equal_no_case(word, "do")) unexpected(word);
        node->left = branch();
        return node;
    }

    // Between the parentheses of `for`. Delimiters outside quotes reach a command of `for /f` as blanks.
    std::string set_text(bool blanks_delimiters) {
        std::string out;
        bool in_quotes = false;
        for (;;) {
            if (ended()) throw wants_more{};
            const char c = peek();
            if (c == '"') in_quotes = !in_quotes;
            if (c == '\n' || c == '\r') {
                in_quotes = false;
                out += ' ';
                ++at_;
                continue;
            }
            if (!in_quotes) {
                if (c == ')') break;
                if (c == '&' || c == '|' || c == '<' || c == '>') unexpected(operator_text());
                if (c == '^') {
                    out += escaped();
                    continue;
                }
                if (blanks_delimiters && is_cmd_delimiter(c)) {
                    out += ' ';
                    ++at_;
                    continue;
                }
            }
            out += c;
            ++at_;
        }
        ++at_;
        return out;
    }

    std::string_view s_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

cmd_parse parse_cmd(std::string_view text) {
    cmd_parse out;
    try {
        out.node = parser(text).line();
    } catch (const wants_more&) {
        out.what = cmd_parse::kind::wants_more;
    } catch (const wrong& error) {
        out.what = cmd_parse::kind::wrong;
        out.message = error.message;
    }
    return out;
}

}  // namespace emsctl::guest
