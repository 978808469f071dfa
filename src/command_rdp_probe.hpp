// emsctl rdp-probe: whether a machine answers as Remote Desktop, seen from outside, without a login.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

namespace emsctl {

struct rdp_probe_options {
    std::string target;  // HOST or HOST:PORT, IPv6 in brackets
    int timeout_seconds = 10;
    std::string output = "text";
};

void setup_rdp_probe(CLI::App& app, std::function<int()>& chosen);
// Throws usage_error for a target that is none.
int run_rdp_probe(const rdp_probe_options& options);

}  // namespace emsctl
