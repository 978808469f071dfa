// Classes of WMI that say how the machine is reached: adapters, and who may come in through them.
#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

namespace {

object_ptr instance(const windows& os, const std::string& class_name, const std::string& key) {
    return make_object("System.Management.ManagementObject#root\\cimv2\\" + class_name,
                       "\\\\" + os.name + "\\root\\cimv2:" + class_name + "." + key);
}

std::string with_colons(std::string mac) {
    for (auto& c : mac)
        if (c == '-') c = ':';
    return mac;
}

// Error 22 of the device manager: the device is disabled.
constexpr unsigned is_disabled = 22;

}  // namespace

values wmi_network_adapters(windows& os) {
    values out;
    // One that is no connection: such have neither a name nor a number of an interface.
    auto debug = instance(os, "Win32_NetworkAdapter", "DeviceID=\"0\"");
    debug->set("DeviceID", "0");
    debug->set("Name", "Microsoft Kernel Debug Network Adapter");
    for (const char* name : {"NetConnectionID", "NetEnabled", "MACAddress", "GUID", "NetConnectionStatus"})
        debug->set(name, value());
    debug->set("ConfigManagerErrorCode", value(0U));
    out.emplace_back(debug);
    unsigned number = 0;
    for (const auto& one : os.adapters) {
        const auto id = std::to_string(++number);
        auto made = instance(os, "Win32_NetworkAdapter", "DeviceID=\"" + id + "\"");
        made->set("DeviceID", id);
        made->set("Name", one.description);
        made->set("NetConnectionID", one.name);
        made->set("NetEnabled", value(one.is_enabled));
        made->set("MACAddress", one.is_enabled ? value(with_colons(one.mac)) : value());
        made->set("GUID", one.guid);
        made->set("ConfigManagerErrorCode", value(one.is_enabled ? 0U : is_disabled));
        made->set("NetConnectionStatus", value(one.is_enabled ? 2U : 0U));
        out.emplace_back(made);
    }
    return out;
}

values wmi_user_accounts(windows& os) {
    values out;
    for (const auto& one : os.users.all()) {
        auto made = instance(os, "Win32_UserAccount", "Domain=\"" + os.name + "\",Name=\"" + one.name + "\"");
        made->set("Name", one.name);
        made->set("Domain", os.name);
        made->set("Caption", os.name + "\\" + one.name);
        made->set("Description", one.comment);
        made->set("SID", os.users.sid_of(one));
        made->set("LocalAccount", value(true));
        made->set("Disabled", value(!one.is_active));
        made->set("Lockout", value(one.is_locked));
        made->set("PasswordExpires", value(one.password_ends.has_value()));
        out.emplace_back(made);
    }
    return out;
}

}  // namespace emsctl::guest::powershell
