// The small regular expressions of findstr.
#pragma once

#include <string>
#include <string_view>

namespace emsctl::guest {

struct findstr_options {
    bool at_start = false, at_end = false, whole_line = false, ignores_case = false;
};

bool findstr_matches(std::string_view line, std::string_view pattern, bool is_regex, const findstr_options& options);
bool has_findstr_metacharacters(std::string_view pattern);  // . * [ ] ^ $ or a backslash before one

}  // namespace emsctl::guest
