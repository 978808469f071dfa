// The pieces of an article -> its commands in order: blocks cut into statements, prompts and comments taken off, output
// left out, the shell of each told by its words. Pure; nothing is judged here but whether it is a command.
#pragma once

#include <vector>

#include "scripts/article/article.hpp"

namespace emsctl::scripts {

// What was left out is told in text.findings.
std::vector<article_command> commands_of(article& text);

}  // namespace emsctl::scripts
