// A file that is written once, for its owner alone, and never over something that is there.
#pragma once

#include <string>

namespace emsctl {

// What went wrong, in words; empty: it is on disk.
std::string write_new(const std::string& path, const std::string& text);

}  // namespace emsctl
