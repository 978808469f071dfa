// Items of the file system, the registry and the certificate stores.
#include "sac/guest/powershell_paths.hpp"

namespace emsctl::guest::powershell {

namespace {

std::optional<value> item_value(call& c, const provider_path& path) {
    if (!exists(c, path)) return std::nullopt;
    if (path.kind == provider::files)
        return file_value(c, c.os().files.display_path(path.path), *c.os().files.find(path.path));
    if (path.kind == provider::registry) return key_value(c, path.path);
    if (path.kind == provider::environment) {
        auto made = make_object("System.Collections.DictionaryEntry");
        made->set("Name", path.path);
        made->set("Value", c.shell.self().env[path.path]);
        return value(made);
    }
    const auto rest = path.path.size() > 13 ? path.path.substr(13) : std::string();
    const auto slash = rest.find('\\');
    const auto* cert =
        slash == std::string::npos ? nullptr : c.os().certs.find(rest.substr(0, slash), rest.substr(slash + 1));
    if (cert) return certificate_value(c, rest.substr(0, slash), *cert);
    auto store = make_object("System.Security.Cryptography.X509Certificates.X509Store", rest);
    store->set("Name", rest);
    return value(store);
}

task<void> get_item(call& c) {
    const auto paths = paths_of(c);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto found = item_value(c, paths[i]);
        if (found)
            co_await c.out.put(*found);
        else
            path_not_found(c, paths[i]);
    }
}

task<void> test_path(call& c) {
    const auto paths = paths_of(c);
    if (c.has("PathType") && !paths.empty() && paths[0].kind != provider::files) c.refuse("PathType");
    bool is_there = false;
    for (const auto& path : paths) {
        is_there = exists(c, path);
        if (is_there && c.has("PathType") && !text::equal_no_case(c.text_of("PathType"), "Any"))
            is_there =
                c.os().files.find(path.path)->is_folder() == text::equal_no_case(c.text_of("PathType"), "Container");
    }
    co_await c.out.put(value(is_there));
}

void collect_files(call& c, const std::string& folder, const std::string& pattern, values& out) {
    const auto listed = c.os().files.list(folder, c.who());
    if (!listed) {
        file_error(c, listed.error, folder, "DirUnauthorizedAccessError");
        return;
    }
    const auto add = [&](bool folders) {
        for (const auto* node : listed.value) {
            const bool is_hidden = (node->attributes & (attribute::hidden | attribute::system)) != 0;
            if (node->is_folder() != folders || (is_hidden && !c.flag("Force") && !c.flag("Hidden"))) continue;
            if ((c.flag("File") && folders) || (c.flag("Directory") && !folders)) continue;
            if (!pattern.empty() && !text::matches_wildcards(node->name, pattern)) continue;
            out.push_back(file_value(c, folder + (folder.ends_with('\\') ? "" : "\\") + node->name, *node));
        }
    };
    add(true);
    add(false);
    if (!c.flag("Recurse")) return;
    for (const auto* node : listed.value)
        if (node->is_folder()) collect_files(c, folder + "\\" + node->name, pattern, out);
}

values children(call& c, const provider_path& path) {
    values out;
    const auto pattern = c.has("Filter") ? c.text_of("Filter") : c.text_of("Include");
    if (path.kind == provider::files) {
        const auto* node = c.os().files.find(path.path);
        if (node->is_folder())
            collect_files(c, c.os().files.display_path(path.path), pattern, out);
        else
            out.push_back(file_value(c, c.os().files.display_path(path.path), *node));
    } else if (path.kind == provider::registry) {
        const auto* key = c.os().reg.find(path.path);
        for (const auto& [name, child] : key->keys) {
            out.push_back(key_value(c, path.path + "\\" + child.name));
            if (c.flag("Recurse"))
                for (auto& below : children(c, {path.kind, path.path + "\\" + child.name, path.shown}))
                    out.push_back(below);
        }
    } else if (path.kind == provider::certificates) {
        const auto rest = path.path.size() > 13 ? path.path.substr(13) : std::string();
        if (path.path.empty()) c.refuse("the root of Cert:");
        if (rest.empty())
            for (const auto& store : c.os().certs.names())
                out.push_back(*item_value(c, {path.kind, "LocalMachine\\" + store, store}));
        else if (rest.find('\\') == std::string::npos)
            for (const auto& cert : c.os().certs.in(rest)) out.push_back(certificate_value(c, rest, cert));
        else
            out.push_back(*item_value(c, path));
    } else {
        for (const auto& [name, what] : c.shell.self().env) out.push_back(*item_value(c, {path.kind, name, name}));
    }
    return out;
}

task<void> get_child_item(call& c) {
    auto paths = paths_of(c);
    if (paths.empty() && !c.has("Path") && !c.has("LiteralPath")) paths.push_back(resolve(c, c.shell.self().cwd));
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (!exists(c, paths[i])) {
            path_not_found(c, paths[i]);
            continue;
        }
        const auto found = children(c, paths[i]);
        for (std::size_t k = 0; k < found.size(); ++k) {
            if (c.flag("Name"))
                co_await c.out.put(
                    property_of(found[k], paths[i].kind == provider::files ? "Name" : "PSChildName").value_or(value()));
            else
                co_await c.out.put(found[k]);
        }
    }
}

