#include "scripts/parsers.hpp"

#include <charconv>

namespace emsctl::scripts {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto from = text.find_first_not_of(blanks);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

parsed not_understood(std::size_t line, std::string_view why, std::string_view text) {
    constexpr std::size_t enough = 160;
    std::string shown(text.substr(0, enough));
    if (text.size() > enough) shown += "...";
    return {nullptr, "line " + std::to_string(line) + ": " + std::string(why) + ": " + shown};
}

parsed parse_lines(std::string_view text) {
    parsed result{nlohmann::json::array(), {}};
    for (const auto line : lines_of(text))
        if (!trimmed(line).empty()) result.value.push_back(std::string(line));
    return result;
}

parsed parse_number(std::string_view text) {
    auto digits = trimmed(text);
    const auto whole = digits;
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    int base = 10;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        base = 16;
        digits.remove_prefix(2);
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    if (digits.empty() || digits.front() == '-' || error != std::errc() || end != digits.data() + digits.size())
        return not_understood(1, "not a number", whole);
    return {negative ? -number : number, {}};
}

parsed parse_fields(std::string_view text, std::string_view separator, const std::vector<std::string>& names) {
    parsed result{nlohmann::json::array(), {}};
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (trimmed(lines[i]).empty()) continue;
        auto row = nlohmann::json::object();
        auto rest = lines[i];
        for (std::size_t field = 0; field < names.size(); ++field) {
            const bool last = field + 1 == names.size();
            const auto end = rest.find(separator);
            if (!last && end == std::string_view::npos)
                return not_understood(i + 1, "fewer than " + std::to_string(names.size()) + " fields", lines[i]);
            // The last field may hold the separator: put there what is free text.
            row[names[field]] = std::string(last ? rest : rest.substr(0, end));
            if (!last) rest.remove_prefix(end + separator.size());
        }
        result.value.push_back(std::move(row));
    }
    return result;
}

parsed parse_csv(std::string_view text, const std::vector<std::string>& names) {
    parsed result{nlohmann::json::array(), {}};
    const auto lines = lines_of(text);
    if (text.find('"') == std::string_view::npos) {
        std::size_t sentences = 0;
        for (const auto line : lines) sentences += !trimmed(line).empty();
        if (sentences <= 1) return result;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto rest = trimmed(lines[i]);
        if (rest.empty()) continue;
        std::vector<std::string> cells;
        for (;;) {
            if (!rest.starts_with('"')) return not_understood(i + 1, "a field without quotes", lines[i]);
            std::string cell;
            std::size_t at = 1;
            for (;; ++at) {
                if (at >= rest.size()) return not_understood(i + 1, "a quote without an end", lines[i]);
                if (rest[at] != '"') {
                    cell += rest[at];
                } else if (at + 1 < rest.size() && rest[at + 1] == '"') {
                    cell += rest[at++];
                } else {
                    break;
                }
            }
            cells.push_back(std::move(cell));
            rest.remove_prefix(at + 1);
            if (rest.empty()) break;
            if (!rest.starts_with(',')) return not_understood(i + 1, "no comma after a quote", lines[i]);
            rest.remove_prefix(1);
        }
        if (names.empty()) {
            result.value.push_back(cells);
            continue;
        }
        if (cells.size() != names.size())
            return not_understood(i + 1, "not " + std::to_string(names.size()) + " fields", lines[i]);
        auto row = nlohmann::json::object();
        for (std::size_t field = 0; field < names.size(); ++field) row[names[field]] = cells[field];
        result.value.push_back(std::move(row));
    }
    return result;
}

parsed parse_output(std::string_view text, const reading& how) {
    switch (how.parse) {
        case output_format::text:
            return {std::string(trimmed(text)), {}};
        case output_format::lines:
            return parse_lines(text);
        case output_format::number:
            return parse_number(text);
        case output_format::fields:
            return parse_fields(text, how.separator.empty() ? "|" : how.separator, how.fields);
        case output_format::csv:
            return parse_csv(text, how.fields);
        case output_format::reg:
            return parse_reg(text);
        case output_format::netstat:
            return parse_netstat(text);
        case output_format::sc:
            return parse_sc(text);
        case output_format::sessions:
            return parse_sessions(text);
        case output_format::bcd:
            return parse_bcd(text);
        case output_format::sddl:
            return parse_sddl(text);
        case output_format::events:
            return parse_events(text);
        case output_format::json:
            break;
    }
    auto value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_discarded()) return not_understood(1, "not JSON", trimmed(text));
    return {std::move(value), {}};
}

}  // namespace emsctl::scripts
