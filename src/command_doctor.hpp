// emsctl doctor: walks the road to a console station by station and says where it ends and what to do about it.
#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "src/console_options.hpp"

namespace emsctl {

void setup_doctor(CLI::App& app, std::function<int()>& chosen);
int run_doctor(console_options options);

}  // namespace emsctl
