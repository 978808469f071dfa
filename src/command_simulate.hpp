// emsctl simulate: a simulated Windows guest on a line of its own, for demonstrations, tests and runbook authors.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <functional>
#include <string>

namespace emsctl {

struct simulate_options {
    std::string scenario = "healthy";
    std::string profile = "windows-11";
    std::string listen = "pty";
    std::string door = "sac";
    std::uint64_t seed = 0;
    unsigned baud = 115200;
    bool vary = false;
    bool boot = false;
    bool list = false;
    bool explain = false;
    std::string log;
    std::string state_out;
};

void setup_simulate(CLI::App& app, std::function<int()>& chosen);
int run_simulate(simulate_options options);

}  // namespace emsctl
