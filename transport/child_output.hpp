// A program run for what it prints (the clouds' own command lines, which hand out credentials; what a runbook does on
// this computer): no terminal, and no input but a given text.
// Not a road: see exec_stream.hpp for a program that is one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"

namespace emsctl::transport {

struct child_output {
    int exit_status = -1;
    std::string out;  // at most 1 MiB; may be a secret
    std::string err;  // its first 4 KiB
};

bool is_program_there(const std::string& name);  // in PATH, or a path of its own

// Throws not_found (no such program) and timed_out (after `limit` of real time); the child is ended then. A failing
// child is an answer.
asio::awaitable<child_output> run_for_output(std::vector<std::string> words, std::chrono::milliseconds limit,
                                             std::string input = {});

}  // namespace emsctl::transport
