// Where this host keeps what a run leaves behind: $XDG_STATE_HOME/emsctl, private to its owner.
#pragma once

#include <filesystem>
#include <string>

namespace emsctl {

// A path in the folder's part `kind` ("journals", "recordings") for a new file: UTC time, `name`, `ending`. Makes the
// folder (mode 0700). Throws usage_error when it cannot.
// The folder of a kind of files, made when it is not there, readable by its owner alone.
std::filesystem::path state_folder(const std::string& kind);

std::filesystem::path new_state_file(const std::string& kind, const std::string& name, const std::string& ending);

}  // namespace emsctl
