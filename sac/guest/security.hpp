// Security descriptors: SIDs, ACEs, SDDL text, access checks, inheritance, and the letters icacls uses for rights.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/accounts.hpp"

namespace emsctl::guest {

namespace rights {
inline constexpr std::uint32_t read_data = 0x1, write_data = 0x2, append_data = 0x4, read_ea = 0x8, write_ea = 0x10,
                               execute = 0x20, delete_child = 0x40, read_attributes = 0x80, write_attributes = 0x100,
                               remove = 0x10000, read_control = 0x20000, write_dac = 0x40000, write_owner = 0x80000,
                               synchronize = 0x100000;
inline constexpr std::uint32_t generic_all = 0x10000000, generic_execute = 0x20000000, generic_write = 0x40000000,
                               generic_read = 0x80000000;
inline constexpr std::uint32_t file_all = 0x1f01ff, file_modify = 0x1301bf, file_read_execute = 0x1200a9,
                               file_read = 0x120089, file_write = 0x120116, file_execute = 0x1200a0;
}  // namespace rights

namespace ace_flag {
inline constexpr std::uint8_t object_inherit = 1, container_inherit = 2, no_propagate = 4, inherit_only = 8,
                              inherited = 16;
}

struct ace {
    bool is_deny = false;
    std::uint8_t flags = 0;
    std::uint32_t mask = 0;
    std::string sid;
    bool operator==(const ace&) const = default;
};

struct security_descriptor {
    std::string owner;
    std::string group;
    bool has_dacl = true;  // false: no DACL at all, everybody may do everything
    bool is_protected = false;
    bool is_auto_inherited = false;
    std::vector<ace> dacl;
    bool operator==(const security_descriptor&) const = default;
};

// SDDL, as ConvertSecurityDescriptorToStringSecurityDescriptor writes it ("O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)").
// `machine_sid` resolves the domain-relative letters LA and LG.
std::string to_sddl(const security_descriptor& what, bool with_owner, bool with_dacl,
                    std::string_view machine_sid = {});
std::optional<security_descriptor> parse_sddl(std::string_view sddl,
                                              std::string_view machine_sid = {});  // O:, G:, D: each optional

bool is_sid(std::string_view text);  // S-1-5-...

// The part of `wanted` (object-specific or standard rights) that is granted. The owner always has read_control and
// write_dac; SeTakeOwnershipPrivilege gives write_owner.
std::uint32_t granted_access(const security_descriptor& what, const account& who, std::uint32_t wanted);
bool may(const security_descriptor& what, const account& who, std::uint32_t wanted);

// Deny before allow, explicit before inherited.
void put_in_canonical_order(std::vector<ace>& dacl);

// What a new object gets from its folder.
security_descriptor inherited_from(const security_descriptor& folder, bool is_folder, const account& creator);
// The object's own ACEs plus what it now inherits; a protected DACL is left alone.
security_descriptor with_inheritance(const security_descriptor& own, const security_descriptor& folder, bool is_folder);

// icacls: "(OI)(CI)(F)", "(I)(RX)", "(DENY)(W)", "(R,WD)".
std::string icacls_rights(const ace& what);
struct icacls_permission {
    std::uint32_t mask = 0;
    std::uint8_t flags = 0;
};
std::optional<icacls_permission> parse_icacls_permission(std::string_view text);  // "(OI)(CI)(F)", "F", "(R,W)"

}  // namespace emsctl::guest
