// The statements that begin with a keyword.
#include "sac/guest/powershell_parser.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest::powershell {

node_ptr parser::if_statement() {
    auto made = make(kind::if_else, at_);
    at_ += 2;
    for (;;) {
        made->kids.push_back(condition("if"));
        made->kids.push_back(braced());
        const auto after = at_;
        skip_lines();
        if (word() == "elseif") {
            at_ += 6;
            continue;
        }
        if (word() == "else") {
            at_ += 4;
            skip_lines();
            made->kids.push_back(braced());
        } else {
            at_ = after;
        }
        return finish(std::move(made));
    }
}

node_ptr parser::loop(kind what) {
    auto made = make(what, at_);
    at_ += 5;
    made->kids.push_back(condition("while"));
    made->kids.push_back(braced());
    return finish(std::move(made));
}

node_ptr parser::do_loop() {
    auto made = make(kind::do_while, at_);
    at_ += 2;
    skip_lines();
    auto body = braced();
    skip_lines();
    const auto keyword = word();
    if (keyword != "while" && keyword != "until")
        fail("Missing while or until keyword in do loop.", "MissingWhileOrUntilInDoWhile", at_, is_end());
    if (keyword == "until") made->what = kind::do_until;
    at_ += 5;
    const auto begin = at_;
    skip_lines();
    if (!take("(")) unexpected();
    skip_lines();
    made->kids.push_back(pipeline());
    skip_lines();
    if (!take(")"))
        fail("Missing closing ')' after expression in 'do' statement.", "MissingEndParenthesisAfterStatement", begin,
             is_end());
    made->kids.push_back(std::move(body));
    return finish(std::move(made));
}

node_ptr parser::for_statement() {
    auto made = make(kind::for_loop, at_);
    at_ += 3;
    skip_lines();
    if (!take("(")) unexpected();
    for (int i = 0; i < 3; ++i) {
        skip_lines();
        made->kids.push_back(peek() == ';' || peek() == ')' ? nullptr : pipeline());
        skip_lines();
        if (i < 2 && !take(";") && peek() != ')') unexpected();
    }
    if (!take(")")) unexpected();
    skip_lines();
    made->kids.push_back(braced());
    return finish(std::move(made));
}

node_ptr parser::foreach_statement() {
    auto made = make(kind::foreach, at_);
    at_ += 7;
    skip_lines();
    if (!take("(")) unexpected();
    skip_lines();
    if (peek() != '$') fail("Missing variable name after foreach.", "MissingVariableNameAfterForeach", at_, is_end());
    made->kids.push_back(variable());
    skip_lines();
    if (word() != "in") fail("Missing 'in' after variable in foreach loop.", "MissingInInForeach", at_, is_end());
    at_ += 2;
    skip_lines();
    made->kids.push_back(pipeline());
    skip_lines();
    if (!take(")"))
        fail("Missing closing ')' after expression in 'foreach' statement.", "MissingEndParenthesisAfterForeach", at_,
             is_end());
    skip_lines();
    made->kids.push_back(braced());
    return finish(std::move(made));
}

node_ptr parser::switch_statement() {
    auto made = make(kind::switch_on, at_);
    at_ += 6;
    skip_blanks();
    if (peek() == '-') refuse("switch " + dash_word());
    made->kids.push_back(condition("switch"));
    if (!take("{"))
        fail("Missing condition in switch statement clause.", "MissingCurlyBraceInSwitchStatement", at_, is_end());
    for (skip_separators(); !take("}"); skip_separators()) {
        if (is_end())
            fail("Missing closing '}' in statement block or type definition.", "MissingEndCurlyBrace", at_, true);
        if (word() == "default") {
            at_ += 7;
            made->kids.push_back(nullptr);
        } else {
            made->kids.push_back(peek() == '{' ? primary() : argument());
        }
        skip_lines();
        made->kids.push_back(braced());
    }
    return finish(std::move(made));
}

node_ptr parser::try_statement() {
    auto made = make(kind::try_catch, at_);
    at_ += 3;
    skip_lines();
    made->kids.push_back(braced());
    made->kids.push_back(nullptr);
    for (;;) {
        const auto after = at_;
        skip_lines();
        const auto begin = at_;
        if (word() == "catch") {
            at_ += 5;
            auto handler = make(kind::catch_block, begin);
            for (skip_lines(); peek() == '['; skip_lines()) {
                ++at_;
                handler->types.push_back(type_text());
                skip_blanks();
                take(",");
            }
            handler->kids.push_back(braced());
            made->kids.push_back(finish(std::move(handler)));
        } else if (word() == "finally") {
            at_ += 7;
            skip_lines();
            made->kids[1] = braced();
        } else {
            at_ = after;
            break;
        }
    }
    if (made->kids.size() == 2 && !made->kids[1])
        fail("The Try statement is missing its Catch or Finally block.", "MissingCatchOrFinally", at_, is_end());
    return finish(std::move(made));
}

node_ptr parser::function_statement() {
    auto made = make(kind::function, at_);
    at_ += 8;
    skip_blanks();
    const auto begin = at_;
    while (!ends_word(peek())) ++at_;
    made->text = std::string(s_.substr(begin, at_ - begin));
    if (made->text.empty()) fail("Missing name after function keyword.", "MissingNameAfterKeyword", at_, is_end());
    skip_lines();
    node_ptr parameters;
    if (take("(")) parameters = parameter_list(')');
    skip_lines();
    made->kids.push_back(braced());
    if (parameters) made->kids[0]->kids[0] = std::move(parameters);
    return finish(std::move(made));
}

node_ptr parser::parameter_list(char end) {
    auto made = make(kind::parameters, at_);
    for (skip_lines(); peek() != end; skip_lines()) {
        auto one = make(kind::parameter_of, at_);
        while (peek() == '[') {
            ++at_;
            const auto type = type_text();
            if (text::equal_no_case(type.substr(0, type.find('(')), "parameter") || type.find('(') != std::string::npos)
                refuse("[" + type + "]");
            one->types.push_back(normal_type(type));
            skip_lines();
        }
        if (peek() != '$') unexpected();
        one->text = variable()->text;
        skip_lines();
        if (take("=")) {
            skip_lines();
            one->kids.push_back(expression());
            skip_lines();
        }
        made->kids.push_back(finish(std::move(one)));
        if (!take(",") && peek() != end) unexpected();
    }
    ++at_;
    return finish(std::move(made));
}

}  // namespace emsctl::guest::powershell
