#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
        const auto end = line.find_first_of(" \t");
        words.push_back(line.substr(0, end));
        if (end == std::string_view::npos) break;
        line.remove_prefix(end);
    }
    return words;
}

bool split_address(std::string_view text, nlohmann::json& row, const char* address, const char* port) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    row[address] = std::string(text.substr(0, colon));
    if (text.substr(colon + 1) == "*") {
        row[port] = nullptr;
        return true;
    }
    const auto number = parse_number(text.substr(colon + 1));
    if (number.error) return false;
    row[port] = number.value;
    return true;
}

}  // namespace

parsed parse_netstat(std::string_view text) {
    parsed result{nlohmann::json::array(), {}};
    const auto lines = lines_of(text);
    int headings = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto words = words_of(lines[i]);
        if (words.empty()) continue;
        const bool tcp = words[0].starts_with("TCP");
        if (!tcp && !words[0].starts_with("UDP")) {
            if (result.value.empty()) {  // title and headings, in any language
                if (++headings > 2) return not_understood(i + 1, "not a connection", lines[i]);
                continue;
            }
            // The owner of the socket above, with -b: "  component" and " [image]", or a sentence.
            auto& row = result.value.back();
            const auto owner = trimmed(lines[i]);
            if (owner.starts_with('[') && owner.ends_with(']'))
                row["image"] = std::string(owner.substr(1, owner.size() - 2));
            else if (lines[i].starts_with("  ") && words.size() == 1)
                row["component"] = std::string(owner);
            else if (!lines[i].starts_with(' '))
                return not_understood(i + 1, "not a connection", lines[i]);
            continue;
        }
        // The state may be missing (UDP) and is translated in German; the process is the last word.
        const std::size_t least = tcp ? 5 : 4;
        if (words.size() < least) return not_understood(i + 1, "a connection with too few columns", lines[i]);
        nlohmann::json row{{"proto", std::string(words[0])}};
        const auto pid = parse_number(words.back());
        if (pid.error || !split_address(words[1], row, "local_address", "local_port") ||
            !split_address(words[2], row, "foreign_address", "foreign_port"))
            return not_understood(i + 1, "not a connection", lines[i]);
        row["pid"] = pid.value;
        if (tcp) row["state"] = std::string(words[3]);
        const auto foreign = row["foreign_address"].get<std::string>();
        row["listening"] = tcp && row["foreign_port"] == 0 && (foreign == "0.0.0.0" || foreign == "[::]");
        result.value.push_back(std::move(row));
    }
    return result;
}

}  // namespace emsctl::scripts
