#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

// "4  RUNNING", "2   AUTO_START  (DELAYED)": the label before it is translated, this is not.
struct coded {
    std::int64_t code = 0;
    std::string_view word, rest;
};

std::optional<coded> read_coded(std::string_view value, bool hexadecimal) {
    const auto digits = value.substr(0, value.find(' '));
    if (digits.empty() || digits.size() == value.size()) return std::nullopt;
    const auto code = parse_number(hexadecimal ? "0x" + std::string(digits) : std::string(digits));
    if (code.error) return std::nullopt;
    auto word = trimmed(value.substr(digits.size()));
    const auto end = word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    coded result{code.value.get<std::int64_t>(), word.substr(0, end), {}};
    if (result.word.empty() || result.word.front() < 'A') return std::nullopt;
    if (end != std::string_view::npos) result.rest = trimmed(word.substr(end));
    return result;
}

enum class layout { unknown, status, configuration };

struct block {
    nlohmann::json service = nlohmann::json::object();
    layout kind = layout::unknown;
    int row = 0;  // of the indented rows with a label
};

// Returns a complaint; the meaning of a row is its position.
const char* add_row(block& to, std::string_view label, std::string_view value) {
    auto& s = to.service;
    if (label.empty()) {  // continues the row above: only dependencies do
        if (to.kind == layout::configuration && to.row >= 8)
            return s["depends_on"].push_back(std::string(value)), nullptr;
        return "a row without a label";
    }
    const int row = ++to.row;
    if (row == 1) {
        const auto type = read_coded(value, true);
        if (!type) return "not a service type";
        s["type"] = type->code;
        return nullptr;
    }
    if (row == 2) {
        const auto code = read_coded(value, false);
        if (!code) return "neither a state nor a start type";
        if (code->word.ends_with("_START") || code->word == "DISABLED") {
            to.kind = layout::configuration;
            s["start"] = code->code;
            s["delayed"] = code->rest.find("DELAYED") != std::string_view::npos;
        } else {
            to.kind = layout::status;
            s["state"] = code->code;
        }
        return nullptr;
    }
    if (to.kind == layout::status) {
        if (row == 3) {
            const auto number = parse_number(value.substr(0, value.find(' ')));
            if (number.error) return "not an exit code";
            s["win32_exit"] = number.value;
        }
        if (row == 7) {
            const auto pid = parse_number(value);
            if (pid.error) return "not a process";
            s["pid"] = pid.value;
        }
        return nullptr;
    }
    const std::string text(value);
    if (row == 4) s["binary"] = text;
    if (row == 7) s["display"] = text;
    if (row == 8) {
        s["depends_on"] = nlohmann::json::array();
        if (!text.empty()) s["depends_on"].push_back(text);
    }
    if (row == 9) s["account"] = text;
    return nullptr;
}

}  // namespace

parsed parse_sc(std::string_view text) {
    std::vector<block> blocks;
    const auto lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto line = lines[i];
        const auto body = trimmed(line);
        if (body.empty() || body.starts_with("[SC]")) continue;
        const bool indented = line.front() == ' ' || line.front() == '\t';
        if (indented && body.starts_with('(')) continue;  // what the service accepts
        const auto colon = body.find(':');
        if (colon == std::string_view::npos) return not_understood(i + 1, "not a service row", line);
        const auto label = trimmed(body.substr(0, colon));
        const auto value = trimmed(body.substr(colon + 1));
        if (indented) {
            if (blocks.empty()) blocks.emplace_back();
            if (const char* why = add_row(blocks.back(), label, value)) return not_understood(i + 1, why, line);
            continue;
        }
        // "Enum: entriesRead  = 1" comes before the services that depend on another.
        if (blocks.empty() && value.find('=') != std::string_view::npos) continue;
        if (!blocks.empty() && blocks.back().row == 0 && blocks.back().service.contains("name") &&
            !blocks.back().service.contains("display")) {
            blocks.back().service["display"] = std::string(value);
            continue;
        }
        if (!blocks.empty() && blocks.back().row == 0) return not_understood(i + 1, "a service without rows", line);
        blocks.emplace_back();
        blocks.back().service["name"] = std::string(value);
    }
    auto services = nlohmann::json::array();
    for (auto& b : blocks) {
        if (b.kind == layout::unknown) return not_understood(lines.size(), "the text ends inside a service", "");
        if (b.kind == layout::configuration && b.row < 9)
            return not_understood(lines.size(), "the text ends inside a configuration", "");
        services.push_back(std::move(b.service));
    }
    nlohmann::json value = services.empty() ? nlohmann::json::object() : services.front();
    value["services"] = std::move(services);
    return {std::move(value), {}};
}

}  // namespace emsctl::scripts
