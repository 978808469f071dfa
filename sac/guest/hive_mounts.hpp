// Hives from files that hang in the registry: what `reg load` and `reg unload` do, and the boot store of the running
// system. While a hive hangs there its file is in use; its changes are in the file when it is unloaded, at the latest
// when Windows shuts down.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sac/guest/file_system.hpp"
#include "sac/guest/registry.hpp"

namespace emsctl::guest {

class hive_mounts {
  public:
    hive_mounts(registry& reg, file_system& files) : reg_(reg), files_(files) {}

    // `key` is a root and one name ("HKLM\BROKEN"). file_not_found, path_not_found, sharing_violation (a file in use),
    // access_denied (no right, or the key is there), registry_corrupt (no hive), invalid_parameter (another key).
    win32_error load(std::string_view key, std::string_view path, const account& who);
    win32_error unload(std::string_view key, const account& who);  // invalid_parameter when nothing was loaded there

    void put(std::string_view key,
             std::string_view path);  // for the scenario: from a file that is there, asking nobody
    void flush();                     // all changes into their files
    void unload_loaded();             // what programs loaded; what was put stays

  private:
    struct mount {
        std::string path;
        bool is_permanent = false;
    };
    void flush(const std::string& key, const mount& what);

    registry& reg_;
    file_system& files_;
    std::map<std::string, mount, text::less_no_case> mounts_;  // by full key name
};

}  // namespace emsctl::guest
