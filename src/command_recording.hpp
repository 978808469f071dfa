// `emsctl recording verify|show|import|export|scrub`: recordings as files.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace emsctl {

struct recording_options {
    std::string file, to, format, timing, expected, output = "text";
    std::vector<std::string> names, patterns;
    unsigned baud = 115200;
};

void setup_recording(CLI::App& app, std::function<int()>& chosen);
int run_recording_verify(const recording_options& options);
int run_recording_show(const recording_options& options);
int run_recording_import(const recording_options& options);
int run_recording_export(const recording_options& options);
int run_recording_scrub(const recording_options& options);

}  // namespace emsctl
