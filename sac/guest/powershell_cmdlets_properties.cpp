// Get-, Set-, New- and Remove-ItemProperty on registry keys, Get-ItemPropertyValue.
#include "sac/guest/powershell_paths.hpp"

namespace emsctl::guest::powershell {

namespace {

void denied(call& c, const provider_path& path) {
    c.error("Requested registry access is not allowed.", "System.Security.SecurityException", "PermissionDenied",
            "SecurityException", path.path + ":String");
}

void no_property(call& c, const provider_path& path, const std::string& name) {
    c.error("Property " + name + " does not exist at path " + path.path + ".",
            "System.Management.Automation.PSArgumentException", "InvalidArgument", "PSArgumentException",
            name + ":String");
}

std::string real_name(const std::string& name) {
    return text::equal_no_case(name, "(default)") ? "" : name;
}

std::vector<provider_path> keys_of(call& c) {
    std::vector<provider_path> out;
    for (auto& path : paths_of(c)) {
        if (!exists(c, path))
            path_not_found(c, path);
        else if (path.kind != provider::registry)
            c.refuse("outside the registry");
        else
            out.push_back(std::move(path));
    }
    return out;
}

task<void> get_item_property(call& c) {
    const auto paths = keys_of(c);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto* key = c.os().reg.find(paths[i].path);
        auto made = make_object("System.Management.Automation.PSCustomObject");
        if (c.has("Name") && to_text(c.arg("Name")) != "*") {
            bool is_any = false;
            for (const auto& name : c.list("Name")) {
                const auto* data = key->find(real_name(to_text(name)));
                if (!data) {
                    no_property(c, paths[i], to_text(name));
                    continue;
                }
                made->set(to_text(name), registry_data(*data));
                is_any = true;
            }
            if (!is_any) continue;
        } else {
            for (const auto& [name, data] : key->values)
                made->set(name.empty() ? "(default)" : name, registry_data(data));
        }
        const auto full = registry::full_name(paths[i].path).value_or(paths[i].path);
        made->set("PSPath", "Microsoft.PowerShell.Core\\Registry::" + full);
        made->set("PSParentPath", "Microsoft.PowerShell.Core\\Registry::" + file_system::parent_of(full));
        made->set("PSChildName", file_system::name_of(full));
        made->set("PSDrive", full.starts_with("HKEY_LOCAL") ? "HKLM" : "HKCU");
        made->set("PSProvider", "Microsoft.PowerShell.Core\\Registry");
        co_await c.out.put(value(made));
    }
}

task<void> get_item_property_value(call& c) {
    const auto paths = keys_of(c);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto names = c.list("Name");
        for (std::size_t k = 0; k < names.size(); ++k) {
            const auto* data = c.os().reg.find(paths[i].path)->find(real_name(to_text(names[k])));
            if (data)
                co_await c.out.put(registry_data(*data));
            else
                no_property(c, paths[i], to_text(names[k]));
        }
    }
}

// The data for a value of this type; nullopt for a type that is not simulated.
std::optional<registry_value> data_of(call& c, const std::string& type, const value& what) {
    if (text::equal_no_case(type, "DWord")) {
        // Both halves of the 32 bits are accepted: -1 and 4294967295.
        const auto number = to_integer(what);
        if (number < INT32_MIN || number > UINT32_MAX)
            throw value_error{"Value was either too large or too small for a UInt32.", "System.OverflowException",
                              "OverflowException", "WriteError"};
        return reg_dword(static_cast<std::uint32_t>(number));
    }
    if (text::equal_no_case(type, "QWord")) return reg_qword(static_cast<std::uint64_t>(to_integer(what)));
    if (text::equal_no_case(type, "String")) return reg_sz(to_text(what));
    if (text::equal_no_case(type, "ExpandString")) return reg_sz(to_text(what), value_type::expand_sz);
    if (text::equal_no_case(type, "Binary"))
        return reg_binary(*std::get<bytes_ptr>(cast_to("byte[]", what, c.shell.zone()).is));
    if (text::equal_no_case(type, "MultiString")) {
        std::vector<std::string> list;
        for (const auto& one : items_of(what)) list.push_back(to_text(one));
        return reg_multi_sz(std::move(list));
    }
    return std::nullopt;
}

