#include "src/state_folder.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include "src/usage.hpp"

namespace emsctl {

std::filesystem::path state_folder(const std::string& kind) {
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    if ((!state || !*state) && (!home || !*home))
        throw usage_error("neither XDG_STATE_HOME nor HOME says where journals and recordings go");
    const auto base = state && *state ? std::filesystem::path(state) : std::filesystem::path(home) / ".local/state";
    const auto folder = base / "emsctl" / kind;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error) throw usage_error("the folder " + folder.string() + " cannot be made: " + error.message());
    return folder;
}

std::vector<std::filesystem::path> forget_oldest(const std::filesystem::path& folder, const std::string& ending,
                                                 std::size_t most_files, std::uintmax_t most_bytes) {
    struct kept {
        std::filesystem::file_time_type when;
        std::filesystem::path path;
        std::uintmax_t size;
    };
    std::vector<kept> files;
    std::uintmax_t bytes = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        std::error_code ignored;
        if (!entry.is_regular_file(ignored) || entry.path().extension() != ending) continue;
        files.push_back({entry.last_write_time(ignored), entry.path(), entry.file_size(ignored)});
        bytes += files.back().size;
    }
    std::sort(files.begin(), files.end(), [](const kept& a, const kept& b) { return a.when < b.when; });
    const auto yesterday = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
    std::vector<std::filesystem::path> gone;
    auto left = files.size();
    for (const auto& file : files) {
        if ((left <= most_files && bytes <= most_bytes) || file.when > yesterday) break;
        if (!std::filesystem::remove(file.path, error)) continue;
        --left;
        bytes -= file.size;
        gone.push_back(file.path);
    }
    return gone;
}

std::filesystem::path new_state_file(const std::string& kind, const std::string& name, const std::string& ending) {
    const auto folder = state_folder(kind);
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 32> when{};
    std::strftime(when.data(), when.size(), "%Y%m%dT%H%M%SZ", &utc);
    // The process id keeps two runs of the same second apart.
    return folder / (std::string(when.data()) + "-" + std::to_string(::getpid()) + "-" + name + ending);
}

}  // namespace emsctl
