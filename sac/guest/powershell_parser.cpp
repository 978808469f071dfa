#include "sac/guest/powershell_parser.hpp"

#include "sac/guest/text.hpp"

namespace emsctl::guest::powershell {

node_ptr parse(const source& from) {
    return parser(from).script();
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
bool is_name_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool ends_word(char c) {
    return c == '\0' || is_blank(c) || std::string_view("\r\n;|&(){},<>").find(c) != std::string_view::npos;
}

bool parser::take(std::string_view what) {
    if (!starts(what)) return false;
    at_ += what.size();
    return true;
}

std::string parser::word() const {
    auto end = at_;
    while (end < s_.size() && (is_name_char(s_[end]) || s_[end] == '-')) ++end;
    return text::lower(s_.substr(at_, end - at_));
}

void parser::skip_blanks() {
    for (;;) {
        if (is_blank(peek())) {
            ++at_;
        } else if (peek() == '`' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
            at_ += peek(1) == '\n' ? 2 : 3;
        } else if (starts("<#")) {
            const auto end = s_.find("#>", at_);
            if (end == std::string_view::npos)
                fail("The terminator '#>' is missing from the multiline comment.", "MissingTerminatorMultiLineComment",
                     at_, true);
            at_ = end + 2;
        } else if (peek() == '#') {
            while (!is_end() && peek() != '\n') ++at_;
        } else {
            return;
        }
    }
}

void parser::skip_lines() {
    for (skip_blanks(); peek() == '\r' || peek() == '\n'; skip_blanks()) ++at_;
}

void parser::skip_separators() {
    for (skip_lines(); peek() == ';'; skip_lines()) ++at_;
}

node_ptr parser::make(kind what, std::size_t begin, std::string text) const {
    auto made = std::make_unique<node>();
    made->what = what;
    made->text = std::move(text);
    made->from = &from_;
    made->begin = begin;
    made->end = at_;
    return made;
}

node_ptr parser::finish(node_ptr made) const {
    made->end = at_;
    return made;
}

void parser::fail(std::string message, std::string id, std::size_t begin, bool is_incomplete) const {
    throw syntax_error{std::move(message), std::move(id), begin, std::min(s_.size(), std::max(at_, begin + 1)),
                       is_incomplete,      false};
}

void parser::unexpected() const {
    auto end = at_;
    while (end < s_.size() && !ends_word(s_[end])) ++end;
    if (end == at_) ++end;
    throw syntax_error{"Unexpected token '" + std::string(s_.substr(at_, end - at_)) + "' in expression or statement.",
                       "UnexpectedToken",
                       at_,
                       std::min(end, s_.size()),
                       is_end(),
                       false};
}

void parser::refuse(std::string what) const {
    throw syntax_error{"Unexpected token '" + what + "' in expression or statement.",
                       "UnexpectedToken",
                       at_,
                       std::min(s_.size(), at_ + 1),
                       false,
                       true};
}

node_ptr parser::script() {
    return block_body('\0');
}

node_ptr parser::block_body(char end) {
    // Deeper nesting than any repair needs would exhaust the stack of whoever parses and runs it.
    if (++depth_ > 100) refuse("nesting");
    auto made = make(kind::block, at_);
    skip_separators();
    if (word() == "param") {
        at_ += 5;
        skip_lines();
        if (!take("(")) unexpected();
        made->kids.push_back(parameter_list(')'));
    } else {
        made->kids.push_back(nullptr);
    }
    for (const auto* part : {"begin", "process", "end", "dynamicparam"})
        if (word() == part) refuse(part);
    made->kids.push_back(statement_list(end));
    --depth_;
    return finish(std::move(made));
}

node_ptr parser::statement_list(char end) {
    auto made = make(kind::statements, at_);
    for (skip_separators(); !is_end() && peek() != end; skip_separators()) {
        if (peek() == ')' || peek() == '}') unexpected();
        made->kids.push_back(statement());
        skip_blanks();
        if (!end_of_statement() && peek() != end) unexpected();
    }
    made = finish(std::move(made));
    if (end && !take(std::string_view(&end, 1)))
        fail(end == '}' ? "Missing closing '}' in statement block or type definition."
                        : "Missing closing ')' in expression.",
             end == '}' ? "MissingEndCurlyBrace" : "MissingEndParenthesisInExpression", at_, true);
    return made;
}

bool parser::end_of_statement() {
    const auto c = peek();
    // A statement that ended with a block needs nothing before the next one.
    return is_end() || c == ';' || c == '\n' || c == '\r' || (at_ > 0 && s_[at_ - 1] == '}') ||
           (at_ > 1 && s_.substr(0, at_).find_last_not_of(" \t") != std::string_view::npos &&
            s_[s_.substr(0, at_).find_last_not_of(" \t")] == '}');
}

node_ptr parser::statement() {
    const auto first = word();
    if (!first.empty()) {
        if (auto made = keyword_statement(first)) return made;
    }
    return pipeline();
}

node_ptr parser::keyword_statement(const std::string& first) {
    if (first == "if") return if_statement();
    if (first == "while") return loop(kind::while_loop);
    if (first == "do") return do_loop();
    if (first == "for") return for_statement();
    if (first == "foreach") return foreach_statement();
    if (first == "switch") return switch_statement();
    if (first == "try") return try_statement();
    if (first == "function") return function_statement();
    const auto begin = at_;
    if (first == "throw" || first == "return" || first == "exit") {
        at_ += first.size();
        auto made = make(first == "throw" ? kind::raise : first == "exit" ? kind::leave : kind::give_back, begin);
        skip_blanks();
        const auto c = peek();
        if (!is_end() && c != ';' && c != '\n' && c != '\r' && c != '}' && c != ')') made->kids.push_back(pipeline());
        return finish(std::move(made));
    }
    if (first == "break" || first == "continue") {
        at_ += first.size();
        return make(first == "break" ? kind::break_out : kind::go_on, begin);
    }
    for (const auto* known : {"trap", "class", "enum", "data", "using", "workflow", "filter", "configuration",
                              "parallel", "sequence", "inlinescript", "dynamicparam"})
        if (first == known) refuse(first);
    return nullptr;
}

node_ptr parser::braced() {
    const auto begin = at_;
    if (!take("{")) fail("Missing statement block.", "MissingStatementBlock", at_, is_end());
    auto made = block_body('}');
    made->begin = begin;
    return made;
}

node_ptr parser::condition(const char* of) {
    skip_lines();
    if (!take("("))
        fail(std::string("Missing '(' after '") + of + "' in " + of + " statement.",
             "MissingOpenParenthesisInIfStatement", at_, is_end());
    skip_lines();
    auto made = pipeline();
    skip_lines();
    if (!take(")"))
        fail(std::string("Missing closing ')' after expression in '") + of + "' statement.",
             "MissingEndParenthesisAfterStatement", at_, is_end());
    skip_lines();
    return made;
}

node_ptr parser::pipeline() {
    skip_blanks();
    const auto begin = at_;
    auto first = element();
    skip_blanks();
    if (first->what == kind::expression) {
        for (const auto* sign : {"=", "+=", "-=", "*=", "/=", "%="}) {
            if (!starts(sign)) continue;
            auto made = make(kind::assign, begin, sign);
            at_ += made->text.size();
            skip_lines();
            made->kids.push_back(std::move(first->kids[0]));
            made->kids.push_back(statement());
            return finish(std::move(made));
        }
    }
    return pipeline_from(std::move(first), begin);
}

node_ptr parser::pipeline_from(node_ptr first, std::size_t begin) {
    auto made = make(kind::pipeline, begin);
    made->kids.push_back(std::move(first));
    for (skip_blanks(); peek() == '|'; skip_blanks()) {
        if (peek(1) == '|')
            fail("The token '||' is not a valid statement separator in this version.", "InvalidEndOfLine", at_);
        ++at_;
        skip_lines();
        if (is_end()) fail("An empty pipe element is not allowed.", "EmptyPipeElement", at_, true);
        auto next = element();
        if (next->what == kind::expression)
            fail("Expressions are only allowed as the first element of a pipeline.", "ExpressionsMustBeFirstInPipeline",
                 next->begin);
        made->kids.push_back(std::move(next));
    }
    if (starts("&&"))
        fail("The token '&&' is not a valid statement separator in this version.", "InvalidEndOfLine", at_);
    if (peek() == '&')
        fail(
            "The ampersand (&) character is not allowed. The & operator is reserved for future use; wrap an ampersand "
            "in double quotation marks (\"&\") to pass it as part of a string.",
            "AmpersandNotAllowed", at_);
    return finish(std::move(made));
}

node_ptr parser::element() {
    const auto begin = at_;
    if (is_end()) fail("An expression was expected.", "ExpectedExpression", at_, true);
    if (take("&")) {
        skip_blanks();
        return command("&");
    }
    if (peek() == '.' && (is_blank(peek(1)) || peek(1) == '$' || peek(1) == '"' || peek(1) == '\'')) {
        ++at_;
        skip_blanks();
        return command(".");
    }
    if (!expands_here()) return command("");
    auto made = make(kind::expression, begin);
    made->kids.push_back(expression());
    made->end = at_;
    skip_blanks();
    while (redirection_at(*made)) skip_blanks();
    return made;
}

}  // namespace emsctl::guest::powershell
