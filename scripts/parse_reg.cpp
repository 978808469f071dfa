#include <charconv>

#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

// "    NAME    REG_TYPE    DATA": fields are four blanks apart and names may hold blanks, so the type is the anchor.
bool read_value(std::string_view line, nlohmann::json& values) {
    if (!line.starts_with("    ")) return false;
    line.remove_prefix(4);
    for (std::size_t at = line.find("    REG_"); at != std::string_view::npos; at = line.find("    REG_", at + 1)) {
        const auto name = line.substr(0, at);
        auto rest = line.substr(at + 4);
        const auto end = rest.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        const auto type = rest.substr(0, end);
        rest.remove_prefix(type.size());
        if (!rest.empty() && !rest.starts_with("    ")) {
            if (!trimmed(rest).empty()) continue;
            rest = {};
        }
        if (!rest.empty()) rest.remove_prefix(4);
        nlohmann::json value{{"type", std::string(type)}, {"data", std::string(rest)}, {"name", std::string(name)}};
        if (type == "REG_DWORD" || type == "REG_QWORD") {
            const auto number = parse_number(rest);
            if (number.error) return false;
            value["number"] = number.value;
        }
        values[std::string(name)] = std::move(value);
        return true;
    }
    return false;
}

}  // namespace

parsed parse_reg(std::string_view text) {
    auto keys = nlohmann::json::array();
    const auto lines = lines_of(text);
    std::size_t last = lines.size();
    while (last > 0 && trimmed(lines[last - 1]).empty()) --last;
    for (std::size_t i = 0; i < last; ++i) {
        const auto line = lines[i];
        if (trimmed(line).empty()) continue;
        if (line.starts_with("HKEY_")) {
            keys.push_back({{"key", std::string(trimmed(line))}, {"values", nlohmann::json::object()}});
            continue;
        }
        // `reg query /s` ends with a sentence in the guest's language that holds the number of matches.
        const bool is_footer = i + 1 == last && line.front() != ' ' && !keys.empty() && i > 0 &&
                               trimmed(lines[i - 1]).empty() && line.find_first_of("0123456789") != line.npos;
        if (is_footer) break;
        if (keys.empty()) return not_understood(i + 1, "not a registry key", line);
        if (!read_value(line, keys.back()["values"])) return not_understood(i + 1, "not a registry value", line);
    }
    nlohmann::json first = keys.empty() ? nlohmann::json::object() : keys.front()["values"];
    return {{{"keys", std::move(keys)}, {"values", std::move(first)}}, {}};
}

}  // namespace emsctl::scripts
