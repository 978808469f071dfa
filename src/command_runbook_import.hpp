// emsctl runbook import: reads a Markdown article and writes the draft of a runbook, with what is suspicious in it.
#pragma once

#include <string>

namespace emsctl {

struct import_options {
    std::string article;  // a file, or "-": standard input
    std::string draft;    // a new file for the draft; empty: standard output
    bool json = false;
};

// exit_ok: nothing suspicious; exit_found: warnings, or no command in it; throws usage_error for a file that is no
// article or a draft that cannot be written. Never writes over a file.
int import_article(const import_options& options);

}  // namespace emsctl
