// What a player may be shown of a byte stream: whole characters, with U+FFFD for what is none.
#pragma once

#include <string>
#include <string_view>

namespace emsctl::transport::detail {

inline constexpr const char* replacement = "\xEF\xBF\xBD";

// The text of pending + bytes up to the last whole character; the beginning of a cut one stays in `pending`.
std::string take_characters(std::string& pending, std::string_view bytes);

}  // namespace emsctl::transport::detail
