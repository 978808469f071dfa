// One running cmd.exe: its variables, current folders, batch files and error level. It executes parsed lines; the
// interactive loop is shell.cpp's, and the single built-in commands are in the cmd_builtin files.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sac/guest/cmd_expansion.hpp"
#include "sac/guest/cmd_syntax.hpp"
#include "sac/guest/process.hpp"
#include "sac/guest/win32.hpp"

namespace emsctl::guest {

struct cmd_handles {
    input in;  // null: the console
    sink* out = nullptr;
    sink* err = nullptr;
};

// What follows after a command: the next one, a jump to a label, the end of this batch file (exit /b), the end of the
// shell (exit).
enum class cmd_flow { next, jump, leave_batch, leave_shell };

class cmd_interpreter {
  public:
    cmd_interpreter(windows& os, const account& who, console& con, const process_times& times, environment env,
                    std::string cwd)
        : os(os), who(who), con(con), times(times), env(std::move(env)), cwd(std::move(cwd)) {}

    // A line as it stands at a prompt or behind cmd /c: percent signs are expanded, then it is parsed and executed.
    // False from wants_more means that the line goes on (an open parenthesis, a caret at its end).
    bool wants_more(std::string_view line) const;
    task<cmd_flow> run_line(std::string line, const cmd_handles& handles);

    std::string prompt_text() const;
    std::optional<std::string> variable(std::string_view name) const;  // with the ones that are computed
    std::string full_path(std::string_view path) const { return file_system_path(path); }
    std::string modify(std::string_view letters, std::string_view value) const;  // %~letters
    void error(const cmd_handles& handles, win32_error code) const;              // the message of Windows, on stderr

    // The state the built-in commands work on.
    windows& os;
    const account& who;
    console& con;
    const process_times& times;
    environment env;
    std::string cwd;
    std::map<char, std::string> other_cwd;  // of the drives that are not current
    std::vector<std::string> pushed;        // pushd
    bool echo = true;
    bool delayed_expansion = false;
    bool is_interactive = false;  // reads from a console or redirected input; false: cmd /c
    bool is_child = false;        // started by another program; a prompt's own programs change the title
    int errorlevel = 0;
    std::string title;  // set by `title`; empty: the path of cmd.exe
    std::string command_line = "\"C:\\Windows\\system32\\cmd.exe\" ";
    std::string shell_name = "cmd";

    std::string idle_title() const;
    bool is_in_batch() const { return !batches_.empty(); }
    void stop_batches();  // after ^C

  private:
    struct saved_state {
        environment env;
        std::string cwd;
        std::map<char, std::string> other_cwd;
        bool delayed_expansion;
    };
    struct batch_file {
        std::string path;
        std::vector<std::string> arguments;  // %0 first
        std::string tail;                    // %*
        std::size_t position = 0;
        std::vector<saved_state> saved;  // setlocal
    };

    std::string file_system_path(std::string_view path) const;
    cmd_expansion expansion() const;
    std::string expanded(std::string_view text) const;  // FOR variables, then !variables!

    task<cmd_flow> run_expanded(std::string line, std::string logged, const cmd_handles& handles);
    task<cmd_flow> execute(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> redirected(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> command(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> built_in(cmd_words words, const cmd_handles& handles);
    task<cmd_flow> external(cmd_words words, const cmd_handles& handles);
    task<cmd_flow> pipe(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> loop(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> loop_body(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> loop_count(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> loop_lines(const cmd_node& node, const cmd_handles& handles);
    task<cmd_flow> call(std::string tail, const cmd_handles& handles);
    task<cmd_flow> run_batch(std::string path, std::string name, std::string tail, const cmd_handles& handles);
    task<cmd_flow> call_label(std::string label, std::string tail, const cmd_handles& handles);
    task<cmd_flow> run_frame(const cmd_handles& handles);
    std::optional<std::string> next_batch_line();
    bool seek_label(std::string_view label);
    bool holds(const cmd_condition& test) const;
    std::vector<std::string> matching_files(std::string_view pattern, bool folders) const;
    cmd_interpreter child() const;  // for pipes and `for /f`: a copy that is in no batch file
    void end_local(bool all);

    std::vector<batch_file> batches_;
    for_variables for_;
    std::string jump_label_;
    std::vector<saved_state> saved_;  // setlocal at a prompt has no effect
    int result_ = 0;                  // of the last command, for && and ||
};

// %1 %2 ... of a batch file's or label's command line: quotes stay, blanks and ,;= separate.
std::vector<std::string> split_batch_arguments(std::string_view tail);

// One built-in command that does not change the flow: returns its result for && and ||. `tail` begins behind the name.
using built_in_command = task<int> (*)(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);
enum class errorlevel_rule { never, always, on_error };  // always: also 0 on success; on_error: 0 only in a .cmd file
struct built_in_entry {
    const char* name;
    built_in_command run;
    errorlevel_rule rule;
};
const built_in_entry* find_built_in(std::string_view name);

// set /a. The value, or the error level and message of cmd.exe.
struct arithmetic_answer {
    std::int32_t value = 0;
    int error = 0;
    std::string message;
};
arithmetic_answer evaluate_arithmetic(std::string_view expression, environment& env);

}  // namespace emsctl::guest
