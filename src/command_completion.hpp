// emsctl completion: a script that lets a shell complete verbs, options, runbooks and the names of consoles.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

namespace emsctl {

// The script completes the verbs that `app` has when it is asked for.
void setup_completion(CLI::App& app, std::function<int()>& chosen);

// The script for bash, zsh or fish.
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace emsctl
