// Text as HTML shows it, and the hash by which a page allows its own script and style.
#pragma once

#include <string>
#include <string_view>

namespace emsctl::scripts {

// Text for an element or a quoted attribute: no markup, no control characters, nothing that turns the direction of
// reading (Unicode Annex 9, 2.1 to 2.5), no bytes that are not UTF-8; for each of them U+FFFD.
std::string html(std::string_view text);

// JSON inside <script>: nothing in it can end the element (HTML standard, 4.12.1.3).
std::string html_json(std::string json);

// 'sha256-...' as Content-Security-Policy wants it (CSP level 3, 2.3.1).
std::string csp_hash(std::string_view text);

}  // namespace emsctl::scripts
