// What can reach a machine beside its console's bytes: a serial BREAK, an NMI, a hard reset, a SysRq key. Which of them
// exist depends on the road.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace emsctl::transport {

struct out_of_band {
    enum class kind { line_break, nmi, reset, sysrq };

    kind what = kind::line_break;
    char key = 0;  // of sysrq: one letter or digit
};

inline constexpr std::array<std::string_view, 4> out_of_band_names{"break", "nmi", "reset", "sysrq"};

inline std::string_view name_of(out_of_band::kind kind) {
    return out_of_band_names[static_cast<std::size_t>(kind)];
}

inline std::optional<out_of_band::kind> out_of_band_named(std::string_view name) {
    for (std::size_t i = 0; i < out_of_band_names.size(); ++i)
        if (out_of_band_names[i] == name) return static_cast<out_of_band::kind>(i);
    return std::nullopt;
}

}  // namespace emsctl::transport
