// A `console:` step's conversation as the text of a command, so that it is rendered, journaled and shown like any
// other:
//   turn 30            seconds it may take
//   idle 5             seconds without news that end it sooner
//   expect TEXT        one of these
//   match REGEX        ... or of these
//   unless TEXT        ... or this, which
//   never REGEX        ... or this, which
//   means SENTENCE     means that it failed so
//   send LINE
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::scripts {

struct dialogue_text {
    std::string text;
    std::string fail;  // empty: it is what is hoped for
    bool is_regex = false;
};

struct dialogue_part {
    std::chrono::seconds within{30};
    std::optional<std::chrono::seconds> idle;
    std::vector<dialogue_text> expect;
    std::string send;
};

std::string written_dialogue(const std::vector<dialogue_part>& parts);
std::vector<dialogue_part> read_dialogue(std::string_view text);  // of what was written so

}  // namespace emsctl::scripts
