#include <algorithm>

#include "sac/guest/powershell_parser.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest::powershell {

// Does an expression begin here, rather than a command's name?
bool parser::expands_here() const {
    const auto c = peek();
    if (c == '\0') return false;
    if (std::string_view("$\"'([{!,").find(c) != std::string_view::npos) return true;
    if (c == '@') return true;
    if (c == '+') return true;
    if (c == '.') return peek(1) >= '0' && peek(1) <= '9';
    if (c == '-') {
        const auto word = dash_word();
        return word == "-" || word == "-not" || word == "-split" || word == "-join" || word == "-bnot" ||
               (peek(1) >= '0' && peek(1) <= '9');
    }
    if (c < '0' || c > '9') return false;
    // 7z is a command, 7 and 0x7 and 7kb are numbers, 7..9 is a range.
    auto end = at_;
    while (end < s_.size() && (is_name_char(s_[end]) || (s_[end] == '.' && !s_.substr(end).starts_with("..")))) ++end;
    return parse_number(s_.substr(at_, end - at_)).has_value();
}

std::string parser::name() {
    const auto begin = at_;
    while (is_name_char(peek())) ++at_;
    return std::string(s_.substr(begin, at_ - begin));
}

node_ptr parser::variable() {
    const auto begin = at_;
    ++at_;
    std::string named;
    if (take("{")) {
        const auto end = s_.find('}', at_);
        if (end == std::string_view::npos)
            fail("Braced variable name is incomplete.", "IncompleteDollarSubexpressionReference", begin, true);
        named = std::string(s_.substr(at_, end - at_));
        at_ = end + 1;
    } else if (peek() == '?' || peek() == '$' || peek() == '^') {
        named = std::string(1, peek());
        ++at_;
    } else {
        named = name();
        if (named.empty()) unexpected();
        if (peek() == ':' && peek(1) != ':') {
            if (!is_name_char(peek(1)))
                fail(
                    "Variable reference is not valid. ':' was not followed by a valid variable name character. "
                    "Consider using ${} to delimit the name.",
                    "InvalidVariableReferenceWithDrive", begin);
            ++at_;
            named += ":" + name();
        }
    }
    return finish(make(kind::variable, begin, named));
}

node_ptr parser::number() {
    const auto begin = at_;
    auto end = at_;
    while (end < s_.size() && (is_name_char(s_[end]) ||
                               (s_[end] == '.' && end + 1 < s_.size() && s_[end + 1] >= '0' && s_[end + 1] <= '9')))
        ++end;
    // 1e+3
    auto read = parse_number(s_.substr(begin, end - begin));
    while (!read && end > begin + 1) read = parse_number(s_.substr(begin, --end - begin));
    if (!read) unexpected();
    at_ = end;
    auto made = make(kind::constant, begin, std::string(s_.substr(begin, end - begin)));
    made->constant = *read;
    return made;
}

node_ptr parser::single_quoted() {
    const auto begin = at_++;
    std::string text;
    for (;; ++at_) {
        if (is_end()) fail("The string is missing the terminator: '.", "TerminatorExpectedAtEndOfString", begin, true);
        if (peek() == '\'') {
            if (peek(1) != '\'') break;
            ++at_;
        }
        text += peek();
    }
    ++at_;
    auto made = make(kind::constant, begin);
    made->constant = std::move(text);
    return made;
}

char parser::escaped() {
    const auto c = peek();
    ++at_;
    switch (c) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case '0':
            return '\0';
        case 'a':
            return '\a';
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'v':
            return '\v';
        default:
            return c;
    }
}

// Text with variables up to and with `closing`.
node_ptr parser::expand(std::string_view closing, bool doubles_quotes) {
    auto made = make(kind::expandable, at_);
    std::string text;
    const auto flush = [&] {
        if (text.empty()) return;
        auto part = make(kind::constant, at_);
        part->constant = std::exchange(text, {});
        made->kids.push_back(std::move(part));
    };
    for (;;) {
        if (is_end())
            fail(std::string("The string is missing the terminator: ") + (closing.size() > 1 ? "\"@." : "\"."),
                 "TerminatorExpectedAtEndOfString", made->begin, true);
        if (doubles_quotes && starts("\"\"")) {
            text += '"';
            at_ += 2;
        } else if (take(closing)) {
            break;
        } else if (peek() == '`' && at_ + 1 < s_.size()) {
            ++at_;
            text += escaped();
        } else if (peek() == '$' &&
                   (is_name_char(peek(1)) || peek(1) == '{' || peek(1) == '(' || peek(1) == '?' || peek(1) == '$')) {
            flush();
            made->kids.push_back(primary());
        } else {
            text += peek();
            ++at_;
        }
    }
    flush();
    return finish(std::move(made));
}

node_ptr parser::double_quoted() {
    const auto begin = at_++;
    auto made = expand("\"", true);
    made->begin = begin;
    return made;
}

