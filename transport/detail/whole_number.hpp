// A number out of JSON that anybody may have written: what no integer can hold is refused before it becomes one.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

namespace emsctl::transport::detail {

// From 0 to `most`; `fallback` where the object has none of that name; nothing where it is no such number.
inline std::optional<std::int64_t> whole_number(const nlohmann::json& object, const char* name, std::int64_t fallback,
                                                double most) {
    const auto found = object.find(name);
    if (found == object.end()) return fallback;
    if (!found->is_number()) return std::nullopt;
    const double value = found->get<double>();
    if (!(value >= 0 && value <= most)) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

}  // namespace emsctl::transport::detail
