// The volumes: folders and files with bytes, times, attributes, owner and DACL. Every operation is asked for by an
// account and answered with a Win32 error. Paths are absolute ("C:\x"); `normalize` makes them so.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/security.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/win32.hpp"

namespace emsctl::guest {

namespace attribute {
inline constexpr std::uint32_t read_only = 1, hidden = 2, system = 4, directory = 16, archive = 32;
}

struct file_node {
    std::string name;  // as it was created
    std::uint32_t attributes = 0;
    std::string bytes;
    wall_time created{};
    wall_time modified{};
    security_descriptor security;
    std::map<std::string, file_node, text::less_no_case> children;

    bool is_folder() const { return (attributes & attribute::directory) != 0; }
};

class file_system {
  public:
    explicit file_system(const wall_clock& clock, std::string machine_sid = {})
        : clock_(&clock), machine_sid_(std::move(machine_sid)) {}

    void add_volume(char letter, std::uint64_t capacity);
    bool has_volume(char letter) const;
    // A volume without a letter has a number instead (1 to 31): no path of a program reaches it.
    static bool is_letter(char drive);
    void rename_volume(char from, char to);                       // both as above; `to` must be free
    void take_volume(file_system&& from, char their, char ours);  // everything on it, instead of what was there
    std::uint64_t free_space(char letter) const;

    // Absolute, single backslashes, no "." or "..", no trailing backslash except for a root. "x" and "\x" and "C:x" are
    // taken from cwd. An ill-formed path comes back unchanged and is then not found.
    static std::string normalize(std::string_view path, std::string_view cwd = {});
    static std::string parent_of(std::string_view path);
    static std::string name_of(std::string_view path);

    // Unchecked looks at the tree; nullptr when absent.
    const file_node* find(std::string_view path) const;
    bool exists(std::string_view path) const { return find(path) != nullptr; }
    // The path with the case of the names as they are on the disk.
    std::string display_path(std::string_view path) const;

    or_error<std::string> read(std::string_view path, const account& who) const;
    win32_error write(std::string_view path, std::string bytes, const account& who);  // creates or replaces
    win32_error append(std::string_view path, std::string_view bytes, const account& who);
    win32_error create_folder(std::string_view path, const account& who);  // one level
    win32_error remove_file(std::string_view path, const account& who);
    win32_error remove_folder(std::string_view path, const account& who);                             // must be empty
    win32_error move(std::string_view from, std::string_view to, const account& who);                 // never replaces
    or_error<std::vector<const file_node*>> list(std::string_view folder, const account& who) const;  // by name
    win32_error set_attributes(std::string_view path, std::uint32_t attributes, const account& who);

    // Asks for read_control, write_dac or write_owner as the change needs. A new DACL of a folder is passed on to what
    // inherits from it.
    or_error<security_descriptor> security(std::string_view path, const account& who) const;
    win32_error set_dacl(std::string_view path, const security_descriptor& what, const account& who);
    win32_error set_owner(std::string_view path, std::string_view sid, const account& who);

    // For the scenario: makes folders as needed and asks nobody.
    file_node& place(std::string_view path, bool is_folder, std::string bytes = {});
    void set_security(std::string_view path, security_descriptor what);
    void erase(std::string_view path);

    // Files that the system itself holds open: programs are answered with sharing_violation.
    void lock(std::string_view path) { locked_.emplace(path); }
    void unlock(std::string_view path) { locked_.erase(std::string(path)); }
    bool is_locked(std::string_view path) const { return locked_.contains(path); }
    const file_node* find_any(std::string_view path) const;    // also on volumes without a letter
    void set_bytes(std::string_view path, std::string bytes);  // of a file that is there; asks nobody

    nlohmann::json state() const;  // {path: {kind, size, sha256, sddl, attributes}}

  private:
    struct volume {
        file_node root;
        std::uint64_t capacity = 0;
    };
    file_node* find_mutable(std::string_view path);
    win32_error missing(std::string_view path) const;  // file_not_found or path_not_found
    void pass_on(file_node& folder);

    const wall_clock* clock_;
    std::string machine_sid_;
    std::set<std::string, text::less_no_case> locked_;
    std::map<char, volume> volumes_;
};

}  // namespace emsctl::guest
