// From the scenario's data to the parts of the machine.
#include <openssl/sha.h>

#include "sac/guest/process.hpp"
#include "sac/guest/windows.hpp"
#include "sac/guest/windows_disks.hpp"

namespace emsctl::guest {

namespace {

using json = nlohmann::json;

std::string services_key(const std::string& name) {
    return "HKLM\\SYSTEM\\CurrentControlSet\\Services\\" + name;
}

[[noreturn]] void wrong(const std::string& where, const std::string& why) {
    throw scenario_error(where + ": " + why);
}

std::string bytes_of_hex(const std::string& hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return out;
}

// "dword 0xd3d", "sz text", "expand_sz %x%", "multi_sz a|b", "binary 00ff", "qword 1"; a bare number is a dword.
registry_value value_of(const json& data, const std::string& where) {
    if (data.is_number()) return reg_dword(data.get<std::uint32_t>());
    if (!data.is_string()) wrong(where, "a registry value is \"TYPE DATA\"");
    const auto text = data.get<std::string>();
    const auto blank = text.find(' ');
    const auto type = text.substr(0, blank);
    const auto rest = blank == std::string::npos ? std::string{} : text.substr(blank + 1);
    if (type == "dword") return reg_dword(static_cast<std::uint32_t>(std::stoul(rest, nullptr, 0)));
    if (type == "qword") return reg_qword(std::stoull(rest, nullptr, 0));
    if (type == "sz") return reg_sz(rest);
    if (type == "expand_sz") return reg_sz(rest, value_type::expand_sz);
    if (type == "binary") return reg_binary(bytes_of_hex(rest));
    if (type == "multi_sz") {
        std::vector<std::string> list;
        for (std::size_t from = 0; from < rest.size();) {
            const auto end = std::min(rest.find('|', from), rest.size());
            list.push_back(rest.substr(from, end - from));
            from = end + 1;
        }
        return reg_multi_sz(std::move(list));
    }
    wrong(where, "\"" + type + "\" is no registry type");
}

void take_registry(registry& reg, const json& keys) {
    for (const auto& [path, values] : keys.items()) {
        if (!registry::full_name(path)) wrong("registry", path + " does not begin with a root");
        if (values.is_null()) {
            if (reg.find(path)) reg.remove_key(path, local_system());
            continue;
        }
        auto& key = reg.create(path);
        for (const auto& [name, data] : values.items()) {
            if (name == "writers") {
                for (const auto& sid : data) key.writers.push_back(sid.get<std::string>());
                continue;
            }
            if (data.is_null())
                key.remove(name);
            else
                key.set(name == "(Default)" ? "" : name, value_of(data, path + "\\" + name));
        }
    }
}

instant milliseconds(const json& data, const char* name, int otherwise) {
    return std::chrono::milliseconds(data.value(name, otherwise));
}

void take_service(windows& os, const json& data) {
    if (!data.is_object() || !data.contains("name")) wrong("services", "an entry needs a name");
    const auto name = data.at("name").get<std::string>();
    auto& key = os.reg.create(services_key(name));
    const auto word = [&](const char* field, const std::string& otherwise) { return data.value(field, otherwise); };
    constexpr std::pair<const char*, std::uint32_t> types[] = {
        {"own", 0x10}, {"share", 0x20}, {"driver", 0x1}, {"file system", 0x2}, {"user own", 0x110}};
    constexpr std::pair<const char*, std::uint32_t> starts[] = {
        {"boot", 0}, {"system", 1}, {"auto", 2}, {"demand", 3}, {"disabled", 4}};
    const auto pick = [&](const auto& list, const std::string& wanted, const char* what) {
        for (const auto& [known, number] : list)
            if (wanted == known) return number;
        wrong("services." + name, "unknown " + std::string(what) + " \"" + wanted + "\"");
    };
    key.set("DisplayName", reg_sz(word("display", name)));
    if (data.contains("description")) key.set("Description", reg_sz(word("description", "")));
    key.set("ErrorControl", reg_dword(1));
    if (data.contains("group")) key.set("Group", reg_sz(word("group", "")));
    key.set("ImagePath", reg_sz(word("image", ""), value_type::expand_sz));
    key.set("Start", reg_dword(pick(starts, word("start", "demand"), "start")));
    key.set("Type", reg_dword(pick(types, word("type", "share"), "type")));
    if (data.value("delayed", false)) key.set("DelayedAutostart", reg_dword(1));
    if (data.contains("depends")) {
        std::vector<std::string> needs;
        for (const auto& need : data.at("depends")) needs.push_back(need.get<std::string>());
        key.set("DependOnService", reg_multi_sz(std::move(needs)));
    }
    const auto type = word("type", "share");
    if (type != "driver" && type != "file system") key.set("ObjectName", reg_sz(word("account", "LocalSystem")));
    service_behaviour behaviour;
    behaviour.start_time = milliseconds(data, "start_ms", 300);
    behaviour.stop_time = milliseconds(data, "stop_ms", 300);
    behaviour.accepts_stop = data.value("stops", true);
    behaviour.is_protected = data.value("protected", false);
    behaviour.starts_at_boot = data.value("triggered", false);
    for (const auto& port : data.value("tcp", json::array())) behaviour.tcp.push_back(port.get<std::uint16_t>());
    for (const auto& port : data.value("udp", json::array())) behaviour.udp.push_back(port.get<std::uint16_t>());
    if (behaviour.is_protected)
        key.writers = {"S-1-5-18", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"};
    os.svc.set_behaviour(name, std::move(behaviour));
}

void take_file(windows& os, const std::string& path, const json& data) {
    if (data.is_null()) return os.files.erase(path);
    const bool is_folder = data.value("folder", false);
    std::string bytes;
    if (data.contains("text")) bytes = data.at("text").get<std::string>();
    if (data.contains("hex")) bytes = bytes_of_hex(data.at("hex").get<std::string>());
    if (data.contains("bytes")) {  // so many of them, different for each path
        std::string block = path;
        while (bytes.size() < data.at("bytes").get<std::size_t>()) {
            unsigned char digest[SHA256_DIGEST_LENGTH];
            SHA256(reinterpret_cast<const unsigned char*>(block.data()), block.size(), digest);
            block.assign(reinterpret_cast<const char*>(digest), sizeof digest);
            bytes += block;
        }
        bytes.resize(data.at("bytes").get<std::size_t>());
    }
    auto& node = os.files.place(path, is_folder, std::move(bytes));
    for (const auto& word : data.value("attributes", json::array())) {
        const auto attribute_name = word.get<std::string>();
        node.attributes |= attribute_name == "hidden"      ? attribute::hidden
                           : attribute_name == "system"    ? attribute::system
                           : attribute_name == "read-only" ? attribute::read_only
                                                           : 0;
    }
    if (data.contains("sddl")) {
        const auto parsed = parse_sddl(data.at("sddl").get<std::string>(), os.users.machine_sid());
        if (!parsed) wrong("files", path + ": the SDDL is not understood");
        os.files.set_security(path, *parsed);
    }
}

// Days count from the start of the scenario.
void take_logon(const windows& os, const json& data, accounts::user& who) {
    const auto start = std::chrono::floor<std::chrono::seconds>(os.clock.utc());
    const auto day = [&](const char* field) -> std::optional<wall_time> {
        if (!data.contains(field)) return std::nullopt;
        return start + std::chrono::days(data.at(field).get<int>());
    };
    who.is_locked = data.value("locked", false);
    who.expires = day("expires_days");
    who.password_ends = day("password_ends_days");
    if (!data.value("must_change_password", false)) who.password_set = start - std::chrono::days(61);
}

void take_certificate(windows& os, const json& data, unsigned number) {
    self_signed_request request;
    const auto start = std::chrono::floor<std::chrono::seconds>(os.clock.utc());
    const auto days = [&](const char* field) {
        if (!data.contains(field)) wrong("certificates", std::string(field) + " is missing");
        return start + std::chrono::days(data.at(field).get<int>());
    };
    request.common_name = data.value("subject", os.name);
    request.not_before = days("from_days");
    request.not_after = days("to_days");
    const auto named = os.machine_guid() + std::to_string(number);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(named.data()), named.size(), digest);
    digest[0] = static_cast<unsigned char>((digest[0] & 0x3f) | 0x10);
    request.serial.assign(reinterpret_cast<const char*>(digest), 16);
    const bool has_key = data.value("key", true);
    const auto store = data.value("store", std::string("Remote Desktop"));
    // Somebody may have put a certificate there whose key is in a file of its own.
    const auto own_key = data.value("key_file", std::string());
    const auto key_file = own_key.empty() ? os.rdp_key_file() : os.machine_keys() + "\\" + own_key;
    os.certs.add(store, make_self_signed(request), has_key ? "TSSecKeySet1" : "", has_key ? key_file : "");
}

// The programs that are simulated are there as files; a program that is no file does not run.
void place_programs(windows& os) {
    const auto system32 = os.system_root + "\\System32\\";
    for (const auto& program : standard_programs().names()) {
        const bool is_com = program == "chcp" || program == "more" || program == "mode";
        const bool is_powershell = program == "powershell";
        os.files.place(
            system32 + (is_powershell ? "WindowsPowerShell\\v1.0\\" : "") + program + (is_com ? ".com" : ".exe"), false,
            "MZ");
    }
}

}  // namespace

void windows::take_over(const json& document) {
    try {
        const auto& machine = document.at("machine");
        const auto drive = machine.value("drive", std::string("C"));
        system_drive = drive + ":";
        system_root = system_drive + "\\Windows";
        program_data = system_drive + "\\ProgramData";
        code_page = machine.value("code_page", 437U);
        version.build = machine.at("build").get<unsigned>();
        version.revision = machine.value("revision", 0U);
        version.product = machine.at("product").get<std::string>();
        version.installation_type = machine.value("installation", std::string("Server"));
        part_of_domain = machine.contains("domain");
        domain_or_workgroup = machine.value("domain", machine.value("workgroup", std::string("WORKGROUP")));
        std::vector<accounts::user> all;
        for (const auto& data : document.value("users", json::array())) {
            accounts::user who;
            who.name = data.at("name").get<std::string>();
            who.password = data.value("password", std::string{});
            who.rid = data.at("rid").get<unsigned>();
            who.is_administrator = data.value("administrator", false);
            who.is_active = data.value("active", true);
            who.comment = data.value("comment", std::string{});
            take_logon(*this, data, who);
            all.push_back(std::move(who));
        }
        users = accounts(name, machine.at("sid").get<std::string>(), std::move(all));
        for (const auto& data : document.value("users", json::array()))
            if (data.value("remote_desktop_user", false))
                users.add_member(remote_desktop_users, users.sid_of(*users.find(data.at("name").get<std::string>())));
        reg.create("HKLM\\SYSTEM\\Select").set("Current", reg_dword(1));
        take_registry(reg, document.at("registry"));
        take_adapters(*this, document.value("adapters", json::array()));
        for (const auto& data : document.at("services")) take_service(*this, data);
        files.add_volume(drive[0], machine.value("free_bytes", std::uint64_t{21474836480}));
        for (const char* folder :
             {"Program Files", "ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys", "Users\\Public", "Windows\\Temp",
              "Windows\\System32\\config", "Windows\\System32\\WindowsPowerShell\\v1.0"})
            files.place(system_drive + "\\" + folder, true);
        for (const auto& who : users.all()) files.place(system_drive + "\\Users\\" + who.name, true);
        place_programs(*this);
        // A folder's rights come before those of the files in it: the shorter path first.
        const auto listed = document.value("files", json::object());
        for (const auto& [path, data] : listed.items())
            if (data.is_object() && data.value("folder", false)) take_file(*this, path, data);
        for (const auto& [path, data] : listed.items())
            if (!data.is_object() || !data.value("folder", false)) take_file(*this, path, data);
        make_own_disk(*this, machine);
        attach_disks(*this, document.value("disks", json::array()), scenario_.seed);
        for (const char* store :
             {"My", "Root", "CA", "Trust", "Disallowed", "TrustedPublisher", "TrustedPeople", "Remote Desktop"})
            certs.create(store);
        unsigned number = 0;
        for (const auto& data : document.value("certificates", json::array())) take_certificate(*this, data, ++number);
    } catch (const json::exception& error) {
        throw scenario_error(scenario_.name + ": " + error.what());
    } catch (const std::invalid_argument& error) {
        throw scenario_error(scenario_.name + ": " + error.what());
    }
}

}  // namespace emsctl::guest
