#include "sac/guest/safe_mode.hpp"

#include "sac/guest/boot_store.hpp"
#include "sac/guest/security.hpp"

namespace emsctl::guest {

namespace {

const std::string safe_boot = R"(HKLM\SYSTEM\CurrentControlSet\Control\SafeBoot)";
const std::string option = safe_boot + R"(\Option)";

}  // namespace

std::optional<safe_mode> safe_mode_asked_for(const registry& reg) {
    const auto* store = reg.find(R"(HKLM\BCD00000000)");
    const auto* manager = store ? boot_store::find_object(*store, *boot_store::guid_of_alias("{bootmgr}")) : nullptr;
    const auto* standard = manager ? boot_store::find(*manager, 0x23000003) : nullptr;
    const auto* entry = standard ? boot_store::find_object(*store, standard->text) : nullptr;
    const auto* value = entry ? boot_store::find(*entry, boot_store::safeboot) : nullptr;
    if (!value || boot_store::integer_of(*value) > 2) return std::nullopt;
    return static_cast<safe_mode>(boot_store::integer_of(*value) + 1);
}

std::optional<safe_mode> safe_mode_in_effect(const registry& reg) {
    const auto value = reg.dword(option, "OptionValue");
    return value ? std::optional(static_cast<safe_mode>(*value)) : std::nullopt;
}

void enter_safe_mode(registry& reg, std::optional<safe_mode> mode) {
    if (reg.find(option)) reg.remove_key(option, local_system());
    if (mode) reg.create(option).set("OptionValue", reg_dword(static_cast<std::uint32_t>(*mode)));
}

bool starts_in_safe_mode(const registry& reg, std::string_view service) {
    const auto mode = safe_mode_in_effect(reg);
    if (!mode) return true;
    const char* list = *mode == safe_mode::minimal ? "\\Minimal\\" : "\\Network\\";
    return reg.find(safe_boot + list + std::string(service)) != nullptr;
}

}  // namespace emsctl::guest
