#include "sac/guest/powershell_paths.hpp"

#include <algorithm>

namespace emsctl::guest::powershell {

namespace {

std::string strip(std::string path) {
    std::replace(path.begin(), path.end(), '/', '\\');
    while (path.size() > 1 && path.ends_with('\\') && !path.ends_with(":\\")) path.pop_back();
    while (path.starts_with('\\')) path.erase(0, 1);
    return path;
}

bool take_prefix(std::string& path, std::string_view prefix) {
    if (!text::starts_with_no_case(path, prefix)) return false;
    path.erase(0, prefix.size());
    return true;
}

}  // namespace

provider_path resolve(call& c, const std::string& given) {
    auto path = given;
    for (const auto* prefix : {"Microsoft.PowerShell.Core\\FileSystem::", "FileSystem::"})
        if (take_prefix(path, prefix)) break;
    for (const auto* prefix : {"Microsoft.PowerShell.Core\\Registry::", "Registry::"})
        if (take_prefix(path, prefix)) return {provider::registry, strip(path), given};
    for (const auto* prefix : {"Microsoft.PowerShell.Security\\Certificate::", "Certificate::", "Cert:"})
        if (take_prefix(path, prefix)) return {provider::certificates, strip(path), given};
    if (take_prefix(path, "Env:")) return {provider::environment, strip(path), given};
    for (const auto& [drive, root] : {std::pair{"HKLM:", "HKEY_LOCAL_MACHINE"}, {"HKCU:", "HKEY_CURRENT_USER"}})
        if (take_prefix(path, drive)) {
            const auto rest = strip(path);
            return {provider::registry, root + (rest.empty() || rest == "\\" ? std::string() : "\\" + rest), given};
        }
    auto full = c.shell.full_path(path);
    return {provider::files, full, full};
}

bool exists(call& c, const provider_path& path) {
    switch (path.kind) {
        case provider::files:
            return c.os().files.exists(path.path);
        case provider::registry:
            return c.os().reg.find(path.path) != nullptr;
        case provider::environment:
            return c.shell.self().env.contains(path.path);
        case provider::certificates: {
            if (path.path.empty() || text::equal_no_case(path.path, "LocalMachine")) return true;
            if (!text::starts_with_no_case(path.path, "LocalMachine\\")) return false;
            const auto rest = path.path.substr(13);
            const auto slash = rest.find('\\');
            const auto store = rest.substr(0, slash);
            if (!c.os().certs.has(store)) return false;
            return slash == std::string::npos || c.os().certs.find(store, rest.substr(slash + 1)) != nullptr;
        }
    }
    return false;
}

void path_not_found(call& c, const provider_path& path) {
    c.error("Cannot find path '" + path.shown + "' because it does not exist.", "PathNotFound", "ObjectNotFound",
            "ItemNotFoundException", path.shown + ":String");
}

void file_error(call& c, win32_error code, const std::string& path, const char* id) {
    if (code == win32::access_denied)
        c.error("Access to the path '" + path + "' is denied.", id, "PermissionDenied", "UnauthorizedAccessException",
                path + ":String");
    else if (code == win32::file_not_found)
        c.error("Could not find file '" + path + "'.", id, "ObjectNotFound", "FileNotFoundException", path + ":String");
    else if (code == win32::path_not_found)
        c.error("Could not find a part of the path '" + path + "'.", id, "ObjectNotFound", "DirectoryNotFoundException",
                path + ":String");
    else
        c.error(message_of(code), id, "WriteError", "IOException", path + ":String");
}

std::vector<provider_path> paths_of(call& c, const char* path_parameter) {
    std::vector<provider_path> out;
    if (c.item && !c.has("LiteralPath") && !c.has(path_parameter)) {
        const auto by_property = property_of(*c.item, "PSPath");
        out.push_back(resolve(c, by_property && !by_property->is_null() ? to_text(*by_property) : to_text(*c.item)));
        return out;
    }
    for (const auto& one : c.list("LiteralPath")) out.push_back(resolve(c, to_text(one)));
    for (const auto& one : c.list(path_parameter)) {
        const auto given = resolve(c, to_text(one));
        const auto leaf = file_system::name_of(given.path);
        if (given.kind == provider::environment || given.path.find_first_of("*?") == std::string::npos) {
            out.push_back(given);
            continue;
        }
        const auto folder = file_system::parent_of(given.path);
        if (folder.find_first_of("*?") != std::string::npos) c.refuse("wildcards inside a path");
        if (given.kind == provider::files) {
            const auto listed = c.os().files.list(folder, c.who());
            for (const auto* node : listed.value)
                if (text::matches_wildcards(node->name, leaf)) {
                    const auto full = folder + (folder.ends_with('\\') ? "" : "\\") + node->name;
                    out.push_back({provider::files, full, full});
                }
        } else if (given.kind == provider::certificates && text::starts_with_no_case(folder, "LocalMachine\\")) {
            for (const auto& cert : c.os().certs.in(folder.substr(13)))
                if (text::matches_wildcards(cert.text.thumbprint, leaf))
                    out.push_back({given.kind, folder + "\\" + cert.text.thumbprint, given.shown});
        } else if (const auto* key = c.os().reg.find(folder); key && given.kind == provider::registry) {
            for (const auto& [name, child] : key->keys)
                if (text::matches_wildcards(name, leaf))
                    out.push_back({given.kind, folder + "\\" + name, folder + "\\" + name});
        }
    }
    return out;
}

value file_value(call& c, const std::string& path, const file_node& node) {
    auto made = make_object(node.is_folder() ? "System.IO.DirectoryInfo" : "System.IO.FileInfo", path);
    made->columns = {"Mode", "LastWriteTime", "Length", "Name"};
    const auto zone = c.shell.zone();
    const auto local = [&](wall_time when) {
        return value(date_time{c.os().clock.to_local(when), date_kind::local, zone});
    };
    std::string mode = "------";
    const char letters[] = "darhsl";
    const std::uint32_t bits[] = {attribute::directory, attribute::archive, attribute::read_only, attribute::hidden,
                                  attribute::system};
    std::string names;
    const char* words[] = {"Directory", "Archive", "ReadOnly", "Hidden", "System"};
    for (std::size_t i = 0; i < 5; ++i)
        if (node.attributes & bits[i]) mode[i] = letters[i];
    for (const std::size_t i : {2U, 3U, 4U, 0U, 1U})
        if (node.attributes & bits[i]) names += (names.empty() ? "" : ", ") + std::string(words[i]);
    const auto dot = node.name.rfind('.');
    made->set("Mode", mode);
    made->set("LastWriteTime", local(node.modified));
    made->set("Length", node.is_folder() ? value() : value(std::int64_t{static_cast<std::int64_t>(node.bytes.size())}));
    made->set("Name", node.name);
    made->set("FullName", path);
    made->set("BaseName", node.is_folder() ? node.name : node.name.substr(0, dot));
    made->set("Extension", dot == std::string::npos ? "" : node.name.substr(dot));
    made->set("DirectoryName", file_system::parent_of(path));
    made->set("CreationTime", local(node.created));
    made->set("LastWriteTimeUtc", value(date_time{node.modified, date_kind::utc, zone}));
    made->set("Attributes",
              value(enumeration{"System.IO.FileAttributes", node.attributes, names.empty() ? "Normal" : names}));
    made->set("Exists", value(true));
    made->set("PSIsContainer", value(node.is_folder()));
    made->set("PSPath", "Microsoft.PowerShell.Core\\FileSystem::" + path);
    return value(made);
}

value registry_data(const registry_value& what) {
    switch (what.type) {
        case value_type::dword:
        case value_type::dword_big_endian:
            return value(integer{static_cast<std::int32_t>(what.number), width::int32});
        case value_type::qword:
            return value(integer{static_cast<std::int64_t>(what.number), width::int64});
        case value_type::multi_sz: {
            values out;
            for (const auto& one : what.list) out.emplace_back(one);
            return make_array(std::move(out));
        }
        case value_type::sz:
        case value_type::expand_sz:
            return value(what.text);
        default:
            return value(std::make_shared<std::string>(what.text));
    }
}

value key_value(call& c, const std::string& path) {
    const auto full = registry::full_name(path).value_or(path);
    auto made = make_object("Microsoft.Win32.RegistryKey", full);
    made->columns = {"Name", "Property"};
    made->set("Name", full);
    made->set("PSChildName", file_system::name_of(full));
    made->set("PSPath", "Microsoft.PowerShell.Core\\Registry::" + full);
    made->set("PSParentPath", "Microsoft.PowerShell.Core\\Registry::" + file_system::parent_of(full));
    values names;
    const auto* key = c.os().reg.find(path);
    if (key)
        for (const auto& [name, data] : key->values) names.emplace_back(name.empty() ? "(default)" : name);
    made->set("Property", make_array(names));
    made->set("ValueCount", value(key ? static_cast<int>(key->values.size()) : 0));
    made->set("SubKeyCount", value(key ? static_cast<int>(key->keys.size()) : 0));
    return value(made);
}

value certificate_value(call& c, const std::string& store, const certificate& cert) {
    const auto thumbprint = text::upper(cert.text.thumbprint);
    auto made = make_object("System.Security.Cryptography.X509Certificates.X509Certificate2",
                            "[Subject]\r\n  " + cert.text.subject);
    made->columns = {"Thumbprint", "Subject"};
    const auto zone = c.shell.zone();
    const auto local = [&](wall_time when) {
        return value(date_time{c.os().clock.to_local(when), date_kind::local, zone});
    };
    made->set("Thumbprint", thumbprint);
    made->set("Subject", cert.text.subject);
    made->set("Issuer", cert.text.issuer);
    made->set("SerialNumber", text::upper(cert.text.serial));
    made->set("NotBefore", local(cert.text.not_before));
    made->set("NotAfter", local(cert.text.not_after));
    // True when the certificate points to a key container, whether or not its file can be read.
    made->set("HasPrivateKey", value(!cert.key_container.empty()));
    made->set("RawData", value(std::make_shared<std::string>(cert.der)));
    made->set("FriendlyName", "");
    made->set("PSPath", "Microsoft.PowerShell.Security\\Certificate::LocalMachine\\" + store + "\\" + thumbprint);
    made->set("PSParentPath", "Microsoft.PowerShell.Security\\Certificate::LocalMachine\\" + store);
    made->set("PSChildName", thumbprint);
    return value(made);
}

}  // namespace emsctl::guest::powershell
