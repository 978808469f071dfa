// Base64 text and the bytes it stands for (RFC 4648). Blanks and line ends in the text are skipped; anything else that
// does not belong there is an error, as is padding that does not fit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace emsctl::guest {

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

}  // namespace emsctl::guest
