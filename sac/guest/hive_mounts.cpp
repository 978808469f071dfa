#include "sac/guest/hive_mounts.hpp"

#include <algorithm>
#include <iterator>

#include "sac/guest/hive.hpp"

namespace emsctl::guest {

namespace {

bool may_load(const account& who) {
    return who.sid == "S-1-5-18" ||
           (who.is_elevated && std::find(who.groups.begin(), who.groups.end(), "S-1-5-32-544") != who.groups.end());
}

}  // namespace

win32_error hive_mounts::load(std::string_view key, std::string_view path, const account& who) {
    const auto full = registry::full_name(key);
    const bool is_place = full && (full->starts_with("HKEY_LOCAL_MACHINE\\") || full->starts_with("HKEY_USERS\\")) &&
                          std::count(full->begin(), full->end(), '\\') == 1;
    if (!is_place) return win32::invalid_parameter;
    if (!may_load(who)) return win32::privilege_not_held;
    const auto bytes = files_.read(path, who);
    if (!bytes) return bytes.error;
    if (reg_.find(*full)) return win32::access_denied;
    auto tree = from_hive(bytes.value);
    if (!tree) return win32::registry_corrupt;
    auto& root = reg_.create(*full);
    tree->name = root.name;
    root = std::move(*tree);
    files_.lock(path);
    mounts_[*full] = {std::string(path), false};
    return win32::success;
}

win32_error hive_mounts::unload(std::string_view key, const account& who) {
    const auto full = registry::full_name(key);
    const auto found = full ? mounts_.find(*full) : mounts_.end();
    if (found == mounts_.end()) return win32::invalid_parameter;
    if (found->second.is_permanent) return win32::access_denied;
    if (!may_load(who)) return win32::privilege_not_held;
    flush(found->first, found->second);
    files_.unlock(found->second.path);
    const auto error = reg_.remove_key(found->first, local_system());
    mounts_.erase(found);
    return error;
}

void hive_mounts::put(std::string_view key, std::string_view path) {
    const auto* file = files_.find_any(path);
    auto tree = file ? from_hive(file->bytes) : std::nullopt;
    if (!tree) return;
    auto& root = reg_.create(key);
    tree->name = root.name;
    root = std::move(*tree);
    files_.lock(path);
    mounts_[*registry::full_name(key)] = {std::string(path), true};
}

void hive_mounts::flush() {
    for (const auto& [key, what] : mounts_) flush(key, what);
}

void hive_mounts::unload_loaded() {
    for (auto at = mounts_.begin(); at != mounts_.end();) {
        const auto next = std::next(at);
        if (!at->second.is_permanent) unload(std::string(at->first), local_system());
        at = next;
    }
}

void hive_mounts::flush(const std::string& key, const mount& what) {
    const auto* tree = reg_.find(key);
    // Always the same bytes for the same content; a file whose disk has been taken away keeps what it had.
    if (tree && files_.find_any(what.path)) files_.set_bytes(what.path, to_hive(*tree));
}

}  // namespace emsctl::guest
