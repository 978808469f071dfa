// The machine as a whole: its clock, processes, sockets, CIM classes. Get-CimInstance and Get-WmiObject know few
// classes and the properties the repairs read.
#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

namespace {

value local_time(call& c, wall_time utc) {
    return value(date_time{c.os().clock.to_local(utc), date_kind::local, c.shell.zone()});
}

task<void> get_date(call& c) {
    auto what = local_time(c, c.os().clock.utc());
    if (c.has("Date")) what = cast_to("datetime", c.arg("Date"), c.shell.zone());
    if (c.has("Format")) what = value(format_date(std::get<date_time>(what.is), c.text_of("Format")));
    co_await c.out.put(what);
}

task<void> get_process(call& c) {
    bool is_any = false;
    values wanted = c.has("Id") ? c.list("Id") : c.list("Name");
    const auto all = c.os().processes.all();
    std::vector<value> found;
    for (const auto* one : all) {
        const auto name =
            text::ends_with_no_case(one->image, ".exe") ? one->image.substr(0, one->image.size() - 4) : one->image;
        bool is_meant = wanted.empty();
        for (const auto& w : wanted)
            is_meant =
                is_meant || (c.has("Id") ? to_integer(w) == one->pid : text::matches_wildcards(name, to_text(w)));
        if (!is_meant) continue;
        auto made = make_object("System.Diagnostics.Process", "System.Diagnostics.Process (" + name + ")");
        made->columns = {"Id", "ProcessName"};
        made->set("Id", value(static_cast<int>(one->pid)));
        made->set("ProcessName", name);
        made->set("Name", name);
        made->set("SessionId", value(static_cast<int>(one->session)));
        made->set("WorkingSet64", value(std::int64_t{one->memory_kb} * 1024));
        made->set("StartTime", local_time(c, one->started));
        found.emplace_back(made);
        is_any = true;
    }
    for (std::size_t i = 0; i < found.size(); ++i) co_await c.out.put(found[i]);
    if (!is_any && !wanted.empty()) {
        const auto name = to_text(wanted[0]);
        if (c.has("Id"))
            c.error("Cannot find a process with the process identifier " + name + ".", "NoProcessFoundForGivenId",
                    "ObjectNotFound", "ProcessCommandException", name + ":Int32");
        else
            c.error("Cannot find a process with the name \"" + name +
                        "\". Verify the process name and call the cmdlet again.",
                    "NoProcessFoundForGivenName", "ObjectNotFound", "ProcessCommandException", name + ":String");
    }
}

value cim_service(call& c, const service& s) {
    static const std::map<service_state, const char*> states = {{service_state::stopped, "Stopped"},
                                                                {service_state::start_pending, "Start Pending"},
                                                                {service_state::stop_pending, "Stop Pending"},
                                                                {service_state::running, "Running"},
                                                                {service_state::paused, "Paused"}};
    static const char* modes[] = {"Boot", "System", "Auto", "Manual", "Disabled"};
    auto made = make_object("Microsoft.Management.Infrastructure.CimInstance#root/cimv2/Win32_Service",
                            "Win32_Service (Name = \"" + s.name + "\")");
    made->columns = {"ProcessId", "Name", "StartMode", "State"};
    made->set("Name", s.name);
    made->set("DisplayName", s.display_name);
    made->set("State", states.at(s.state));
    made->set("StartMode", modes[static_cast<int>(s.start)]);
    made->set("PathName", s.image_path);
    made->set("StartName", s.account);
    made->set("ProcessId", value(s.pid));
    made->set("ExitCode", value(s.exit_code));
    (void)c;
    return value(made);
}

task<void> get_cim_instance(call& c) {
    const auto name = c.text_of("ClassName");
    auto& os = c.os();
    if (text::equal_no_case(name, "Win32_Service")) {
        std::string wanted;
        if (c.has("Filter")) {  // Name='x' only
            const auto filter = c.text_of("Filter");
            const auto open = filter.find_first_of("'\""), close = filter.find_last_of("'\"");
            if (!text::starts_with_no_case(text::trim(filter.substr(0, filter.find('='))), "Name") ||
                open == std::string::npos || close <= open || text::find_no_case(filter, " and ") != std::string::npos)
                c.refuse("Filter " + filter);
            wanted = filter.substr(open + 1, close - open - 1);
        }
        std::vector<value> found;
        for (const auto* one : os.svc.all())
            if (!one->is_driver() && (wanted.empty() || text::equal_no_case(one->name, wanted)))
                found.push_back(cim_service(c, *one));
        for (std::size_t i = 0; i < found.size(); ++i) co_await c.out.put(found[i]);
        co_return;
    }
    if (c.has("Filter")) c.refuse("Filter");
    if (text::equal_no_case(name, "Win32_OperatingSystem")) {
        auto made = make_object("Microsoft.Management.Infrastructure.CimInstance#root/cimv2/Win32_OperatingSystem",
                                "Win32_OperatingSystem: Microsoft " + os.version.product);
        made->set("Caption", "Microsoft " + os.version.product);
        made->set("Version", std::to_string(os.version.major) + "." + std::to_string(os.version.minor) + "." +
                                 std::to_string(os.version.build));
        made->set("BuildNumber", std::to_string(os.version.build));
        made->set("CSName", os.name);
        made->set("SystemDirectory", os.system_root + "\\system32");
        made->set("WindowsDirectory", os.system_root);
        made->set("SystemDrive", os.system_drive);
        made->set("LastBootUpTime", local_time(c, os.boot_time()));
        made->set("LocalDateTime", local_time(c, os.clock.utc()));
        co_await c.out.put(value(made));
    } else if (text::equal_no_case(name, "Win32_ComputerSystem")) {
        auto made = make_object("Microsoft.Management.Infrastructure.CimInstance#root/cimv2/Win32_ComputerSystem",
                                "Win32_ComputerSystem: " + os.name + " (Name = \"" + os.name + "\")");
        made->set("Name", os.name);
        made->set("DNSHostName", os.name);
        made->set("PartOfDomain", value(os.part_of_domain));
        made->set("Domain", os.domain_or_workgroup);
        made->set("Workgroup", os.part_of_domain ? value() : value(os.domain_or_workgroup));
        co_await c.out.put(value(made));
    } else {
        c.shell.refuse("Get-CimInstance " + name);
        c.error("Invalid class ", "HRESULT 0x80041010", "MetadataError", "CimException",
                "root\\cimv2:" + name + ":String");
    }
}

// WMI's own way to write a time: local, with the minutes from UTC (MS-WMIO 2.2.1, dateTime).
value dmtf_time(call& c, wall_time utc) {
    const auto local = c.os().clock.to_local(utc);
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local - utc).count();
    char zone[8];
    std::snprintf(zone, sizeof zone, "%+04d", static_cast<int>(minutes));
    const date_time when{local, date_kind::local, c.shell.zone()};
    return value(format_date(when, "yyyyMMddHHmmss") + ".500000" + zone);
}