std::string type_for(const registry_value* old, const value& what) {
    if (old) switch (old->type) {
            case value_type::dword:
                return "DWord";
            case value_type::qword:
                return "QWord";
            case value_type::expand_sz:
                return "ExpandString";
            case value_type::multi_sz:
                return "MultiString";
            case value_type::binary:
                return "Binary";
            default:
                return "String";
        }
    if (const auto* n = what.as<integer>()) return n->kind == width::int64 ? "QWord" : "DWord";
    if (what.as<bytes_ptr>()) return "Binary";
    return what.as<array_ptr>() ? "MultiString" : "String";
}

// Set-ItemProperty and New-ItemProperty, which differ in whether the value may be there.
task<void> write_item_property(call& c) {
    const bool is_new = std::string_view(c.what.name) == "New-ItemProperty";
    const auto paths = keys_of(c);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto name = real_name(c.text_of("Name"));
        const auto* old = c.os().reg.find(paths[i].path)->find(name);
        if (is_new && old && !c.flag("Force")) {
            c.error("The property already exists.", "System.IO.IOException", "WriteError", "IOException",
                    paths[i].path + ":String");
            continue;
        }
        const auto type = c.has("PropertyType") ? c.text_of("PropertyType")
                          : c.has("Type")       ? c.text_of("Type")
                                                : type_for(is_new ? nullptr : old, c.arg("Value"));
        std::optional<registry_value> data;
        std::optional<value_error> wrong;
        try {
            data = data_of(c, type, c.arg("Value"));
        } catch (const value_error& failed) {
            wrong = failed;
        }
        if (wrong) {
            c.error(wrong->message, wrong->id.c_str(), "WriteError", wrong->type.c_str(), paths[i].path + ":String");
            continue;
        }
        if (!data) c.refuse("Type " + type);
        if (const auto code = c.os().reg.set(paths[i].path, name, *data, c.who())) {
            if (code == win32::access_denied)
                denied(c, paths[i]);
            else
                path_not_found(c, paths[i]);
            continue;
        }
        if (is_new || c.flag("PassThru")) {
            auto made = make_object("System.Management.Automation.PSCustomObject");
            made->set(c.text_of("Name"), registry_data(*data));
            made->set("PSPath", "Microsoft.PowerShell.Core\\Registry::" + paths[i].path);
            made->set("PSParentPath", "Microsoft.PowerShell.Core\\Registry::" + file_system::parent_of(paths[i].path));
            made->set("PSChildName", file_system::name_of(paths[i].path));
            made->set("PSProvider", "Microsoft.PowerShell.Core\\Registry");
            co_await c.out.put(value(made));
        }
    }
}

task<void> remove_item_property(call& c) {
    for (const auto& path : keys_of(c))
        for (const auto& name : c.list("Name")) {
            const auto code = c.os().reg.remove_value(path.path, real_name(to_text(name)), c.who());
            if (code == win32::access_denied) denied(c, path);
            if (code == win32::file_not_found) no_property(c, path, to_text(name));
        }
    co_return;
}

}  // namespace

void add_property_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Get-ItemProperty", "Path@0 LiteralPath Name@1", get_item_property},
             cmdlet{"Get-ItemPropertyValue", "Path@0 LiteralPath Name@1", get_item_property_value},
             cmdlet{"Set-ItemProperty", "Path@0 LiteralPath Name@1 Value@2 Type Force! PassThru!", write_item_property},
             cmdlet{"New-ItemProperty", "Path@0 LiteralPath Name Value PropertyType Force!", write_item_property},
             cmdlet{"Remove-ItemProperty", "Path@0 LiteralPath Name@1 Force!", remove_item_property},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
