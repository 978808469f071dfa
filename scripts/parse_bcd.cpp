#include "scripts/parsers.hpp"

namespace emsctl::scripts {

// Objects as `bcdedit /enum` prints them: a title, dashes of the same length, rows of a name padded to 24 columns and a
// value, further values of a list indented by 24. Titles and the word for "identifier", which always comes first, are
// translated; the names of elements are not (windows-repair.md, 2.8).
parsed parse_bcd(std::string_view text) {
    constexpr std::size_t value_column = 24;
    parsed result{nlohmann::json::array(), {}};
    const auto lines = lines_of(text);
    nlohmann::json* object = nullptr;
    std::string last;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = lines[i];
        if (trimmed(line).empty()) {
            object = nullptr;
            continue;
        }
        if (!object) {
            const bool is_underlined = i + 1 < lines.size() && !trimmed(lines[i + 1]).empty() &&
                                       trimmed(lines[i + 1]).find_first_not_of('-') == std::string_view::npos;
            if (!is_underlined) return not_understood(i + 1, "neither a title with its dashes nor a row", line);
            result.value.push_back({{"title", std::string(trimmed(line))}});
            object = &result.value.back();
            last.clear();
            ++i;
            continue;
        }
        if (line.size() <= value_column) return not_understood(i + 1, "a row without a value", line);
        const auto name = trimmed(line.substr(0, value_column));
        const std::string value(trimmed(line.substr(value_column)));
        if (name.empty()) {  // one more value of the row above
            if (last.empty()) return not_understood(i + 1, "a value without a name", line);
            auto& list = (*object)[last];
            if (!list.is_array()) list = nlohmann::json::array({list});
            list.push_back(value);
            continue;
        }
        last = object->size() == 1 ? "identifier" : std::string(name);
        if (object->contains(last)) return not_understood(i + 1, "an element that is there already", line);
        (*object)[last] = value;
    }
    return result;
}

}  // namespace emsctl::scripts
