// A `console:` step's conversation as the text of a command, so that it is rendered, journaled and shown like any
// other:
//   turn 30            seconds it may take
//   expect TEXT        one of these
//   unless TEXT        ... or this, which
//   means SENTENCE     means that it failed so
//   send LINE
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::scripts {

struct dialogue_text {
    std::string text;
    std::string fail;  // empty: it is what is hoped for
};

struct dialogue_part {
    std::chrono::seconds within{30};
    std::vector<dialogue_text> expect;
    std::string send;
};

std::string written_dialogue(const std::vector<dialogue_part>& parts);
std::vector<dialogue_part> read_dialogue(std::string_view text);  // of what was written so

}  // namespace emsctl::scripts
