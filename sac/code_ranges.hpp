// Which characters a class of a regular expression stands for, as RE2 understands it, and how they are coded in UTF-8.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emsctl::sac {

using code_ranges = std::vector<std::pair<char32_t, char32_t>>;  // ascending, both ends included

// Of a class as it is written ("[a-z]", "\\pL", "(?i)[k]"). RE2 is asked about each character that may be in it.
code_ranges ranges_of_class(const std::string& written);

using byte_set = std::bitset<256>;
using byte_sequence = std::vector<std::pair<unsigned char, unsigned char>>;  // a range for each byte

// The ranges' characters above ASCII, as sequences of ranges of bytes; RE2's own division, with its generosity: a range
// from the first character above ASCII to the last takes overlong codings, too.
std::vector<byte_sequence> sequences_above_ascii(const code_ranges& ranges);
byte_set ascii_of(const code_ranges& ranges);

}  // namespace emsctl::sac
