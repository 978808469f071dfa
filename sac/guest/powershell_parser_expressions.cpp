#include <algorithm>
#include <array>

#include "sac/guest/powershell_parser.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest::powershell {

namespace {

// From the loosest to the tightest; the range and the comma bind tighter still.
constexpr int levels = 7;
const std::vector<std::string>& operators(int level) {
    static const std::array<std::vector<std::string>, levels> all = {{
        {"-and", "-or", "-xor"},
        {"-band", "-bor", "-bxor"},
        {"-eq",    "-ne",       "-gt",    "-ge",    "-lt",       "-le",          "-like",    "-notlike",
         "-match", "-notmatch", "-in",    "-notin", "-contains", "-notcontains", "-replace", "-split",
         "-join",  "-is",       "-isnot", "-as",    "-shl",      "-shr"},
        {"+", "-"},
        {"*", "/", "%"},
        {"-f"},
        {".."},
    }};
    return all[static_cast<std::size_t>(level)];
}

}  // namespace

std::string parser::dash_word() const {
    if (peek() != '-') return {};
    auto end = at_ + 1;
    while (end < s_.size() && is_name_char(s_[end])) ++end;
    return text::lower(s_.substr(at_, end - at_));
}

// Takes an operator of this level, if one stands here. -ceq and -ieq come back as they are.
std::string parser::binary_operator(int level) {
    const auto& known = operators(level);
    const auto is_known = [&](const std::string& name) {
        return std::find(known.begin(), known.end(), name) != known.end();
    };
    const auto dashed = dash_word();
    if (dashed.size() > 1) {
        auto plain = dashed;
        if (level == 2 && !is_known(plain) && (plain[1] == 'c' || plain[1] == 'i')) plain.erase(1, 1);
        if (!is_known(plain)) return {};
        at_ += dashed.size();
        return dashed;
    }
    for (const auto& sign : known) {
        if (sign.size() > 1 && sign[0] == '-') continue;
        if (!starts(sign)) continue;
        const auto after = peek(sign.size());
        if (after == '=' || (sign != ".." && after == sign[0])) continue;  // += is an assignment, ++ a postfix
        at_ += sign.size();
        return sign;
    }
    return {};
}

node_ptr parser::binary(int level) {
    if (level == levels) return comma();
    auto left = binary(level + 1);
    for (;;) {
        const auto begin = at_;
        skip_blanks();
        const auto sign = binary_operator(level);
        if (sign.empty()) {
            at_ = begin;
            return left;
        }
        auto made = make(kind::binary, left->begin, sign);
        skip_lines();
        if (is_end())
            fail("You must provide a value expression following the '" + sign + "' operator.",
                 "ExpectedValueExpression", begin, true);
        made->kids.push_back(std::move(left));
        made->kids.push_back(binary(level + 1));
        left = finish(std::move(made));
    }
}

node_ptr parser::comma() {
    if (no_comma_) return unary();
    const auto begin = at_;
    if (take(",")) {  // ,x is an array of one
        auto made = make(kind::list, begin);
        skip_lines();
        made->kids.push_back(unary());
        return finish(std::move(made));
    }
    auto first = unary();
    auto after = at_;
    skip_blanks();
    if (peek() != ',') {
        at_ = after;
        return first;
    }
    auto made = make(kind::list, begin);
    made->kids.push_back(std::move(first));
    while (take(",")) {
        skip_lines();
        made->kids.push_back(unary());
        after = at_;
        skip_blanks();
    }
    at_ = after;
    return finish(std::move(made));
}

node_ptr parser::unary() {
    if (++depth_ > 200) refuse("nesting");
    const auto begin = at_;
    const auto prefixed = [&](std::string sign, std::size_t length) {
        at_ += length;
        auto made = make(kind::unary, begin, std::move(sign));
        skip_lines();
        made->kids.push_back(unary());
        --depth_;
        return finish(std::move(made));
    };
    const auto dashed = dash_word();
    if (dashed == "-not" || dashed == "-split" || dashed == "-join" || dashed == "-bnot")
        return prefixed(dashed, dashed.size());
    if (peek() == '!') return prefixed("-not", 1);
    if (starts("++")) return prefixed("++", 2);
    if (starts("--")) return prefixed("--", 2);
    if (peek() == '+' || (peek() == '-' && dashed.size() == 1)) return prefixed(std::string(1, peek()), 1);
    if (peek() == '-' && peek(1) >= '0' && peek(1) <= '9') return prefixed("-", 1);
    auto made = peek() == '[' ? bracketed() : postfix(primary());
    --depth_;
    return made;
}

std::string parser::type_text() {
    const auto begin = at_;
    int open = 1;
    for (; !is_end(); ++at_) {
        if (peek() == '[') ++open;
        if (peek() == ']' && --open == 0) break;
        if (peek() == '\n') break;
    }
    if (peek() != ']')
        fail("Missing ] at end of attribute or type literal.", "EndSquareBracketExpectedAtEndOfAttribute", begin,
             is_end());
    auto out = text::trim(s_.substr(begin, at_ - begin));
    ++at_;
    return out;
}

