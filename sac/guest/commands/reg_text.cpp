#include "sac/guest/commands/reg_text.hpp"

#include <cstdio>
#include <cstdlib>

#include "sac/guest/text.hpp"

namespace emsctl::guest {

namespace {

constexpr const char* first_line = "Windows Registry Editor Version 5.00";
constexpr std::size_t line_width = 80;

std::string quoted(std::string_view plain) {
    std::string out = "\"";
    for (const char c : plain) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

// Bytes with commas, broken before column 80 with a backslash and two blanks.
std::string hex_list(const std::string& start, std::string_view bytes) {
    std::string out = start;
    std::size_t column = start.size();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out += text::hex(bytes.substr(i, 1));
        column += 2;
        if (i + 1 == bytes.size()) break;
        out += ',';
        if (++column > line_width - 4) {
            out += "\\\r\n  ";
            column = 2;
        }
    }
    return out;
}

std::string little_endian(std::uint64_t number, std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>((number >> (8 * i)) & 0xff);
    return out;
}

std::string line_of(const std::string& name, const registry_value& value) {
    const auto start = (name.empty() ? "@" : quoted(name)) + "=";
    const std::string end(2, '\0');
    char number[32];
    switch (value.type) {
        case value_type::sz:
            return start + quoted(value.text);
        case value_type::dword:
            std::snprintf(number, sizeof number, "dword:%08x", static_cast<unsigned>(value.number));
            return start + number;
        case value_type::expand_sz:
            return hex_list(start + "hex(2):", text::to_utf16le(value.text) + end);
        case value_type::multi_sz: {
            std::string bytes;
            for (const auto& item : value.list) bytes += text::to_utf16le(item) + end;
            return hex_list(start + "hex(7):", bytes + end);
        }
        case value_type::qword:
            return hex_list(start + "hex(b):", little_endian(value.number, 8));
        case value_type::dword_big_endian:
            return hex_list(start + "hex(5):", little_endian(value.number, 4));
        case value_type::none:
            return hex_list(start + "hex(0):", value.text);
        default:
            return hex_list(start + "hex:", value.text);
    }
}

void write_key(const registry_key& key, const std::string& path, std::string& out) {
    out += "[" + path + "]\r\n";
    for (const auto& [name, value] : key.values) out += line_of(name, value) + "\r\n";
    out += "\r\n";
    for (const auto& [name, child] : key.keys) write_key(child, path + "\\" + child.name, out);
}

// From an opening quote; moves `at` behind the closing one.
std::optional<std::string> take_quoted(std::string_view line, std::size_t& at) {
    std::string out;
    for (++at; at < line.size(); ++at) {
        if (line[at] == '"') {
            ++at;
            return out;
        }
        if (line[at] == '\\' && at + 1 < line.size()) ++at;
        out += line[at];
    }
    return std::nullopt;
}

std::string without_ends(std::string_view bytes) {
    while (bytes.size() >= 2 && bytes.ends_with(std::string_view("\0\0", 2))) bytes.remove_suffix(2);
    return text::from_utf16le(bytes);
}

std::optional<registry_value> value_from_hex(std::string_view data) {
    const auto colon = data.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto kind = data.substr(0, colon);
    std::string bytes;
    for (auto rest = data.substr(colon + 1); !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        bytes += static_cast<char>(std::strtoul(std::string(rest.substr(0, comma)).c_str(), nullptr, 16));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes.size() && i < 8; ++i)
        number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    if (kind == "hex") return reg_binary(std::move(bytes));
    if (kind == "hex(b)") return reg_qword(number);
    if (kind == "hex(1)") return reg_sz(without_ends(bytes));
    if (kind == "hex(2)") return reg_sz(without_ends(bytes), value_type::expand_sz);
    if (kind == "hex(4)") return reg_dword(static_cast<std::uint32_t>(number));
    if (kind == "hex(7)") {
        std::vector<std::string> list;
        std::string item;
        for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
            if (bytes[i] != 0 || bytes[i + 1] != 0) {
                item += bytes.substr(i, 2);
            } else if (!item.empty()) {
                list.push_back(text::from_utf16le(item));
                item.clear();
            }
        }
        return reg_multi_sz(std::move(list));
    }
    return std::nullopt;
}

std::optional<registry_value> value_of(std::string_view data) {
    if (data.starts_with('"')) {
        std::size_t at = 0;
        auto plain = take_quoted(data, at);
        if (!plain) return std::nullopt;
        return reg_sz(std::move(*plain));
    }
    if (data.starts_with("dword:"))
        return reg_dword(static_cast<std::uint32_t>(std::strtoul(std::string(data.substr(6)).c_str(), nullptr, 16)));
    return value_from_hex(data);
}

std::optional<reg_change> change_of(const std::string& key, std::string_view line) {
    std::size_t at = line.starts_with('@') ? 1 : 0;
    std::optional<std::string> name = std::string{};
    if (at == 0) {
        if (!line.starts_with('"')) return std::nullopt;
        name = take_quoted(line, at);
    }
    if (!name || at >= line.size() || line[at] != '=') return std::nullopt;
    const auto data = line.substr(at + 1);
    if (data == "-") return reg_change{key, name, std::nullopt, false};
    auto value = value_of(data);
    if (!value) return std::nullopt;
    return reg_change{key, name, std::move(value), false};
}

}  // namespace

std::string to_reg_text(const registry_key& key, const std::string& path) {
    std::string out = std::string(first_line) + "\r\n\r\n";
    write_key(key, path, out);
    return out;
}

std::optional<std::vector<reg_change>> parse_reg_text(std::string_view utf8) {
    auto lines = text::split_lines(utf8);
    if (lines.empty() || text::trim(lines[0]) != first_line) return std::nullopt;
    std::vector<reg_change> out;
    std::string key;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        auto line = text::trim(lines[i]);
        while (line.ends_with('\\') && !line.starts_with('[') && i + 1 < lines.size()) {
            line.pop_back();
            line += text::trim(lines[++i]);
        }
        if (line.empty() || line.starts_with(';')) continue;
        if (line.starts_with('[') && line.ends_with(']')) {
            const bool removes = line.starts_with("[-");
            key = line.substr(removes ? 2 : 1, line.size() - (removes ? 3 : 2));
            if (!registry::full_name(key)) return std::nullopt;
            out.push_back({key, std::nullopt, std::nullopt, removes});
        } else if (auto change = key.empty() ? std::nullopt : change_of(key, line)) {
            out.push_back(std::move(*change));
        }  // Windows passes over a line it does not understand
    }
    return out;
}

}  // namespace emsctl::guest
