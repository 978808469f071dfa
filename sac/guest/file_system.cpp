#include "sac/guest/file_system.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

namespace emsctl::guest {

namespace {

bool is_root(std::string_view path) {
    return path.size() == 3 && path[1] == ':';
}

bool is_good_name(std::string_view name) {
    return !name.empty() && name.find_first_of("<>:\"|?*/") == std::string_view::npos &&
           std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 32; });
}

std::vector<std::string> parts_of(std::string_view path) {
    std::vector<std::string> out;
    for (path.remove_prefix(std::min<std::size_t>(3, path.size())); !path.empty();) {
        const auto end = path.find('\\');
        if (end != 0) out.emplace_back(path.substr(0, end));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return out;
}

bool is_absolute(std::string_view path) {
    return path.size() >= 3 && std::isalpha(static_cast<unsigned char>(path[0])) && path[1] == ':' && path[2] == '\\';
}

std::uint64_t used_by(const file_node& node) {
    std::uint64_t sum = node.bytes.size();
    for (const auto& [name, child] : node.children) sum += used_by(child);
    return sum;
}

}  // namespace

std::string file_system::normalize(std::string_view given, std::string_view cwd) {
    std::string path(given);
    std::replace(path.begin(), path.end(), '/', '\\');
    if (path.starts_with("\\\\?\\")) path.erase(0, 4);
    const bool has_drive = path.size() >= 2 && path[1] == ':' && std::isalpha(static_cast<unsigned char>(path[0]));
    if (has_drive) path[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(path[0])));
    if (path.starts_with("\\\\")) return path;
    if (!is_absolute(path)) {
        if (has_drive) {
            const bool is_here = !cwd.empty() && std::toupper(static_cast<unsigned char>(cwd[0])) == path[0];
            const auto base = is_here ? std::string(cwd) : path.substr(0, 2) + "\\";
            path = base + "\\" + path.substr(2);
        } else if (cwd.empty()) {
            return path;
        } else if (path.starts_with('\\')) {
            path = std::string(cwd.substr(0, 2)) + path;
        } else {
            path = std::string(cwd) + "\\" + path;
        }
    }
    std::vector<std::string> kept;
    for (auto& part : parts_of(path)) {
        if (part == "." || part.empty()) continue;
        if (part == "..") {
            if (!kept.empty()) kept.pop_back();
            continue;
        }
        // Trailing blanks and dots are no part of a name to the Win32 layer.
        while (!part.empty() && (part.back() == ' ' || part.back() == '.')) part.pop_back();
        if (!part.empty()) kept.push_back(std::move(part));
    }
    std::string out = path.substr(0, 2) + "\\";
    for (std::size_t i = 0; i < kept.size(); ++i) out += (i ? "\\" : "") + kept[i];
    return out;
}

std::string file_system::parent_of(std::string_view path) {
    const auto slash = path.rfind('\\');
    if (slash == std::string_view::npos || is_root(path)) return std::string(path);
    return std::string(path.substr(0, slash == 2 ? 3 : slash));
}

