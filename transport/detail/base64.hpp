// Base64 (RFC 4648, section 4), strict: full groups, canonical padding, nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace emsctl::transport::detail {

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace emsctl::transport::detail
