#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

std::string decoded(std::string_view text) {
    constexpr std::pair<std::string_view, char> names[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    std::string plain;
    while (!text.empty()) {
        bool replaced = false;
        if (text.front() == '&')
            for (const auto& [name, letter] : names)
                if (text.starts_with(name)) {
                    plain += letter;
                    text.remove_prefix(name.size());
                    replaced = true;
                    break;
                }
        if (replaced) continue;
        plain += text.front();
        text.remove_prefix(1);
    }
    return plain;
}

// The opening tag "<name ...>" at or after `from`; npos: there is none.
struct tag {
    std::size_t at = std::string_view::npos;
    std::string_view attributes;
    std::string_view content;  // up to the closing tag; empty for <name/>
};

tag find_tag(std::string_view xml, std::string_view name, std::size_t from = 0) {
    const std::string open = "<" + std::string(name);
    for (auto at = xml.find(open, from); at != std::string_view::npos; at = xml.find(open, at + 1)) {
        const auto after = at + open.size();
        if (after >= xml.size() || std::string_view(" />\t").find(xml[after]) == std::string_view::npos) continue;
        const auto end = xml.find('>', after);
        if (end == std::string_view::npos) return {};
        tag found{at, xml.substr(after, end - after), {}};
        if (xml[end - 1] == '/') return found;
        const auto close = xml.find("</" + std::string(name) + ">", end);
        if (close == std::string_view::npos) return {};
        found.content = xml.substr(end + 1, close - end - 1);
        return found;
    }
    return {};
}

std::string attribute(const tag& of, std::string_view name) {
    const std::string start = " " + std::string(name) + "=";
    const auto at = of.attributes.find(start);
    if (at == std::string_view::npos || at + start.size() >= of.attributes.size()) return {};
    auto rest = of.attributes.substr(at + start.size());
    const auto end = rest.find(rest.front(), 1);
    return end == std::string_view::npos ? std::string() : decoded(rest.substr(1, end - 1));
}

}  // namespace

parsed parse_events(std::string_view text) {
    parsed result{nlohmann::json::array(), {}};
    auto rest = trimmed(text);
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const auto end = rest.find("</Event>");
        if (!rest.starts_with("<Event ") || end == std::string_view::npos)
            return not_understood(number, "not an event, or one cut short", rest);
        const auto one = rest.substr(0, end + 8);
        rest = trimmed(rest.substr(one.size()));
        const auto id = find_tag(one, "EventID");
        const auto code = parse_number(id.content);
        const auto time = attribute(find_tag(one, "TimeCreated"), "SystemTime");
        if (code.error || time.empty()) return not_understood(number, "an event without id or time", one);
        nlohmann::json row{{"id", code.value},
                           {"time", time},
                           {"provider", attribute(find_tag(one, "Provider"), "Name")},
                           {"channel", decoded(find_tag(one, "Channel").content)},
                           {"computer", decoded(find_tag(one, "Computer").content)},
                           {"data", nlohmann::json::array()}};
        if (const auto level = parse_number(find_tag(one, "Level").content); !level.error) row["level"] = level.value;
        if (const auto record = parse_number(find_tag(one, "EventRecordID").content); !record.error)
            row["record"] = record.value;
        for (auto data = find_tag(one, "Data"); data.at != std::string_view::npos;
             data = find_tag(one, "Data", data.at + 1))
            row["data"].push_back(decoded(data.content));
        result.value.push_back(std::move(row));
    }
    return result;
}

}  // namespace emsctl::scripts
