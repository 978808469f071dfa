// The console that a journal was written for.
#pragma once

#include <string>

#include "scripts/journal.hpp"
#include "src/console_options.hpp"

namespace emsctl {

// What the command line leaves open stands in the journal: the console and who logged in there, never a password, only
// where it is found. Throws usage_error when no address is known.
void complete_from(const scripts::journal_content& journal, const std::string& path, console_options& options);

}  // namespace emsctl
