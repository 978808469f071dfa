// What a shell's screen says to somebody who reads it: the few answers that are read before the frame of commands
// stands. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sac/screen.hpp"

namespace emsctl::sac {

// "10.0.22621.2283" out of `Microsoft Windows [Version 10.0.22621.2283]`, whatever the word before it; empty: none.
std::string version_in(std::string_view text);
std::optional<int> build_of(std::string_view version);  // 22621

// The last number of a line such as "Active code page: 437", searched upwards from the prompt.
std::optional<int> number_above_prompt(const screen& picture);

// Whether the hash (64 hex digits, lower case) stands there on a row of its own; blank-separated pairs on 2012 R2 and
// older may take two rows.
bool shows_hash(const screen& picture, const std::string& hash);

}  // namespace emsctl::sac
