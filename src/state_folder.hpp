// Where this host keeps what a run leaves behind: $XDG_STATE_HOME/emsctl, private to its owner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace emsctl {

// The folder of a kind of files ("journals", "recordings"), made when it is not there, mode 0700. Throws usage_error.
std::filesystem::path state_folder(const std::string& kind);

// A path in it for a new file: UTC time, `name`, `ending`.
std::filesystem::path new_state_file(const std::string& kind, const std::string& name, const std::string& ending);

// Removes the oldest files of a folder with that ending until at most so many and so many bytes are left; a file
// younger than a day stays. What cannot be removed stays too. The paths of those that went.
std::vector<std::filesystem::path> forget_oldest(const std::filesystem::path& folder, const std::string& ending,
                                                 std::size_t most_files, std::uintmax_t most_bytes);

}  // namespace emsctl
