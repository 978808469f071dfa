#include "scripts/secret_values.hpp"

namespace emsctl::scripts {
namespace {

constexpr std::string_view mark_begins = "{{secret ";
constexpr std::string_view mark_ends = "}}";
constexpr const char* member = "__secret";

}  // namespace

nlohmann::json secret_in_expressions(std::string_view full_name) {
    return {{member, full_name}};
}

std::optional<std::string> secret_in(const nlohmann::json& answer) {
    if (!answer.is_object() || answer.size() != 1) return std::nullopt;
    const auto found = answer.find(member);
    if (found == answer.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::string secret_mark(std::string_view full_name) {
    return std::string(mark_begins) + std::string(full_name) + std::string(mark_ends);
}

bool holds_secret(std::string_view text) {
    return text.find(mark_begins) != text.npos;
}

std::optional<std::string> with_secrets(std::string_view text, const secret_values& known) {
    std::string whole;
    for (;;) {
        const auto begin = text.find(mark_begins);
        whole += text.substr(0, begin);
        if (begin == text.npos) return whole;
        text.remove_prefix(begin + mark_begins.size());
        const auto end = text.find(mark_ends);
        if (end == text.npos) return std::nullopt;
        const auto value = known.find(std::string(text.substr(0, end)));
        if (value == known.end()) return std::nullopt;
        whole += value->second;
        text.remove_prefix(end + mark_ends.size());
    }
}

std::string without_secrets(std::string text, const secret_values& known) {
    for (const auto& [_, value] : known)
        for (auto at = value.empty() ? text.npos : text.find(value); at != text.npos; at = text.find(value, at + 3))
            text.replace(at, value.size(), "***");
    return text;
}

}  // namespace emsctl::scripts
