// Where spdlog's messages go: standard error from -v on, and a file when asked for.
#pragma once

#include <string>

namespace emsctl {

// verbosity 0: warnings, 1: info, 2: debug. Throws usage_error when the file cannot be written.
void set_up_log(int verbosity, const std::string& file);

}  // namespace emsctl
