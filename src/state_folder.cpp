#include "src/state_folder.hpp"

#include <unistd.h>

#include <array>
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
