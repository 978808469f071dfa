// Runs the built program as its user would, with an environment and a state folder of its own.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace emsctl::test {

// A folder that goes away with it.
class scratch_folder {
  public:
    scratch_folder();
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    const std::filesystem::path& path() const { return path_; }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  private:
    std::filesystem::path path_;
};

struct ended_program {
    int status = -1;  // 128 + signal when one ended it
    std::string out;
    std::string err;
};

// A program that is running, with its standard input closed and its outputs in files of `where`.
class running_program {
  public:
    running_program(const std::string& program, std::vector<std::string> arguments, const scratch_folder& where,
                    std::map<std::string, std::string> environment);
    ~running_program();
    running_program(const running_program&) = delete;
    running_program& operator=(const running_program&) = delete;

    std::string first_line();  // of standard output; waits for it, empty when the program ends without one
    void signal(int number);
    ended_program wait();

  private:
    int pid_ = -1;
    int out_ = -1;
    std::string said_;
    std::filesystem::path err_;
};

// A program with a terminal of its own, as a person has it in front of him.
class program_on_terminal {
  public:
    program_on_terminal(const std::string& program, std::vector<std::string> arguments, const scratch_folder& where,
                        std::map<std::string, std::string> environment);
    ~program_on_terminal();
    program_on_terminal(const program_on_terminal&) = delete;
    program_on_terminal& operator=(const program_on_terminal&) = delete;

    void type(const std::string& keys);
    // Waits until the screen has shown `text` after what was awaited before; false when the program ended or a minute
    // passed without it.
    bool shows(const std::string& text);
    void signal(int number);
    ended_program wait();       // `out` is all that the terminal showed
    bool is_as_before() const;  // the terminal's own settings

  private:
    bool read_more();

    int pid_ = -1;
    int keyboard_ = -1;  // the master side
    int screen_ = -1;    // the slave side, kept open so that its settings can be compared
    std::string shown_;
    std::size_t awaited_ = 0;
    std::string settings_;
};

ended_program run_program(const std::string& program, std::vector<std::string> arguments, const scratch_folder& where,
                          std::map<std::string, std::string> environment);

std::string file_text(const std::filesystem::path& path);

}  // namespace emsctl::test
