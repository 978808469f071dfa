// Where a password comes from: the environment, a file, a program that knows it, or a person at the terminal; never the
// command line.
#pragma once

#include <optional>
#include <string>

namespace emsctl {

struct password_source {
    std::string environment;  // name of a variable
    std::string file;         // its first line
    std::string command;      // first line of its output; a command line without a shell

    bool is_given() const { return !environment.empty() || !file.empty() || !command.empty(); }
};

// From the source. Throws usage_error with what to do; the error names the source and never what it said.
std::string read_password(const password_source& from);

// Asks on the terminal, without echo: "Password for Administrator: ". Nothing when there is no terminal.
std::optional<std::string> ask_password(const std::string& question);

// From the source, else from the terminal. Throws usage_error when there is neither.
std::string password_of_user(const password_source& from, const std::string& user);

}  // namespace emsctl
