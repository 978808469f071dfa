// emsctl runbook test: runs the cases of a file against simulated machines and recorded results, in virtual time.
#pragma once

#include <string>
#include <vector>

namespace emsctl {

// Each file's cases one after the other. exit_ok: all are as expected; exit_found: some are not; exit_usage: a file
// cannot be used. `junit`: a file for the result as JUnit XML; empty: none.
int test_runbooks(const std::vector<std::string>& files, const std::string& junit, bool json);

}  // namespace emsctl
