// Which programs of the operator's own computer a runbook, or the way back in a journal, would start.
#pragma once

#include <set>
#include <string>

#include "scripts/journal.hpp"
#include "scripts/runbook.hpp"

namespace emsctl::scripts {

std::set<std::string> local_programs(const runbook& book);  // with those of included runbooks
std::set<std::string> local_programs(const journal_content& content);

}  // namespace emsctl::scripts