std::string file_system::name_of(std::string_view path) {
    const auto slash = path.rfind('\\');
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

void file_system::add_volume(char letter, std::uint64_t capacity) {
    auto& made = volumes_[static_cast<char>(std::toupper(static_cast<unsigned char>(letter)))];
    made.capacity = capacity;
    made.root.attributes = attribute::directory;
    made.root.created = made.root.modified = clock_->utc();
    made.root.security = *parse_sddl(
        "O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;LC;;;BU)(A;CIIO;DC;;;BU)(A;OICIIO;GA;"
        ";;CO)");
}

bool file_system::has_volume(char letter) const {
    return volumes_.contains(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
}

std::uint64_t file_system::free_space(char letter) const {
    const auto found = volumes_.find(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
    if (found == volumes_.end()) return 0;
    const auto used = used_by(found->second.root);
    return used > found->second.capacity ? 0 : found->second.capacity - used;
}

bool file_system::is_letter(char drive) {
    return std::isalpha(static_cast<unsigned char>(drive)) != 0;
}

void file_system::rename_volume(char from, char to) {
    auto taken = volumes_.extract(from);
    if (taken.empty() || volumes_.contains(to)) return;
    taken.key() = to;
    volumes_.insert(std::move(taken));
    std::set<std::string, text::less_no_case> locked;
    for (auto path : locked_) {
        if (path[0] == from) path[0] = to;
        locked.insert(std::move(path));
    }
    locked_ = std::move(locked);
}

void file_system::take_volume(file_system&& from, char their, char ours) {
    volumes_[ours].root = std::move(from.volumes_.at(their).root);
}

const file_node* file_system::find(std::string_view path) const {
    return is_absolute(path) ? find_any(path) : nullptr;
}

void file_system::set_bytes(std::string_view path, std::string bytes) {
    auto* node = const_cast<file_node*>(find_any(path));
    if (!node || node->bytes == bytes) return;
    node->bytes = std::move(bytes);
    node->modified = clock_->utc();
}

const file_node* file_system::find_any(std::string_view path) const {
    if (path.size() < 3) return nullptr;
    const auto drive = volumes_.find(static_cast<char>(std::toupper(static_cast<unsigned char>(path[0]))));
    if (drive == volumes_.end()) return nullptr;
    const auto* at = &drive->second.root;
    for (path.remove_prefix(3); !path.empty();) {
        const auto end = path.find('\\');
        if (end != 0) {
            const auto found = at->children.find(path.substr(0, end));
            if (found == at->children.end()) return nullptr;
            at = &found->second;
        }
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return at;
}

file_node* file_system::find_mutable(std::string_view path) {
    return const_cast<file_node*>(find(path));
}

std::string file_system::display_path(std::string_view path) const {
    if (!is_absolute(path) || !find(path)) return std::string(path);
    std::string out = {static_cast<char>(std::toupper(static_cast<unsigned char>(path[0]))), ':', '\\'};
    std::string walked = out;
    for (const auto& part : parts_of(path)) {
        walked += (walked.size() > 3 ? "\\" : "") + part;
        out += (out.size() > 3 ? "\\" : "") + find(walked)->name;
    }
    return out;
}

win32_error file_system::missing(std::string_view path) const {
    if (!is_absolute(path)) return win32::invalid_name;
    const auto* parent = find(parent_of(path));
    return parent && parent->is_folder() ? win32::file_not_found : win32::path_not_found;
}

or_error<std::string> file_system::read(std::string_view path, const account& who) const {
    const auto* node = find(path);
    if (!node) return {missing(path), {}};
    if (is_locked(path)) return {win32::sharing_violation, {}};
    if (node->is_folder() || !may(node->security, who, rights::read_data)) return {win32::access_denied, {}};
    return {win32::success, node->bytes};
}

win32_error file_system::write(std::string_view path, std::string bytes, const account& who) {
    if (is_locked(path)) return win32::sharing_violation;
    auto* node = find_mutable(path);
    if (!node) {
        auto* parent = find_mutable(parent_of(path));
        if (!parent || !parent->is_folder()) return win32::path_not_found;
        const auto leaf = name_of(path);
        if (!is_good_name(leaf)) return win32::invalid_name;
        if (!may(parent->security, who, rights::write_data)) return win32::access_denied;
        if (bytes.size() > free_space(path[0])) return win32::disk_full;
        file_node made;
        made.name = leaf;
        made.attributes = attribute::archive;
        made.created = clock_->utc();
        made.security = inherited_from(parent->security, false, who);
        node = &(parent->children[leaf] = std::move(made));
        parent->modified = clock_->utc();
    } else {
        if (node->is_folder() || (node->attributes & attribute::read_only) ||
            !may(node->security, who, rights::write_data))
            return win32::access_denied;
        if (bytes.size() > node->bytes.size() + free_space(path[0])) return win32::disk_full;
    }
    node->bytes = std::move(bytes);
    node->modified = clock_->utc();
    return win32::success;
}

win32_error file_system::append(std::string_view path, std::string_view bytes, const account& who) {
    auto* node = find_mutable(path);
    if (!node) return write(path, std::string(bytes), who);
    if (is_locked(path)) return win32::sharing_violation;
    if (node->is_folder() || (node->attributes & attribute::read_only) ||
        !may(node->security, who, rights::append_data))
        return win32::access_denied;
    if (bytes.size() > free_space(path[0])) return win32::disk_full;
    node->bytes += bytes;
    node->modified = clock_->utc();
    return win32::success;
}

win32_error file_system::create_folder(std::string_view path, const account& who) {
    if (find(path)) return win32::already_exists;
    auto* parent = find_mutable(parent_of(path));
    if (!parent || !parent->is_folder()) return win32::path_not_found;
    const auto leaf = name_of(path);
    if (!is_good_name(leaf)) return win32::invalid_name;
    if (!may(parent->security, who, rights::append_data)) return win32::access_denied;
    file_node made;
    made.name = leaf;
    made.attributes = attribute::directory;
    made.created = made.modified = clock_->utc();
    made.security = inherited_from(parent->security, true, who);
    parent->children[leaf] = std::move(made);
    parent->modified = clock_->utc();
    return win32::success;
}

namespace {
bool may_remove(const file_node& node, const file_node& parent, const account& who) {
    return may(node.security, who, rights::remove) || may(parent.security, who, rights::delete_child);
}
}  // namespace

win32_error file_system::remove_file(std::string_view path, const account& who) {
    const auto* node = find(path);
    if (!node) return missing(path);
    if (is_locked(path)) return win32::sharing_violation;
    auto* parent = find_mutable(parent_of(path));
    if (node->is_folder() || (node->attributes & attribute::read_only) || !may_remove(*node, *parent, who))
        return win32::access_denied;
    parent->children.erase(parent->children.find(name_of(path)));
    parent->modified = clock_->utc();
    return win32::success;
}

win32_error file_system::remove_folder(std::string_view path, const account& who) {
    const auto* node = find(path);
    if (!node) return missing(path);
    if (!node->is_folder()) return win32::directory;
    if (is_root(path)) return win32::access_denied;
    auto* parent = find_mutable(parent_of(path));
    if (!may_remove(*node, *parent, who)) return win32::access_denied;
    if (!node->children.empty()) return win32::dir_not_empty;
    parent->children.erase(parent->children.find(name_of(path)));
    parent->modified = clock_->utc();
    return win32::success;
}

win32_error file_system::move(std::string_view from, std::string_view to, const account& who) {
    const auto* node = find(from);
    if (!node) return missing(from);
    if (is_locked(from)) return win32::sharing_violation;
    const bool is_same = text::equal_no_case(from, to);
    if (!is_same && find(to)) return win32::already_exists;
    auto* source = find_mutable(parent_of(from));
    auto* target = find_mutable(parent_of(to));
    if (!target || !target->is_folder()) return win32::path_not_found;
    if (!is_good_name(name_of(to))) return win32::invalid_name;
    if (node->is_folder() && text::starts_with_no_case(std::string(to) + "\\", std::string(from) + "\\") && !is_same)
        return win32::access_denied;
    if (node->is_folder() && from[0] != to[0]) return win32::not_same_device;
    const auto needed = node->is_folder() ? rights::append_data : rights::write_data;
    if (is_root(from) || !may_remove(*node, *source, who) || !may(target->security, who, needed))
        return win32::access_denied;
    auto taken = source->children.extract(source->children.find(name_of(from)));
    taken.key() = name_of(to);
    taken.mapped().name = name_of(to);
    target->children.insert(std::move(taken));
    source->modified = target->modified = clock_->utc();
    return win32::success;
}

or_error<std::vector<const file_node*>> file_system::list(std::string_view folder, const account& who) const {
    const auto* node = find(folder);
    if (!node) return {find(parent_of(folder)) ? win32::file_not_found : win32::path_not_found, {}};
    if (!node->is_folder()) return {win32::directory, {}};
    if (!may(node->security, who, rights::read_data)) return {win32::access_denied, {}};
    or_error<std::vector<const file_node*>> out;
    for (const auto& [name, child] : node->children) out.value.push_back(&child);
    return out;
}

win32_error file_system::set_attributes(std::string_view path, std::uint32_t attributes, const account& who) {
    auto* node = find_mutable(path);
    if (!node) return missing(path);
    if (!may(node->security, who, rights::write_attributes)) return win32::access_denied;
    node->attributes = (node->attributes & attribute::directory) | (attributes & ~attribute::directory);
    return win32::success;
}

or_error<security_descriptor> file_system::security(std::string_view path, const account& who) const {
    const auto* node = find(path);
    if (!node) return {missing(path), {}};
    if (!may(node->security, who, rights::read_control)) return {win32::access_denied, {}};
    return {win32::success, node->security};
}

win32_error file_system::set_dacl(std::string_view path, const security_descriptor& what, const account& who) {
    auto* node = find_mutable(path);
    if (!node) return missing(path);
    if (!may(node->security, who, rights::write_dac)) return win32::access_denied;
    node->security.has_dacl = what.has_dacl;
    node->security.is_protected = what.is_protected;
    node->security.is_auto_inherited = what.is_auto_inherited;
    node->security.dacl = what.dacl;
    if (node->is_folder()) pass_on(*node);
    return win32::success;
}

win32_error file_system::set_owner(std::string_view path, std::string_view sid, const account& who) {
    auto* node = find_mutable(path);
    if (!node) return missing(path);
    const auto has = [&](const char* privilege) {
        return std::find(who.privileges.begin(), who.privileges.end(), privilege) != who.privileges.end();
    };
    if (!has("SeRestorePrivilege")) {
        if (!may(node->security, who, rights::write_owner)) return win32::access_denied;
        const bool is_own_group =
            sid == "S-1-5-32-544" && std::find(who.groups.begin(), who.groups.end(), sid) != who.groups.end();
        if (sid != who.sid && !is_own_group) return win32::not_owner;
    }
    node->security.owner = sid;
    return win32::success;
}

void file_system::pass_on(file_node& folder) {
    for (auto& [name, child] : folder.children) {
        child.security = with_inheritance(child.security, folder.security, child.is_folder());
        if (child.is_folder() && !child.security.is_protected) pass_on(child);
    }
}

file_node& file_system::place(std::string_view path, bool is_folder, std::string bytes) {
    auto* at = &volumes_.at(static_cast<char>(std::toupper(static_cast<unsigned char>(path[0])))).root;
    const auto parts = parts_of(path);
    const auto maker = local_system();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool folder = is_folder || i + 1 < parts.size();
        auto [found, is_new] = at->children.try_emplace(parts[i]);
        if (is_new) {
            auto& node = found->second;
            node.name = parts[i];
            node.attributes = folder ? attribute::directory : attribute::archive;
            node.created = node.modified = clock_->utc();
            node.security = inherited_from(at->security, folder, maker);
            node.security.owner = maker.sid;
        }
        at = &found->second;
    }
    if (!is_folder) at->bytes = std::move(bytes);
    return *at;
}

void file_system::set_security(std::string_view path, security_descriptor what) {
    auto* node = find_mutable(path);
    if (!node) return;
    if (what.owner.empty()) what.owner = node->security.owner;
    if (what.group.empty()) what.group = node->security.group;
    node->security = std::move(what);
    if (node->is_folder()) pass_on(*node);
}

void file_system::erase(std::string_view path) {
    auto* parent = find_mutable(parent_of(path));
    if (!parent) return;
    const auto found = parent->children.find(name_of(path));
    if (found != parent->children.end()) parent->children.erase(found);
}

namespace {
void collect(const file_node& node, const std::string& path, std::string_view machine_sid, nlohmann::json& out) {
    auto entry =
        nlohmann::json{{"sddl", to_sddl(node.security, true, true, machine_sid)}, {"attributes", node.attributes}};
    if (!node.is_folder()) {
        std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
        SHA256(reinterpret_cast<const unsigned char*>(node.bytes.data()), node.bytes.size(), digest.data());
        entry["size"] = node.bytes.size();
        entry["sha256"] = text::hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
    }
    out[path] = std::move(entry);
    for (const auto& [name, child] : node.children) collect(child, path + "\\" + child.name, machine_sid, out);
}
}  // namespace

nlohmann::json file_system::state() const {
    auto out = nlohmann::json::object();
    for (const auto& [letter, drive] : volumes_) {
        const auto name = is_letter(letter) ? std::string(1, letter) + ":" : "volume " + std::to_string(letter);
        collect(drive.root, name, machine_sid_, out);
    }
    return out;
}

}  // namespace emsctl::guest