node_ptr parser::bracketed() {
    const auto begin = at_;
    ++at_;
    const auto name = type_text();
    const auto type_end = at_;
    if (starts("::")) return postfix(make(kind::type, begin, name));
    skip_blanks();
    if (expands_here() && peek() != '-' && peek() != '+' && !is_end()) {
        auto made = make(kind::cast, begin, normal_type(name));
        made->kids.push_back(unary());
        return finish(std::move(made));
    }
    if ((peek() == '-' || peek() == '+') && peek(1) >= '0' && peek(1) <= '9') {
        auto made = make(kind::cast, begin, normal_type(name));
        made->kids.push_back(unary());
        return finish(std::move(made));
    }
    at_ = type_end;
    return postfix(make(kind::type, begin, name));
}

node_ptr parser::postfix(node_ptr object, bool is_argument) {
    for (;;) {
        const auto begin = object->begin;
        const bool is_static = starts("::");
        const bool is_member =
            is_static ||
            (peek() == '.' && peek(1) != '.' && !is_blank(peek(1)) &&
             (is_name_char(peek(1)) || peek(1) == '$' || peek(1) == '(' || peek(1) == '\'' || peek(1) == '"'));
        if (is_member) {
            at_ += is_static ? 2 : 1;
            auto made = make(kind::member, begin);
            made->flag = is_static;
            made->kids.push_back(std::move(object));
            if (is_name_char(peek())) {
                auto constant = make(kind::constant, at_);
                constant->constant = name();
                made->kids.push_back(finish(std::move(constant)));
            } else {
                made->kids.push_back(primary());
            }
            if (peek() == '(') {
                made->what = kind::call;
                made = arguments(std::move(made));
            }
            object = finish(std::move(made));
        } else if (peek() == '[') {
            ++at_;
            auto made = make(kind::index, begin);
            made->kids.push_back(std::move(object));
            skip_lines();
            const auto outer = std::exchange(no_comma_, false);
            made->kids.push_back(expression());
            no_comma_ = outer;
            skip_lines();
            if (!take("]")) fail("Missing ']' after array index expression.", "MissingEndSquareBracket", at_, is_end());
            object = finish(std::move(made));
        } else if (!is_argument && (starts("++") || starts("--"))) {
            auto made = make(kind::postfix, begin, std::string(s_.substr(at_, 2)));
            at_ += 2;
            made->kids.push_back(std::move(object));
            object = finish(std::move(made));
        } else {
            return object;
        }
    }
}

node_ptr parser::arguments(node_ptr call) {
    const auto begin = at_;
    ++at_;
    for (skip_lines(); !take(")"); skip_lines()) {
        if (is_end()) fail("Missing ')' in method call.", "MissingEndParenthesisInMethodCall", begin, true);
        // No comma operator here: a comma separates arguments.
        const auto outer = std::exchange(no_comma_, true);
        auto one = expression();
        no_comma_ = outer;
        call->kids.push_back(std::move(one));
        skip_lines();
        if (take(",")) {
            skip_lines();
            if (peek() == ')') fail("Missing expression after ','.", "MissingExpressionAfterToken", at_);
        } else if (peek() != ')') {
            unexpected();
        }
    }
    return call;
}

node_ptr parser::primary() {
    const auto outer = std::exchange(no_comma_, false);
    auto made = bracketed_or_plain();
    no_comma_ = outer;
    return made;
}

node_ptr parser::bracketed_or_plain() {
    const auto begin = at_;
    switch (peek()) {
        case '\'':
            return single_quoted();
        case '"':
            return double_quoted();
        case '{':
            return braced();
        case '(': {
            ++at_;
            skip_lines();
            auto made = make(kind::paren, begin);
            if (peek() == ')') fail("An expression was expected after '('.", "ExpectedExpression", at_);
            made->kids.push_back(statement());
            skip_lines();
            if (!take(")")) {
                if (!is_end()) unexpected();
                fail("Missing closing ')' in expression.", "MissingEndParenthesisInExpression", at_, true);
            }
            return finish(std::move(made));
        }
        case '@':
            if (peek(1) == '(') {
                at_ += 2;
                auto made = make(kind::array_of, begin);
                made->kids.push_back(statement_list(')'));
                return finish(std::move(made));
            }
            if (peek(1) == '{') return hash();
            if (peek(1) == '"' || peek(1) == '\'') return here_string();
            refuse("@");
        case '$':
            if (peek(1) == '(') {
                at_ += 2;
                auto made = make(kind::sub, begin);
                made->kids.push_back(statement_list(')'));
                return finish(std::move(made));
            }
            return variable();
        case '[':
            return bracketed();
        default:
            break;
    }
    if ((peek() >= '0' && peek() <= '9') || (peek() == '.' && peek(1) >= '0' && peek(1) <= '9')) return number();
    if (is_end()) fail("An expression was expected.", "ExpectedExpression", at_, true);
    unexpected();
}

node_ptr parser::hash() {
    auto made = make(kind::hash, at_);
    at_ += 2;
    for (skip_separators(); !take("}"); skip_separators()) {
        if (is_end()) fail("The hash literal was incomplete.", "IncompleteHashLiteral", made->begin, true);
        if (is_name_char(peek()) && !(peek() >= '0' && peek() <= '9')) {
            auto key = make(kind::constant, at_);
            key->constant = name();
            made->kids.push_back(finish(std::move(key)));
        } else {
            made->kids.push_back(unary());
        }
        skip_blanks();
        if (!take("="))
            fail("Missing '=' operator after key in hash literal.", "MissingEqualsInHashLiteral", at_, is_end());
        skip_lines();
        made->kids.push_back(statement());
        skip_blanks();
        if (!end_of_statement() && peek() != '}') unexpected();
    }
    return finish(std::move(made));
}

}  // namespace emsctl::guest::powershell
