// What a family of Windows releases does to keys and how it draws its shell: data, one file per family in
// sac/profiles. A first guess only; the typist corrects it by what it measures.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emsctl::sac {

enum class drawing { stream, painter };

// What keeps two equal neighbouring keys from being merged into one.
enum class key_guard {
    none,       // the guest takes them as they come
    separator,  // another key and a backspace between them
    pause,      // time between them
};

struct windows_profile {
    std::string name;
    std::vector<int> builds;  // of `Microsoft Windows [Version 10.0.<build>...]`
    drawing draws = drawing::stream;
    key_guard guard = key_guard::none;
    std::chrono::milliseconds equal_key_pause{1500};
    std::size_t chunk = 64;  // keys sent before their echo is read back
    int page_lines = 200;    // lines asked for at a time
    std::chrono::milliseconds echo_limit{3000};

    static windows_profile by_name(std::string_view name);      // throws std::invalid_argument with the known names
    static windows_profile by_build(std::optional<int> build);  // the most careful one when the build is unknown
    static std::vector<std::string> names();
};

}  // namespace emsctl::sac
