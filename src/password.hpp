// Where the password comes from: the environment, a file, or a person at the terminal; never the command line.
#pragma once

#include <string>

namespace emsctl {

struct password_source {
    std::string environment;  // name of a variable
    std::string file;         // its first line

    bool is_given() const { return !environment.empty() || !file.empty(); }
};

// Asks on the terminal, without echo, when no source is given. Throws usage_error with what to do.
std::string read_password(const password_source& from, const std::string& user);

}  // namespace emsctl
