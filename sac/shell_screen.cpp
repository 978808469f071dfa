#include "sac/shell_screen.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace emsctl::sac {

std::string version_in(std::string_view text) {
    for (auto open = text.find('['); open != std::string_view::npos; open = text.find('[', open + 1)) {
        const auto close = text.find(']', open);
        if (close == std::string_view::npos) break;
        const auto inside = text.substr(open + 1, close - open - 1);
        const auto digits = inside.find_first_of("0123456789");
        if (digits == std::string_view::npos) continue;
        const auto version = inside.substr(digits);
        const bool dotted = version.find_first_not_of("0123456789.") == std::string_view::npos &&
                            std::count(version.begin(), version.end(), '.') >= 2;
        if (dotted) return std::string(version);
    }
    return {};
}

std::optional<int> build_of(std::string_view version) {
    const auto first = version.find('.');
    const auto second = version.find('.', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    int build = 0;
    const auto text = version.substr(second + 1);
    if (std::from_chars(text.data(), text.data() + text.size(), build).ec != std::errc{}) return std::nullopt;
    return build;
}

std::optional<int> number_above_prompt(const screen& picture) {
    for (int row = picture.cursor_row() - 1; row >= 0; --row) {
        auto text = picture.row_text(row);
        if (text.empty()) continue;
        if (text.back() == '.') text.pop_back();  // some languages end the sentence
        const auto start = text.find_last_not_of("0123456789");
        int value = 0;
        const auto digits = text.substr(start == std::string::npos ? 0 : start + 1);
        if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc{}) return value;
        return std::nullopt;
    }
    return std::nullopt;
}

bool shows_hash(const screen& picture, const std::string& hash) {
    std::string all;
    for (const auto& line : picture.lines()) {
        std::string squeezed;
        for (const char c : line)
            if (c != ' ') squeezed.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
        const bool hex = squeezed.find_first_not_of("0123456789abcdef") == std::string::npos;
        all += hex ? squeezed : "|";
    }
    return all.find(hash) != std::string::npos;
}

}  // namespace emsctl::sac
