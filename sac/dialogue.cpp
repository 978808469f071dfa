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

expectation::expectation(const std::vector<expected_text>& texts) {
    std::vector<pattern> patterns;
    for (const auto& one : texts) patterns.push_back(one.what);
    set_ = std::make_shared<const pattern_set>(std::move(patterns));
}

bool expectation::is_met_by(const std::vector<std::string>& lines) {
    matcher reading;
    reading.await(set_);
    for (std::size_t i = 0; i < lines.size(); ++i) reading.feed((i > 0 ? "\n" : "") + lines[i]);
    found_ = reading.arrived();
    misses_ = found_ ? std::vector<near_miss>{} : reading.misses();
    return found_.has_value();
}

std::string expectation::explanation() const {
    std::string text;
    for (std::size_t i = 0; i < misses_.size(); ++i)
        text += (i > 0 ? "\n" : "") + std::string("  ") + told((*set_)[i].what, misses_[i]);
    return text;
}

}  // namespace emsctl::sac
