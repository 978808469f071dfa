// Text cut at its line ends. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace emsctl::sac {

std::vector<std::string> lines_of(std::string_view text);  // without their ends; none for an empty text

}  // namespace emsctl::sac
