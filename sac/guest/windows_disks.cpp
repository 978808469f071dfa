#include "sac/guest/windows_disks.hpp"

#include <openssl/sha.h>

#include "sac/guest/boot_store.hpp"
#include "sac/guest/hive.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

using json = nlohmann::json;

constexpr std::uint64_t mib = 1024ULL * 1024;

// The same machine has the same identifiers each time.
std::string guid_for(const windows& os, const std::string& purpose) {
    const auto named = os.machine_guid() + purpose;
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(named.data()), named.size(), digest);
    const auto hex = text::hex({reinterpret_cast<const char*>(digest), 16});
    return "{" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-8" + hex.substr(17, 3) + "-" +
           hex.substr(20, 12) + "}";
}

partition made(const windows& os, const char* purpose, std::uint64_t megabytes) {
    partition out;
    out.id = guid_for(os, purpose);
    out.size = megabytes * mib;
    return out;
}

void place_hives(windows& os) {
    const auto config = os.system_root + "\\System32\\config\\";
    for (const char* name : {"SYSTEM", "SOFTWARE"}) {
        const auto* key = os.reg.find("HKLM\\" + std::string(name));
        if (!key) continue;
        os.files.place(config + name, false, to_hive(*key));
        for (const char* log : {".LOG1", ".LOG2"})
            os.files.place(config + name + log, false).attributes |= attribute::hidden | attribute::system;
    }
}

void use_control_set(windows& os, std::uint32_t number) {
    if (number == 1) return;
    auto& system = os.reg.create("HKLM\\SYSTEM");
    auto moved = system.keys.extract("ControlSet001");
    if (moved.empty()) return;
    moved.key() = moved.mapped().name = "ControlSet00" + std::to_string(number);
    system.keys.insert(std::move(moved));
    auto& select = os.reg.create("HKLM\\SYSTEM\\Select");
    for (const char* name : {"Current", "Default", "LastKnownGood"}) select.set(name, reg_dword(number));
}

char letter_in(const json& letters, const char* name) {
    const auto text = letters.value(name, std::string{});
    return text.empty() ? '\0' : text[0];
}

void attach(windows& os, const json& entry, std::uint64_t seed) {
    auto what = load_scenario(entry.at("scenario").get<std::string>(), seed);
    what.document.erase("disks");
    what.document.merge_patch(entry.value("changes", json::object()));
    windows other(what);
    use_control_set(other, entry.value("control_set", 1U));
    place_hives(other);
    auto added = other.storage.all().at(0);
    added.is_online = entry.value("online", true);
    added.is_read_only = entry.value("read_only", false);
    const auto letters = entry.value("letters", json::object());
    std::vector<char> their;
    for (auto& p : added.partitions) {
        their.push_back(p.volume ? disks::drive(p) : '\0');
        p.letter = letter_in(letters, p.info == "Boot" ? "windows" : p.info == "System" ? "system" : "none");
        p.info.clear();
    }
    const auto& ours = os.storage.add(std::move(added));
    for (std::size_t i = 0; i < their.size(); ++i)
        if (their[i]) os.files.take_volume(std::move(other.files), their[i], disks::drive(ours.partitions[i]));
}

}  // namespace

void make_own_disk(windows& os, const json& machine) {
    const bool is_uefi = machine.value("generation", 1) == 2;
    auto system = made(os, "system partition", is_uefi ? 99 : 500);
    system.label = is_uefi ? "" : "System Rese";
    system.info = "System";
    system.is_active = !is_uefi;
    if (is_uefi) {
        system.fs = "FAT32";
        system.type = "System";
    }
    auto windows_partition = made(os, "windows partition", 129537);
    windows_partition.label = "Windows";
    windows_partition.info = "Boot";
    windows_partition.letter = os.system_drive[0];
    boot_store::recipe recipe;
    recipe.loader_guid = guid_for(os, "boot entry");
    recipe.system_partition = system.id;
    recipe.windows_partition = windows_partition.id;
    recipe.description = machine.value("loader", std::string("Windows Server"));
    recipe.is_uefi = is_uefi;
    recipe.ems = machine.value("ems", true);
    if (machine.contains("safeboot")) {
        const auto mode = machine.at("safeboot").get<std::string>();
        if (mode != "minimal" && mode != "network" && mode != "dsrepair")
            throw scenario_error("machine.safeboot: minimal, network or dsrepair");
        recipe.safeboot = mode == "minimal" ? 0 : mode == "network" ? 1 : 2;
    }
    disk own;
    own.is_gpt = is_uefi;
    own.size = 130050 * mib;
    own.partitions.push_back(std::move(system));
    if (is_uefi) {
        auto reserved = made(os, "reserved partition", 16);
        reserved.type = "Reserved";
        reserved.fs.clear();
        own.partitions.push_back(std::move(reserved));
    }
    own.partitions.push_back(std::move(windows_partition));
    const auto& placed = os.storage.add(std::move(own));
    const std::string root = {disks::drive(placed.partitions[0]), ':', '\\'};
    const auto store = root + (is_uefi ? "EFI\\Microsoft\\Boot\\BCD" : "Boot\\BCD");
    os.files.place(store, false, to_hive(boot_store::make(recipe)));
    os.files.place(root + (is_uefi ? "EFI\\Microsoft\\Boot\\bootmgfw.efi" : "bootmgr"), false, "MZ");
    os.files.place(os.system_root + "\\System32\\" + (is_uefi ? "winload.efi" : "winload.exe"), false, "MZ");
    os.hives.put("HKLM\\BCD00000000", store);
    place_hives(os);
    for (const char* name : {"SYSTEM", "SOFTWARE"}) os.files.lock(os.system_root + "\\System32\\config\\" + name);
}

void attach_disks(windows& os, const json& list, std::uint64_t seed) {
    // The attached machine draws differently from this one, also for the seed that draws nothing.
    std::uint64_t number = 0;
    for (const auto& entry : list) attach(os, entry, seed * 7919 + ++number);
}

}  // namespace emsctl::guest