win32_error remove_tree(call& c, const std::string& path) {
    const auto* node = c.os().files.find(path);
    if (!node) return win32::file_not_found;
    if (c.flag("Force") && (node->attributes & attribute::read_only))
        c.os().files.set_attributes(path, node->attributes & ~attribute::read_only, c.who());
    if (!node->is_folder()) return c.os().files.remove_file(path, c.who());
    std::vector<std::string> names;
    for (const auto& [name, child] : node->children) names.push_back(name);
    for (const auto& name : names)
        if (const auto code = remove_tree(c, path + "\\" + name)) return code;
    return c.os().files.remove_folder(path, c.who());
}

task<void> remove_item(call& c) {
    for (const auto& path : paths_of(c)) {
        if (!exists(c, path)) {
            path_not_found(c, path);
            continue;
        }
        if (path.kind == provider::files) {
            const auto* node = c.os().files.find(path.path);
            // Without -Recurse a full folder would ask, which nobody can answer here.
            if (node->is_folder() && !node->children.empty() && !c.flag("Recurse"))
                c.refuse("of a folder that is not empty, without -Recurse");
            if (const auto code = remove_tree(c, path.path)) {
                if (code == win32::access_denied)
                    c.error("Cannot remove item " + path.path + ": Access to the path '" + path.path + "' is denied.",
                            "RemoveFileSystemItemUnAuthorizedAccess", "PermissionDenied", "UnauthorizedAccessException",
                            path.path + ":FileInfo");
                else
                    file_error(c, code, path.path, "RemoveItemIOError");
            }
        } else if (path.kind == provider::registry) {
            const auto* key = c.os().reg.find(path.path);
            if (!key->keys.empty() && !c.flag("Recurse")) c.refuse("of a key with subkeys, without -Recurse");
            if (const auto code = c.os().reg.remove_key(path.path, c.who()))
                c.error(code == win32::access_denied ? "Requested registry access is not allowed." : message_of(code),
                        "System.Security.SecurityException", "PermissionDenied", "SecurityException",
                        path.path + ":String");
        } else if (path.kind == provider::certificates) {
            const auto rest = path.path.size() > 13 ? path.path.substr(13) : std::string();
            const auto slash = rest.find('\\');
            if (slash == std::string::npos) c.refuse("of a certificate store");
            if (!c.who().is_elevated)
                c.error("Access is denied.", "System.Security.Cryptography.CryptographicException", "NotSpecified",
                        "CryptographicException", path.shown + ":String");
            else
                c.os().certs.remove(rest.substr(0, slash), rest.substr(slash + 1));
        } else {
            c.shell.self().env.erase(path.path);
        }
    }
    co_return;
}

task<void> new_item(call& c) {
    auto paths = paths_of(c);
    if (c.has("Name"))
        for (auto& path : paths) path = resolve(c, path.shown + "\\" + c.text_of("Name"));
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto& path = paths[i];
        const auto type = c.text_of("ItemType");
        if (path.kind == provider::registry) {
            if (c.os().reg.find(path.path) && !c.flag("Force")) {
                c.error("A key in this path already exists.", "System.IO.IOException", "ResourceExists", "IOException",
                        path.path + ":String");
                continue;
            }
            if (!c.os().reg.may_write(path.path, c.who())) {
                c.error("Requested registry access is not allowed.", "System.Security.SecurityException",
                        "PermissionDenied", "SecurityException", path.path + ":String");
                continue;
            }
            if (!c.flag("Force") && !c.os().reg.find(file_system::parent_of(path.path))) {
                c.error("The registry key at the specified path does not exist.", "System.ArgumentException",
                        "InvalidArgument", "ArgumentException", path.path + ":String");
                continue;
            }
            if (!c.os().reg.find(path.path)) c.os().reg.create(path.path);
            co_await c.out.put(key_value(c, path.path));
            continue;
        }
        if (path.kind != provider::files) c.refuse("outside files and registry");
        const bool is_folder = text::equal_no_case(type, "Directory");
        if (!is_folder && !type.empty() && !text::equal_no_case(type, "File")) c.refuse("ItemType " + type);
        if (c.os().files.exists(path.path) && !(c.flag("Force"))) {
            c.error(is_folder ? "An item with the specified name " + path.path + " already exists."
                              : "The file '" + path.path + "' already exists.",
                    is_folder ? "DirectoryExist" : "NewItemIOError", is_folder ? "ResourceExists" : "WriteError",
                    "IOException", path.path + ":String");
            continue;
        }
        win32_error code = win32::success;
        if (is_folder) {
            // with the folders above
            for (auto at = path.path.find('\\', 3); code == 0 || code == win32::already_exists;
                 at = path.path.find('\\', at + 1)) {
                code = c.os().files.create_folder(path.path.substr(0, at), c.who());
                if (at == std::string::npos) break;
            }
            if (code == win32::already_exists) code = win32::success;
        } else {
            code = c.os().files.write(path.path, c.text_of("Value"), c.who());
        }
        if (code)
            file_error(c, code, path.path, "NewItemIOError");
        else
            co_await c.out.put(*item_value(c, path));
    }
}

}  // namespace

void add_item_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Get-Item", "Path@0 LiteralPath Force!", get_item},
             cmdlet{"Get-ChildItem",
                    "Path@0 LiteralPath Filter@1 Include Recurse! Force! Name! File! Directory! Hidden!",
                    get_child_item},
             cmdlet{"Test-Path", "Path@0 LiteralPath PathType", test_path},
             cmdlet{"Remove-Item", "Path@0 LiteralPath Recurse! Force!", remove_item},
             cmdlet{"New-Item", "Path@0 Name ItemType Value Force!", new_item},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
