// The recursive-descent parser behind parse(): PowerShell has no separate tokens, since what a character means depends
// on whether an expression or a command's argument is being read.
#pragma once

#include "sac/guest/powershell_syntax.hpp"

namespace emsctl::guest::powershell {

class parser {
  public:
    explicit parser(const source& from) : from_(from), s_(from.text) {}
    node_ptr script();

  private:
    // powershell_parser.cpp: statements
    node_ptr block_body(char end);  // [param(...)] statements, up to and with `end` ('\0': the end of the text)
    node_ptr statement_list(char end);
    node_ptr statement();
    node_ptr keyword_statement(const std::string& word);
    // powershell_parser_keywords.cpp
    node_ptr if_statement();
    node_ptr loop(kind what);
    node_ptr do_loop();
    node_ptr for_statement();
    node_ptr foreach_statement();
    node_ptr switch_statement();
    node_ptr try_statement();
    node_ptr function_statement();
    node_ptr parameter_list(char end);
    node_ptr braced();                   // { ... } as a block
    node_ptr condition(const char* of);  // ( pipeline )
    node_ptr pipeline();                 // or an assignment
    node_ptr pipeline_from(node_ptr first, std::size_t begin);
    node_ptr element();
    bool end_of_statement();

    // powershell_parser_expressions.cpp
    node_ptr expression() { return binary(0); }
    node_ptr binary(int level);
    node_ptr comma();
    node_ptr unary();
    node_ptr postfix(node_ptr object, bool is_argument = false);
    node_ptr primary();
    node_ptr bracketed_or_plain();
    node_ptr bracketed();  // a type, a cast or a static member
    node_ptr hash();
    node_ptr arguments(node_ptr call);
    std::string binary_operator(int level);
    std::string dash_word() const;  // "-eq" at this place, lower case, or ""
    std::string type_text();

    // powershell_parser_words.cpp: commands, strings, names
    node_ptr command(const std::string& invocation);
    node_ptr argument();
    node_ptr argument_item();
    node_ptr bare_word();
    bool redirection_at(node& of);
    node_ptr single_quoted();
    node_ptr double_quoted();
    node_ptr here_string();
    node_ptr expand(std::string_view closing, bool doubles_quotes);
    node_ptr variable();
    node_ptr number();
    bool expands_here() const;
    char escaped();
    std::string name();

    // Places.
    char peek(std::size_t ahead = 0) const { return at_ + ahead < s_.size() ? s_[at_ + ahead] : '\0'; }
    bool is_end() const { return at_ >= s_.size(); }
    bool starts(std::string_view what) const { return s_.substr(at_).starts_with(what); }
    bool take(std::string_view what);
    std::string word() const;  // the letters at this place
    void skip_blanks();
    void skip_lines();
    void skip_separators();
    node_ptr make(kind what, std::size_t begin, std::string text = {}) const;
    node_ptr finish(node_ptr made) const;
    [[noreturn]] void fail(std::string message, std::string id, std::size_t begin, bool is_incomplete = false) const;
    [[noreturn]] void unexpected() const;
    [[noreturn]] void refuse(std::string what) const;

    const source& from_;
    std::string_view s_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool no_comma_ = false;  // among a method's arguments
};

bool is_blank(char c);
bool is_name_char(char c);
bool ends_word(char c);  // what ends a bare word: blanks, line ends, ; | & ( ) { } , < >

}  // namespace emsctl::guest::powershell
