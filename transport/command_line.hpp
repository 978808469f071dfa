// A command line split into words: blanks separate, '..' keeps everything, ".." keeps all but \" and \\, a backslash
// keeps the next character. No variables, globs, pipes or redirections: there is no shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "transport/endpoint.hpp"

namespace emsctl::transport {

address_result<std::vector<std::string>> split_command_line(std::string_view text);

}  // namespace emsctl::transport