// The few classes that repairs ask, with the properties whose form is known.
task<void> get_wmi_object(call& c) {
    const auto name = c.text_of("Class");
    auto& os = c.os();
    if (text::equal_no_case(name, "Win32_OperatingSystem")) {
        auto made = make_object("System.Management.ManagementObject#root\\cimv2\\Win32_OperatingSystem",
                                "\\\\" + os.name + "\\root\\cimv2:Win32_OperatingSystem=@");
        made->set("BuildNumber", std::to_string(os.version.build));
        made->set("LastBootUpTime", dmtf_time(c, os.boot_time()));
        made->set("LocalDateTime", dmtf_time(c, os.clock.utc()));
        co_await c.out.put(value(made));
    } else if (text::equal_no_case(name, "Win32_ComputerSystem")) {
        auto made = make_object("System.Management.ManagementObject#root\\cimv2\\Win32_ComputerSystem",
                                "\\\\" + os.name + "\\root\\cimv2:Win32_ComputerSystem.Name=\"" + os.name + "\"");
        made->set("Name", os.name);
        made->set("PartOfDomain", value(os.part_of_domain));
        made->set("Domain", os.domain_or_workgroup);
        co_await c.out.put(value(made));
    } else if (text::equal_no_case(name, "Win32_UserAccount")) {
        // Without the filter a member of a domain would list that too.
        if (c.has("Filter") && !text::equal_no_case(c.text_of("Filter"), "LocalAccount=True"))
            c.refuse("Filter " + c.text_of("Filter"));
        const auto all = wmi_user_accounts(os);
        for (std::size_t i = 0; i < all.size(); ++i) co_await c.out.put(all[i]);
    } else if (c.has("Filter")) {
        c.refuse("Filter");
    } else if (text::equal_no_case(name, "Win32_NetworkAdapter")) {
        const auto all = wmi_network_adapters(os);
        for (std::size_t i = 0; i < all.size(); ++i) co_await c.out.put(all[i]);
    } else {
        c.shell.refuse("Get-WmiObject " + name);
        c.error("Invalid class \"" + name + "\"", "GetWMIManagementException", "InvalidType", "ManagementException",
                ":");
    }
}

