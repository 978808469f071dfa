// Letters and code pages as this Windows uses them: text is UTF-8 inside; files and pipes hold OEM bytes; names are
// compared without regard to the case of ASCII and Latin-1 letters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::guest::text {

std::string lower(std::string_view utf8);
std::string upper(std::string_view utf8);
bool equal_no_case(std::string_view a, std::string_view b);
bool starts_with_no_case(std::string_view text, std::string_view start);
bool ends_with_no_case(std::string_view text, std::string_view end);
std::size_t find_no_case(std::string_view text, std::string_view what, std::size_t from = 0);

struct less_no_case {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const;
};

// What a code page cannot hold becomes '?'. 437, 850, 1252 and 65001 are known; others act as 437.
std::string to_code_page(std::string_view utf8, unsigned code_page);
std::string from_code_page(std::string_view bytes, unsigned code_page);

std::string to_utf16le(std::string_view utf8);  // no byte order mark
std::string from_utf16le(std::string_view bytes);

// A file's text the way programs that look for a byte order mark read it: UTF-16LE or UTF-8 with a mark, else OEM.
std::string decode_file(std::string_view bytes, unsigned code_page);

std::string trim(std::string_view text);
std::vector<std::string> split_lines(std::string_view text);              // ends at LF, a CR before it dropped
bool matches_wildcards(std::string_view name, std::string_view pattern);  // * and ?, any case; "*.*" is everything
std::string hex(std::string_view bytes);                                  // lower case

}  // namespace emsctl::guest::text
