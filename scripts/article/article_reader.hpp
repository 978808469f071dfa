// Markdown, as GitHub and Microsoft Learn publish it -> the pieces that may hold commands. Pure. It does not judge what
// a piece holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scripts/article/article.hpp"

namespace emsctl::scripts {

inline constexpr std::size_t largest_article = 2u << 20;  // bytes

// Why the bytes cannot be an article: too many, or not text. nullopt: they can.
std::optional<std::string> article_refusal(std::string_view bytes);

// Never fails: what cannot be understood is text. Bytes that are not UTF-8 become U+FFFD.
article read_article(std::string_view markdown);

}  // namespace emsctl::scripts
