#include "scripts/difference.hpp"

#include <algorithm>

namespace emsctl::scripts {
namespace {

std::string shown(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>()
                             : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void flatten(const nlohmann::json& value, const std::string& path, std::vector<std::string>& lines) {
    const auto head = path.empty() ? std::string() : path + ": ";
    if (value.is_null()) return;
    if (value.is_object())
        for (const auto& [name, inner] : value.items()) flatten(inner, path.empty() ? name : path + "." + name, lines);
    else if (value.is_array())
        for (const auto& element : value) lines.push_back(head + shown(element));
    else
        lines.push_back(head + shown(value));
}

std::vector<std::string> lines_of(const nlohmann::json& value) {
    std::vector<std::string> lines;
    flatten(value, "", lines);
    return lines;
}

}  // namespace

std::vector<std::string> difference(const nlohmann::json& before, const nlohmann::json& after) {
    const auto gone = lines_of(before), came = lines_of(after);
    std::vector<std::string> lines;
    const auto add = [&](const char* mark, const std::vector<std::string>& all, const std::vector<std::string>& other) {
        for (const auto& line : all)
            if (std::find(other.begin(), other.end(), line) == other.end()) lines.push_back(mark + line);
    };
    add("- ", gone, came);
    add("+ ", came, gone);
    return lines;
}

}  // namespace emsctl::scripts
