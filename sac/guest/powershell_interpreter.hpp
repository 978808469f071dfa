// Runs PowerShell trees for one powershell.exe: scopes, errors, pipelines, and the programs and cmdlets they start.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sac/guest/powershell_syntax.hpp"
#include "sac/guest/process.hpp"

namespace emsctl::guest::powershell {

struct error_record {
    std::string message;
    std::string id = "RuntimeException";
    std::string category = "NotSpecified";
    std::string type = "RuntimeException";  // of the exception, without its namespace
    std::string target;                     // "C:\x:String"
    std::string activity;                   // the cmdlet
    const node* at = nullptr;
    bool is_native = false;
};

// Thrown through the tree. One that ends only its statement becomes an error line where nobody catches it.
struct terminating {
    error_record record;
    bool ends_script = false;
};
struct break_thrown {};
struct continue_thrown {};
struct return_thrown {};
struct exit_thrown {
    int code;
};

// Where a pipeline's objects go.
class output {
  public:
    virtual ~output() = default;
    virtual task<void> put(value what) = 0;
    virtual sink* direct() { return nullptr; }  // where a program may write its text unchanged
};

class collector : public output {
  public:
    task<void> put(value what) override;
    value result() const;  // nothing, the one, or an array
    values all;
};

// Writes what it gets as the console host does: text by lines, objects as tables or lists.
class formatter : public output {
  public:
    explicit formatter(sink& to, bool is_host = false) : to_(to), is_host_(is_host) {}
    task<void> put(value what) override;
    sink* direct() override;
    void flush();

  private:
    sink& to_;
    bool is_host_;
    std::vector<object_ptr> pending_;
};
void write_objects(const std::vector<object_ptr>& objects, sink& to);  // powershell_format_objects.cpp
void write_list(const std::vector<object_ptr>& objects, sink& to);
void write_table(const std::vector<object_ptr>& objects, const std::vector<std::string>& columns, sink& to);

struct scope {
    std::map<std::string, value, text::less_no_case> variables;
    std::map<std::string, const node*, text::less_no_case> functions;
    bool is_script = false;
    std::string file;  // of a script
};

class interpreter {
  public:
    explicit interpreter(process& self);

    // Each returns powershell.exe's exit code.
    task<int> run_file(std::string path, std::vector<std::string> args);
    task<int> run_text(std::string text);
    task<void> run_line(std::string text);  // typed; throws exit_thrown, and syntax_error when more may follow

    // powershell_statements.cpp
    task<void> run(const node& statements, output& out);
    task<void> run_statement(const node& statement, output& out);
    task<void> run_block(const node& block, output& out);  // in the scope that is open
    task<void> run_pipeline(const node& pipeline, output& out);
    // powershell_calls.cpp: a block, function or script as a command, in a scope of its own
    struct argument {
        std::string parameter;  // "-Name", or empty
        value what;
        const node* from = nullptr;
        bool has_value = true;  // of a parameter: given with a colon
    };
    using arguments = std::vector<argument>;
    task<void> call_block(const node& block, arguments given, values input, output& out);
    task<void> call_script(std::string path, arguments given, output& out, const node* at);
    task<void> call_program(const node& command, std::string name, arguments given, std::optional<values> input,
                            output& out);
    task<value> call_with_item(const node& block, value item);

    // powershell_expressions.cpp
    task<value> eval(const node& expression);
    task<value> eval_statement(const node& statement);
    task<void> assign(const node& target, value what);

    // Variables.
    value get(const std::string& name) const;
    void set(const std::string& name, value what);
    void set_here(const std::string& name, value what) { scopes_.back().variables[name] = std::move(what); }
    const node* function(const std::string& name) const;
    std::deque<scope>& scopes() { return scopes_; }

    // Errors. write_error follows `action`, or $ErrorActionPreference when it is empty; it may throw.
    void write_error(error_record what, const std::string& action = {});
    [[noreturn]] void raise(error_record what) const { throw terminating{std::move(what), false}; }
    [[noreturn]] void raise(const value_error& what, const node& at) const;
    void print_error(const error_record& what);
    value record_value(const error_record& what) const;
    std::string preference(const char* name) const;
    void refuse(const std::string& what);  // the guest's log: not simulated
    [[noreturn]] void unknown_command(const std::string& name, const node& at);

    process& self() { return self_; }
    windows& os() { return self_.os; }
    formatter& host() { return host_; }
    int zone() const;
    std::string full_path(const std::string& path) const { return self_.full_path(path); }
    bool ok = true;  // $?
    int try_depth = 0;
    task<void> pass_on_errors();  // those that 2>&1 has kept, to where they go

  private:
    friend class redirected;
    int report(const syntax_error& what, const source& from);
    const node& read(std::string file, std::string text);
    task<void> run_commands(const node& pipeline, std::size_t from, values input, bool has_input, output& out);
    task<void> run_command(const node& command, std::optional<values> input, output& out);
    task<void> run_elements(const node& pipeline, std::size_t from, value first, bool has_first, output& out);
    task<arguments> eval_arguments(const node& command);
    task<void> try_catch(const node& statement, output& out);
    task<void> loop(const node& statement, output& out);
    task<void> switch_on(const node& statement, output& out);
    task<void> assignment(const node& statement);
    task<value> eval_binary(const node& expression);
    task<value> eval_unary(const node& expression);
    task<value> eval_member(const node& expression);
    task<value> eval_text(const node& expression);
    void bind_parameters(const node& block, arguments& given);

    process& self_;
    formatter host_;
    std::deque<scope> scopes_;
    std::vector<std::unique_ptr<source>> sources_;
    std::vector<node_ptr> trees_;
    values errors_;
    output* error_output_ = nullptr;                         // 2>&1
    values merged_errors_;                                   // on their way there
    std::function<void(const error_record&)> error_target_;  // 2> a file or $null; empty: standard error
    int depth_ = 0;
};

// powershell_operators.cpp
value binary_result(interpreter& shell, const std::string& sign, const value& left, const value& right);
// powershell_members.cpp, powershell_methods.cpp, powershell_statics.cpp. Missing members are nullopt.
std::optional<value> property_of(const value& what, const std::string& name);
std::optional<value> method_of(interpreter& shell, const value& what, const std::string& name, const values& args);
std::optional<value> static_property(interpreter& shell, const std::string& type, const std::string& name);
std::optional<value> static_method(interpreter& shell, const std::string& type, const std::string& name,
                                   const values& args);
value automatic_variable(const interpreter& shell, const std::string& name, bool& is_known);
value encoding_named(std::string_view name);
std::string encoded(const std::string& utf8, const value& encoding, bool with_mark);
std::string decoded(const std::string& bytes, const value& encoding);

}  // namespace emsctl::guest::powershell