node_ptr parser::here_string() {
    const auto begin = at_;
    const char quote = peek(1);
    at_ += 2;
    while (is_blank(peek())) ++at_;
    if (peek() == '\r') ++at_;
    if (peek() != '\n')
        fail("No characters are allowed after a here-string header but before the end of the line.",
             "UnexpectedCharactersAfterHereStringHeader", begin);
    ++at_;
    const auto end_mark = std::string("\n") + quote + "@";
    const auto end = s_.find(end_mark, at_ - 1);
    if (end == std::string_view::npos)
        fail("The string is missing the terminator: " + std::string(1, quote) + "@.", "TerminatorExpectedAtEndOfString",
             begin, true);
    auto stop = std::max(end, at_);
    if (stop > at_ && s_[stop - 1] == '\r') --stop;
    const auto body = s_.substr(at_, stop - at_);
    node_ptr made;
    if (quote == '\'') {
        made = make(kind::constant, begin);
        made->constant = std::string(body);
    } else {
        // The rest of the text is hidden while the body is read.
        const auto whole = std::exchange(s_, s_.substr(0, stop));
        made = make(kind::expandable, begin);
        std::string text;
        const auto flush = [&] {
            auto part = make(kind::constant, at_);
            part->constant = std::exchange(text, {});
            made->kids.push_back(std::move(part));
        };
        while (!is_end()) {
            if (peek() == '`' && at_ + 1 < s_.size()) {
                ++at_;
                text += escaped();
            } else if (peek() == '$' && (is_name_char(peek(1)) || peek(1) == '{' || peek(1) == '(')) {
                flush();
                made->kids.push_back(primary());
            } else {
                text += peek();
                ++at_;
            }
        }
        flush();
        s_ = whole;
    }
    at_ = end + end_mark.size();
    return finish(std::move(made));
}

node_ptr parser::command(const std::string& invocation) {
    auto made = make(kind::command, at_, invocation);
    if (is_end() || ends_word(peek())) {
        if (peek() != '{' && peek() != '(') unexpected();
    }
    made->kids.push_back(argument_item());
    for (;;) {
        skip_blanks();
        const auto c = peek();
        if (is_end() || c == '\r' || c == '\n' || c == ';' || c == '|' || c == ')' || c == '}' || c == '&') break;
        if (redirection_at(*made)) continue;
        if (c == '<') fail("The '<' operator is reserved for future use.", "RedirectionNotSupported", at_);
        if (c == ',') fail("Missing argument in parameter list.", "MissingArgument", at_);
        made->kids.push_back(argument());
        made->end = at_;
    }
    if (made->kids.size() == 1) made->end = made->kids[0]->end;
    return made;
}

node_ptr parser::argument() {
    const auto begin = at_;
    if (peek() == '-' && peek(1) != '\0' && (is_name_char(peek(1)) && !(peek(1) >= '0' && peek(1) <= '9'))) {
        auto made = make(kind::parameter, begin);
        ++at_;
        while (!ends_word(peek()) && peek() != ':' && peek() != '\'' && peek() != '"') ++at_;
        made->text = std::string(s_.substr(begin + 1, at_ - begin - 1));
        if (peek() == ':' && !made->text.empty()) {
            made->flag = true;
            ++at_;
            skip_blanks();
            made->kids.push_back(argument());
        }
        return finish(std::move(made));
    }
    if (starts("--%")) refuse("--%");
    auto first = argument_item();
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
        if (is_end() || peek() == ')' || peek() == '|' || peek() == ';')
            fail("Missing argument in parameter list.", "MissingArgument", at_, is_end());
        made->kids.push_back(argument_item());
        after = at_;
        skip_blanks();
    }
    at_ = after;
    return finish(std::move(made));
}

node_ptr parser::argument_item() {
    const auto begin = at_;
    const auto c = peek();
    if (c == '(' || c == '{' || starts("@(") || starts("@{") || starts("@\"") || starts("@'") || starts("$(")) {
        auto made = postfix(primary(), true);
        if (ends_word(peek()) || c != '$') return made;
        at_ = begin;
        return bare_word();
    }
    if (c == '@') refuse("@");
    if (c == '$' || c == '"' || c == '\'') {
        if (c == '$' && !is_name_char(peek(1)) && peek(1) != '{' && peek(1) != '?' && peek(1) != '$')
            return bare_word();
        auto made = c == '$' ? postfix(primary(), true) : primary();
        if (ends_word(peek())) return made;
        at_ = begin;
    }
    return bare_word();
}

node_ptr parser::bare_word() {
    auto made = make(kind::expandable, at_);
    std::string text;
    bool is_plain = true;
    const auto flush = [&] {
        if (text.empty()) return;
        auto part = make(kind::constant, at_);
        part->constant = std::exchange(text, {});
        made->kids.push_back(std::move(part));
    };
    while (!ends_word(peek()) || is_end()) {
        if (is_end()) break;
        const auto c = peek();
        if (c == '`' && at_ + 1 < s_.size()) {
            ++at_;
            text += escaped();
            is_plain = false;
        } else if (c == '\'' || c == '"' || (c == '$' && (is_name_char(peek(1)) || peek(1) == '{' || peek(1) == '('))) {
            flush();
            made->kids.push_back(primary());
            is_plain = false;
        } else {
            text += c;
            ++at_;
        }
    }
    if (made->begin == at_) unexpected();
    flush();
    if (!is_plain) return finish(std::move(made));
    auto constant = finish(make(kind::constant, made->begin, std::string(s_.substr(made->begin, at_ - made->begin))));
    constant->flag = true;  // a bare word
    constant->constant = constant->text;
    return constant;
}

bool parser::redirection_at(node& of) {
    auto here = at_;
    int from = 1;
    if (peek() == '*') {
        from = 0;
        ++here;
    } else if (peek() >= '1' && peek() <= '6') {
        from = peek() - '0';
        ++here;
    }
    if (here >= s_.size() || s_[here] != '>') return false;
    redirection made;
    made.from = from;
    at_ = here + 1;
    if (from > 2) refuse(std::to_string(from) + ">");
    if (take("&")) {
        if (!take("1")) refuse(">&");
        made.to_stream = 1;
    } else {
        made.is_append = take(">");
        skip_blanks();
        if (is_end() || ends_word(peek())) {
            if (peek() != '(')
                fail("Missing file specification after redirection operator.", "MissingFileSpecification", at_,
                     is_end());
        }
        made.target = argument_item();
    }
    of.redirections.push_back(std::move(made));
    return true;
}

}  // namespace emsctl::guest::powershell
