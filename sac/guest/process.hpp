// What a program of the simulated Windows gets when it is started, and how programs are found and run by name. A
// program is a coroutine that writes UTF-8 to its sinks and returns its exit code; it knows nothing of the shell.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/accounts.hpp"
#include "sac/guest/console.hpp"
#include "sac/guest/task.hpp"
#include "sac/guest/text.hpp"

namespace emsctl::guest {

class windows;

// How long things take to start.
struct process_times {
    instant cmd = std::chrono::milliseconds(60);
    instant console_tool = std::chrono::milliseconds(40);
    instant certutil = std::chrono::milliseconds(90);
    instant powershell = std::chrono::milliseconds(900);
};

// Environment variables: names keep their case and are found in any case.
using environment = std::map<std::string, std::string, text::less_no_case>;

// Where output goes: UTF-8 text, "\r\n" line ends.
class sink {
  public:
    virtual ~sink() = default;
    virtual void write(std::string_view text) = 0;
    virtual bool is_console() const { return false; }
    // Exact bytes, which a file takes as they are; elsewhere they are text in that code page.
    virtual void write_bytes(std::string_view bytes, unsigned code_page) {
        write(text::from_code_page(bytes, code_page));
    }
    void line(std::string_view text) { write(std::string(text) + "\r\n"); }
};

class console_sink : public sink {
  public:
    explicit console_sink(console& con) : con_(con) {}
    void write(std::string_view text) override { con_.write(text); }
    bool is_console() const override { return true; }

  private:
    console& con_;
};

class nul_sink : public sink {
  public:
    void write(std::string_view) override {}
};

// For pipes and for `for /f`. Text passes through the OEM code page, as bytes do through a real pipe.
class captured_sink : public sink {
  public:
    explicit captured_sink(unsigned code_page) : code_page_(code_page) {}
    void write(std::string_view text) override;
    const std::string& text() const { return text_; }

  private:
    unsigned code_page_;
    std::string text_;
};

enum class file_encoding {
    oem,
    utf16
};  // cmd.exe's `>`; Windows PowerShell's `>` (a byte order mark starts an empty file)

// Appends to a file that exists already (the shell creates or empties it when it opens the redirection). A file that
// cannot be written any more is left as it is.
class file_sink : public sink {
  public:
    file_sink(windows& os, std::string path, file_encoding encoding = file_encoding::oem)
        : os_(os), path_(std::move(path)), encoding_(encoding) {}
    void write(std::string_view text) override;
    void write_bytes(std::string_view bytes, unsigned code_page) override;

  private:
    windows& os_;
    std::string path_;
    file_encoding encoding_;
};

// Redirected standard input, UTF-8; programs that share it go on where the last one stopped.
class input_text {
  public:
    explicit input_text(std::string text) : text_(std::move(text)) {}
    std::optional<std::string> read_line();  // without its end; nullopt at the end of file
    std::string rest();

  private:
    std::string text_;
    std::size_t at_ = 0;
};
using input = std::shared_ptr<input_text>;  // null: the console

struct process;
using program = task<int> (*)(process&);

// By base name in lower case without ".exe". Programs live in %SystemRoot%\System32.
class program_table {
  public:
    void add(std::string name, program run) { programs_[std::move(name)] = run; }
    program find(std::string_view name) const;  // nullptr when not simulated
    std::vector<std::string> names() const;

  private:
    std::map<std::string, program, text::less_no_case> programs_;
};
inline void add_program(program_table& table, std::string name, program run) {
    table.add(std::move(name), run);
}
const program_table& standard_programs();  // commands/programs.cpp

struct process {
    windows& os;
    const account& who;
    console& con;
    environment env;                // a copy: a program cannot change its parent's
    std::string cwd;                // full path, "C:\Windows\system32"
    std::string name;               // as it was typed
    std::string tail;               // the rest of the command line as typed, with its leading blanks
    std::vector<std::string> args;  // `tail` split by the rules of the Microsoft C runtime; without the name
    input in;
    sink& out;
    sink& err;
    const process_times& times;
    std::string path;       // the image that was found
    bool is_child = false;  // started by another program or a batch file, not at a prompt

    std::string variable(std::string_view name) const;   // "" when it is not defined
    std::string full_path(std::string_view path) const;  // absolute, from cwd
    console::wait pause(instant length) { return con.pause(length); }
};

// A process for `program_path tail`, as a child of `parent` with these handles. Arguments are split from `tail`.
process child_of(process& parent, std::string name, std::string tail, input in, sink& out, sink& err);

// argv of the Microsoft C runtime: quotes, 2n and 2n+1 backslashes before a quote, "" inside quotes.
std::vector<std::string> split_arguments(std::string_view tail);

// The next line of standard input, or of the console when it is not redirected; nullopt at its end.
task<std::optional<std::string>> read_line(process& self);

// The full path of what `name` would start, found as cmd.exe finds it: the current folder, then PATH, each with
// PATHEXT.
std::optional<std::string> find_program(const windows& os, const environment& env, std::string_view cwd,
                                        std::string_view name);

// What a program left behind, for whoever answers in its place.
struct stand_in_answer {
    std::string out, err;  // exact bytes, in the machine's code page
    int exit_code = 0;
    instant took{};
};

// Runs self.name, unless windows::stand_in answers instead: start-up time passes, then the program (or the batch file,
// in a cmd.exe of its own) runs to its end. nullopt: nothing of that name exists, or it is not simulated (which is then
// in the guest's log).
task<std::optional<int>> run_program(process& self);

}  // namespace emsctl::guest
