// SHA-256 as lower-case hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

namespace emsctl::scripts {

std::string sha256(std::string_view data);

}  // namespace emsctl::scripts
