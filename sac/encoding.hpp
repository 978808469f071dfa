// Small codings of the frame: base64, SHA-256 and the guest's code pages. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace emsctl::sac {

std::string base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // nothing when it is not base64

std::string sha256_hex(std::string_view bytes);  // lower case

// Text of a Windows program as UTF-8 with "\n" line ends: decoded by the guest's OEM code page, or as UTF-16LE when it
// starts with that byte-order mark (PowerShell's redirections). Bytes without a meaning become U+FFFD.
std::string windows_text(std::string_view bytes, int code_page);

// The way back for what we send: nothing when a character does not exist in that code page.
std::optional<std::string> to_code_page(std::string_view utf8, int code_page);

}  // namespace emsctl::sac
