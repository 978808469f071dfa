#include "sac/guest/boot_store.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace emsctl::guest::boot_store {

namespace {

// Elements that every kind of object may have, and those of the boot manager and of a Windows loader. The order is the
// one of the numbers, which is not the order they are shown in.
constexpr element_name library[] = {{0x11000001, "device"},           {0x12000002, "path"},
                                    {0x12000004, "description"},      {0x12000005, "locale"},
                                    {0x14000006, "inherit"},          {0x16000009, "recoveryenabled"},
                                    {0x14000008, "recoverysequence"}, {0x15000022, "emsport"},
                                    {0x15000023, "emsbaudrate"},      {0x16000020, "bootems"}};
constexpr element_name of_manager[] = {{0x23000003, "default"},           {0x23000006, "resumeobject"},
                                       {0x24000001, "displayorder"},      {0x24000002, "bootsequence"},
                                       {0x24000010, "toolsdisplayorder"}, {0x25000004, "timeout"},
                                       {0x26000020, "displaybootmenu"}};
constexpr element_name of_loader[] = {{0x21000001, "osdevice"},
                                      {0x22000002, "systemroot"},
                                      {0x23000003, "resumeobject"},
                                      {0x25000020, "nx"},
                                      {safeboot, "safeboot"},
                                      {0x26000081, "safebootalternateshell"},
                                      {0x260000b0, "ems"},
                                      {0x250000c2, "bootmenupolicy"},
                                      {0x260000c3, "onetimeadvancedoptions"},
                                      {0x250000e0, "bootstatuspolicy"},
                                      {0x26000025, "lastknowngood"}};

constexpr std::pair<const char*, const char*> aliases[] = {
    {"{bootmgr}", "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"},
    {"{fwbootmgr}", "{a5a30fa2-3d06-4e9f-b5f4-a01df9d1fcba}"},
    {"{memdiag}", "{b2721d73-1db4-4c62-bf78-c548a880142d}"},
    {"{ntldr}", "{466f5a88-0af2-4f76-9038-095b170dc21c}"},
    {"{globalsettings}", "{7ea2e1ac-2e61-4728-aaa3-896d9d0a9f0e}"},
    {"{emssettings}", "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}"},
    {"{dbgsettings}", "{4636856e-540f-4170-a130-a84776f4c654}"},
    {"{badmemory}", "{5189b25c-5558-4bf2-bca4-289b11bd29e2}"},
    {"{bootloadersettings}", "{6efb52bf-1766-41db-a6b3-0ee5eff72bd7}"},
    {"{resumeloadersettings}", "{1afa9c49-16ab-4a5c-901b-212802da9460}"}};

template <class Table, class Fits>
const element_name* pick(const Table& table, Fits fits) {
    const auto found = std::find_if(std::begin(table), std::end(table), fits);
    return found == std::end(table) ? nullptr : &*found;
}

template <class Fits>
const element_name* pick_for(std::uint32_t object_type, Fits fits) {
    const element_name* found = pick(library, fits);
    if (!found && object_type == boot_manager) found = pick(of_manager, fits);
    if (!found && object_type == loader) found = pick(of_loader, fits);
    return found;
}

constexpr std::string_view device_signature = "partition";

}  // namespace

const element_name* find_element(std::string_view name, std::uint32_t object_type) {
    return pick_for(object_type, [&](const element_name& e) { return text::equal_no_case(e.name, name); });
}

const element_name* find_element(std::uint32_t id, std::uint32_t object_type) {
    return pick_for(object_type, [&](const element_name& e) { return e.id == id; });
}

std::optional<std::string> guid_of_alias(std::string_view alias) {
    for (const auto& [name, guid] : aliases)
        if (text::equal_no_case(name, alias)) return guid;
    return std::nullopt;
}

std::optional<std::string> alias_of_guid(std::string_view guid) {
    for (const auto& [name, known] : aliases)
        if (text::equal_no_case(known, guid)) return name;
    return std::nullopt;
}

std::string element_key(std::uint32_t id) {
    char out[16];
    std::snprintf(out, sizeof out, "%08x", id);
    return out;
}

const registry_value* find(const registry_key& object, std::uint32_t id) {
    const auto elements = object.keys.find("Elements");
    if (elements == object.keys.end()) return nullptr;
    const auto found = elements->second.keys.find(element_key(id));
    return found == elements->second.keys.end() ? nullptr : found->second.find("Element");
}