task<void> get_net_tcp_connection(call& c) {
    static const std::map<std::string, std::pair<int, const char*>> states = {
        {"CLOSED", {1, "Closed"}},           {"LISTENING", {2, "Listen"}},    {"SYN_SENT", {3, "SynSent"}},
        {"ESTABLISHED", {5, "Established"}}, {"TIME_WAIT", {11, "TimeWait"}}, {"CLOSE_WAIT", {8, "CloseWait"}}};
    const auto all = c.os().net.all();
    bool is_any = false;
    const auto fits = [&](const char* name, const value& what) {
        if (!c.has(name)) return true;
        for (const auto& one : c.list(name))
            if (equal_values(what, one, false)) return true;
        return false;
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto& s = all[i];
        if (!s.is_tcp) continue;
        const auto known = states.find(s.state);
        const auto state = known == states.end() ? std::pair<int, const char*>{0, ""} : known->second;
        auto made =
            make_object("Microsoft.Management.Infrastructure.CimInstance#ROOT/StandardCimv2/MSFT_NetTCPConnection");
        made->columns = {"LocalAddress", "LocalPort", "RemoteAddress", "RemotePort", "State", "OwningProcess"};
        const auto nowhere = s.is_ipv6 ? "::" : "0.0.0.0";
        made->set("LocalAddress", s.local_address);
        made->set("LocalPort", value(static_cast<int>(s.local_port)));
        made->set("RemoteAddress", s.remote_address.empty() ? nowhere : s.remote_address);
        made->set("RemotePort", value(static_cast<int>(s.remote_port)));
        made->set("State", value(enumeration{"Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetTCPConnection.State",
                                             state.first, state.second}));
        made->set("OwningProcess", value(s.pid));
        if (!fits("State", *made->find("State")) || !fits("LocalPort", *made->find("LocalPort")) ||
            !fits("LocalAddress", *made->find("LocalAddress")) ||
            !fits("OwningProcess", *made->find("OwningProcess")) || !fits("RemotePort", *made->find("RemotePort")))
            continue;
        is_any = true;
        co_await c.out.put(value(made));
    }
    if (!is_any && (c.has("LocalPort") || c.has("State") || c.has("OwningProcess"))) {
        std::string message =
            "No matching MSFT_NetTCPConnection objects found by CIM query for instances of the "
            "ROOT/StandardCimv2/MSFT_NetTCPConnection class on the  CIM server. Verify query parameters and retry.";
        if (c.has("LocalPort") && !c.has("State"))
            message = "No MSFT_NetTCPConnection objects found with property 'LocalPort' equal to '" +
                      c.text_of("LocalPort") + "'.  Verify the value of the property and retry.";
        c.error(message, "CmdletizationQuery_NotFound", "ObjectNotFound", "CimJobException",
                "MSFT_NetTCPConnection:String");
    }
}

task<void> start_sleep(call& c) {
    double ms = c.has("Milliseconds") ? static_cast<double>(to_integer(c.arg("Milliseconds"))) : 0;
    if (c.has("Seconds")) ms = std::get<double>(cast_to("double", c.arg("Seconds"), 0).is) * 1000;
    const auto length = std::chrono::microseconds(static_cast<std::int64_t>(std::max(0.0, ms) * 1000));
    co_await c.shell.self().pause(length);
}

task<void> get_location(call& c) {
    auto made = make_object("System.Management.Automation.PathInfo", c.shell.self().cwd);
    made->set("Path", c.shell.self().cwd);
    co_await c.out.put(value(made));
}

task<void> set_location(call& c) {
    const auto given = c.has("LiteralPath") ? c.text_of("LiteralPath") : c.text_of("Path");
    const auto path = c.shell.full_path(given);
    const auto* found = c.os().files.find(path);
    if (!found || !found->is_folder()) {
        c.error("Cannot find path '" + path + "' because it does not exist.", "PathNotFound", "ObjectNotFound",
                "ItemNotFoundException", path + ":String");
        co_return;
    }
    c.shell.self().cwd = c.os().files.display_path(path);
}

}  // namespace

void add_system_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Get-Date", "Date@0 Format", get_date},
             cmdlet{"Get-Process", "Name@0 Id", get_process},
             cmdlet{"Get-CimInstance", "ClassName@0 Filter", get_cim_instance},
             cmdlet{"Get-WmiObject", "Class@0 Filter", get_wmi_object},
             cmdlet{"Get-NetTCPConnection", "LocalAddress@0 LocalPort@1 RemotePort State OwningProcess",
                    get_net_tcp_connection},
             cmdlet{"Start-Sleep", "Seconds@0 Milliseconds", start_sleep},
             cmdlet{"Get-Location", "", get_location},
             cmdlet{"Set-Location", "Path@0 LiteralPath", set_location},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
