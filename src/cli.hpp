// The command line: which verbs there are, and which one was chosen. The work is in the command_* files.
#pragma once

namespace emsctl {

// Parses and carries out; returns the exit status. Every error is told here, once, on standard error.
int run_program(int argc, char** argv);

}  // namespace emsctl
