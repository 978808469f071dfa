// What an author should know about a runbook before anybody runs it: the parser's errors, and warnings about what is
// allowed and probably not meant. Runs nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scripts/runbook.hpp"

namespace emsctl::scripts {

struct lint_message {
    enum class level { error, warning };

    level is = level::error;
    parse_error what;
};

// In the order of the file. Warnings are looked for only in a text without errors.
std::vector<lint_message> lint_runbook(std::string_view text, const std::string& file_name);

// "file:line:column: warning: ..."
std::string to_string(const lint_message& message);

}  // namespace emsctl::scripts
