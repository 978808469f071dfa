// Boot configuration stores as Windows keeps them: a hive with Objects\{guid}\Elements\XXXXXXXX, each with one value
// called Element. Knows the names, types and places of the elements we simulate, not how they are shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sac/guest/registry.hpp"

namespace emsctl::guest::boot_store {

enum class element_kind { device = 1, string = 2, object = 3, object_list = 4, integer = 5, boolean = 6 };

struct element_name {
    std::uint32_t id = 0;
    const char* name = "";
    element_kind kind() const { return static_cast<element_kind>((id >> 24) & 0xf); }
};

// By name and by number; the application an element is for ("ems" of a loader) is given by the object's type.
const element_name* find_element(std::string_view name, std::uint32_t object_type);
const element_name* find_element(std::uint32_t id, std::uint32_t object_type);

inline constexpr std::uint32_t safeboot = 0x25000080;  // 0 minimal, 1 network, 2 directory services repair
inline constexpr std::uint32_t boot_manager = 0x10100002, loader = 0x10200003, inherited = 0x20100000;

// "{bootmgr}" and the like to "{9dea...}" and back; nullopt when the name is none.
std::optional<std::string> guid_of_alias(std::string_view alias);
std::optional<std::string> alias_of_guid(std::string_view guid);

std::string element_key(std::uint32_t id);  // "260000b0"
const registry_value* find(const registry_key& object, std::uint32_t id);
void set(registry_key& object, std::uint32_t id, registry_value value);
bool remove(registry_key& object, std::uint32_t id);

registry_value integer(std::uint64_t number);
registry_value boolean(bool is_on);
std::uint64_t integer_of(const registry_value& value);
registry_value device_of(std::string_view partition_id);
std::string partition_of(const registry_value& device);  // "" when it is none of ours

registry_key& object(registry_key& store, const std::string& guid, std::uint32_t type);  // made when it is not there
const registry_key* find_object(const registry_key& store, std::string_view guid);
std::uint32_t type_of(const registry_key& object);

struct recipe {
    std::string loader_guid, system_partition, windows_partition, description = "Windows Server", locale = "en-US";
    bool is_uefi = false, ems = true;
    std::optional<std::uint64_t> safeboot{};
};
registry_key make(const recipe& what);  // a store as Setup leaves it, with one Windows

}  // namespace emsctl::guest::boot_store
