// How results reach a person or a program: text or JSON on standard output, colour only for a terminal that wants it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace emsctl {

bool standard_output_wants_colour();  // a terminal, and NO_COLOR is not set
std::size_t terminal_width();         // of standard output, 100 when it is none

// One document, indented; bytes that are not UTF-8 become U+FFFD.
void print_json(const nlohmann::json& document);
void print_text(const std::string& text);

}  // namespace emsctl