void set(registry_key& object, std::uint32_t id, registry_value value) {
    auto& elements = object.keys["Elements"];
    elements.name = "Elements";
    auto& made = elements.keys[element_key(id)];
    made.name = element_key(id);
    made.set("Element", std::move(value));
}

bool remove(registry_key& object, std::uint32_t id) {
    const auto elements = object.keys.find("Elements");
    return elements != object.keys.end() && elements->second.keys.erase(element_key(id)) != 0;
}

registry_value integer(std::uint64_t number) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xff);
    return reg_binary(std::move(bytes));
}

registry_value boolean(bool is_on) {
    return reg_binary(std::string(1, is_on ? '\1' : '\0'));
}

std::uint64_t integer_of(const registry_value& value) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < value.text.size() && i < 8; ++i)
        out |= static_cast<std::uint64_t>(static_cast<unsigned char>(value.text[i])) << (8 * i);
    return out;
}

registry_value device_of(std::string_view partition_id) {
    return reg_binary(std::string(device_signature) + std::string(partition_id));
}

std::string partition_of(const registry_value& device) {
    return device.text.starts_with(device_signature) ? device.text.substr(device_signature.size()) : std::string{};
}

registry_key& object(registry_key& store, const std::string& guid, std::uint32_t type) {
    auto& objects = store.keys["Objects"];
    objects.name = "Objects";
    auto& made = objects.keys[guid];
    if (made.name.empty()) {
        made.name = guid;
        auto& description = made.keys["Description"];
        description.name = "Description";
        description.set("Type", reg_dword(type));
        made.keys["Elements"].name = "Elements";
    }
    return made;
}

const registry_key* find_object(const registry_key& store, std::string_view guid) {
    const auto objects = store.keys.find("Objects");
    if (objects == store.keys.end()) return nullptr;
    const auto found = objects->second.keys.find(guid);
    return found == objects->second.keys.end() ? nullptr : &found->second;
}

std::uint32_t type_of(const registry_key& object) {
    const auto description = object.keys.find("Description");
    if (description == object.keys.end()) return 0;
    const auto* type = description->second.find("Type");
    return type ? static_cast<std::uint32_t>(type->number) : 0;
}

registry_key make(const recipe& what) {
    registry_key store;
    const auto guid = [](const char* alias) { return *guid_of_alias(alias); };
    auto& manager = object(store, guid("{bootmgr}"), boot_manager);
    set(manager, 0x11000001, device_of(what.system_partition));
    if (what.is_uefi) set(manager, 0x12000002, reg_sz("\\EFI\\Microsoft\\Boot\\bootmgfw.efi"));
    set(manager, 0x12000004, reg_sz("Windows Boot Manager"));
    set(manager, 0x12000005, reg_sz(what.locale));
    set(manager, 0x14000006, reg_multi_sz({guid("{globalsettings}")}));
    set(manager, 0x23000003, reg_sz(what.loader_guid));
    set(manager, 0x24000001, reg_multi_sz({what.loader_guid}));
    set(manager, 0x24000010, reg_multi_sz({guid("{memdiag}")}));
    set(manager, 0x25000004, integer(30));
    auto& windows = object(store, what.loader_guid, loader);
    set(windows, 0x11000001, device_of(what.windows_partition));
    set(windows, 0x12000002,
        reg_sz(what.is_uefi ? "\\Windows\\system32\\winload.efi" : "\\Windows\\system32\\winload.exe"));
    set(windows, 0x12000004, reg_sz(what.description));
    set(windows, 0x12000005, reg_sz(what.locale));
    set(windows, 0x14000006, reg_multi_sz({guid("{bootloadersettings}")}));
    set(windows, 0x16000009, boolean(true));
    set(windows, 0x21000001, device_of(what.windows_partition));
    set(windows, 0x22000002, reg_sz("\\Windows"));
    set(windows, 0x25000020, integer(1));
    if (what.safeboot) set(windows, safeboot, integer(*what.safeboot));
    if (what.ems) set(windows, 0x260000b0, boolean(true));
    auto& ems = object(store, guid("{emssettings}"), inherited);
    if (what.ems) {
        set(ems, 0x16000020, boolean(true));
        set(ems, 0x15000022, integer(1));
        set(ems, 0x15000023, integer(115200));
    } else {
        set(ems, 0x16000020, boolean(false));
    }
    object(store, guid("{globalsettings}"), inherited);
    object(store, guid("{bootloadersettings}"), inherited);
    return store;
}

}  // namespace emsctl::guest::boot_store
