// The two expansions of cmd.exe: percent signs before a line is parsed, FOR variables (and !variables!) when a command
// is about to run. What a variable's value is, and what the ~ modifiers find on the disk, is asked of the caller.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::guest {

struct cmd_expansion {
    std::function<std::optional<std::string>(std::string_view name)> variable;
    // The value of %~<letters>N for an argument or FOR variable with this text.
    std::function<std::string(std::string_view letters, std::string_view value)> modify;
    bool is_batch = false;
    std::vector<std::string> arguments;  // %0...
    std::string all_arguments;           // %*
    std::string batch_path;              // what %~0 is about, also inside a called label
};

// A batch file loses undefined variables and single percent signs; at the prompt they stay as they were typed.
std::string expand_percents(std::string_view line, const cmd_expansion& from);

using for_variables = std::map<char, std::string>;
std::string expand_for_variables(std::string_view text, const for_variables& values, const cmd_expansion& from);

std::string expand_delayed(std::string_view text, const cmd_expansion& from);

}  // namespace emsctl::guest
