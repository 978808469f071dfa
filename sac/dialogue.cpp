#include "sac/dialogue.hpp"

#include <algorithm>

namespace emsctl::sac {

std::vector<std::string> lines_behind(const std::vector<std::string>& rows, std::size_t width,
                                      const std::string& entered) {
    std::vector<std::string> lines;
    bool goes_on = false;
    for (const auto& row : rows) {
        if (goes_on)
            lines.back() += row;
        else
            lines.push_back(row);
        goes_on = row.size() >= width;
    }
    if (entered.empty()) return lines;
    const auto last = std::find(lines.rbegin(), lines.rend(), entered);
    if (last != lines.rend()) lines.erase(lines.begin(), last.base());
    return lines;
}

std::optional<std::size_t> first_expected(const std::vector<std::string>& lines,
                                          const std::vector<expected_text>& texts) {
    for (const auto& line : lines) {
        std::optional<std::size_t> found;
        std::size_t found_at = std::string::npos;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const auto at = line.find(texts[i].text);
            if (at == std::string::npos || at > found_at) continue;
            if (found && at == found_at && texts[*found].text.size() >= texts[i].text.size()) continue;
            found = i;
            found_at = at;
        }
        if (found) return found;
    }
    return std::nullopt;
}

}  // namespace emsctl::sac
