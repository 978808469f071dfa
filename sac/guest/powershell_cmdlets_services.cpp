// Get-, Start-, Stop-, Restart- and Set-Service. What takes time takes it: the cmdlets wait for the state they asked
// for.
#include <algorithm>

#include "sac/guest/powershell_cmdlets.hpp"

namespace emsctl::guest::powershell {

namespace {

enumeration status_of(const service& s) {
    static const std::map<int, const char*> names = {
        {1, "Stopped"}, {2, "StartPending"}, {3, "StopPending"}, {4, "Running"}, {7, "Paused"}};
    const auto number = static_cast<int>(s.state);
    return {"System.ServiceProcess.ServiceControllerStatus", number, names.at(number)};
}

enumeration start_of(const service& s) {
    static const char* names[] = {"Boot", "System", "Automatic", "Manual", "Disabled"};
    const auto number = static_cast<int>(s.start);
    return {"System.ServiceProcess.ServiceStartMode", number, names[number]};
}

value service_value(call& c, const service& s, bool is_deep = true) {
    auto made = make_object("System.ServiceProcess.ServiceController", s.name);
    made->columns = {"Status", "Name", "DisplayName"};
    made->set("Name", s.name);
    made->set("Status", value(status_of(s)));
    made->set("DisplayName", s.display_name);
    made->set("ServiceName", s.name);
    made->set("StartType", value(start_of(s)));
    made->set("CanStop", value(s.state == service_state::running && s.accepts_stop));
    made->set("MachineName", ".");
    if (is_deep) {
        values dependents, needed;
        for (const auto* one : c.os().svc.all())
            if (std::any_of(one->depends_on.begin(), one->depends_on.end(),
                            [&](const auto& d) { return text::equal_no_case(d, s.name); }))
                dependents.push_back(service_value(c, *one, false));
        for (const auto& name : s.depends_on)
            if (const auto* one = c.os().svc.find(name)) needed.push_back(service_value(c, *one, false));
        made->set("DependentServices", make_array(dependents));
        made->set("ServicesDependedOn", make_array(needed));
        made->set("RequiredServices", make_array(needed));
    }
    return value(made);
}

void no_such_service(call& c, const std::string& name, bool is_display) {
    c.error(is_display ? "Cannot find any service with display name '" + name + "'."
                       : "Cannot find any service with service name '" + name + "'.",
            is_display ? "NoServiceFoundForGivenDisplayName" : "NoServiceFoundForGivenName", "ObjectNotFound",
            "ServiceCommandException", name + ":String");
}

// Those meant by -Name, -DisplayName, -InputObject or the pipeline; what is missing is reported.
std::vector<std::string> meant(call& c) {
    std::vector<std::string> out;
    const bool is_display = c.has("DisplayName");
    values wanted = is_display ? c.list("DisplayName") : c.has("Name") ? c.list("Name") : c.list("InputObject");
    if (c.item) wanted = {*c.item};
    for (const auto& one : wanted) {
        const auto* o = one.as<object_ptr>();
        const auto name = o && (*o)->find("Name") ? to_text(*(*o)->find("Name")) : to_text(one);
        const bool is_pattern = name.find_first_of("*?[") != std::string::npos;
        bool is_any = false;
        for (const auto* known : c.os().svc.all()) {
            if (known->is_driver() && is_pattern) continue;
            const auto& label = is_display ? known->display_name : known->name;
            const bool fits = is_pattern ? to_bool(binary_result(c.shell, "-like", value(label), value(name)))
                                         : text::equal_no_case(label, name) ||
                                               (!is_display && text::equal_no_case(known->display_name, name) &&
                                                std::string_view(c.what.name) != "Get-Service");
            if (!fits) continue;
            out.push_back(known->name);
            is_any = true;
        }
        if (!is_any && !is_pattern) no_such_service(c, name, is_display);
    }
    return out;
}

task<void> get_service(call& c) {
    if (c.has("DependentServices") || c.has("RequiredServices")) c.refuse("DependentServices");
    std::vector<std::string> names;
    if (!c.item && !c.has("Name") && !c.has("DisplayName")) {
        for (const auto* one : c.os().svc.all())
            if (!one->is_driver()) names.push_back(one->name);
    } else {
        names = meant(c);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto* one = c.os().svc.find(names[i]);
        if (one) co_await c.out.put(service_value(c, *one));
    }
}

std::string label(const service& s) {
    return "'" + s.display_name + " (" + s.name + ")'";
}

void cannot(call& c, const service& s, const char* verb, const char* id) {
    c.error(std::string("Service ") + label(s) + " cannot be " + verb + " due to the following error: Cannot " +
                (std::string_view(verb) == "stopped" ? "stop " : "start ") + "service " + s.name + " on computer '.'.",
            id, "CloseError", "ServiceCommandException", "System.ServiceProcess.ServiceController:ServiceController");
}

void cannot_open(call& c, const service& s, const char* verb, const char* id) {
    c.error(std::string("Service ") + label(s) + " cannot be " + verb + " due to the following error: Cannot open " +
                s.name + " service on computer '.'.",
            id, "CloseError", "ServiceCommandException", "System.ServiceProcess.ServiceController:ServiceController");
}

// Waits until the service has left its pending state, with the warnings of Windows every two seconds or so.
task<void> settle(call& c, const std::string name, service_state pending, const char* what) {
    const auto began = c.os().now();
    auto next_warning = began + std::chrono::seconds(2);
    for (;;) {
        const auto* s = c.os().svc.find(name);
        if (!s || s->state != pending) co_return;
        const auto length = std::max<instant>(std::chrono::milliseconds(10),
                                              std::min<instant>(std::chrono::milliseconds(250), s->due - c.os().now()));
        co_await c.shell.self().pause(length);
        if (c.os().now() < next_warning) continue;
        next_warning += std::chrono::seconds(2);
        const auto* still = c.os().svc.find(name);
        if (still && still->state == pending) {
            c.shell.host().flush();
            c.shell.self().out.line(std::string("WARNING: Waiting for service ") + label(*still) + " to " + what +
                                    "...");
        }
    }
}

// True when the service is stopped at the end.
task<bool> stop_one(call& c, const std::string name) {
    const auto* s = c.os().svc.find(name);
    if (!s) co_return false;
    if (s->state == service_state::stopped) co_return true;
    const auto dependents = c.os().svc.active_dependents(name);
    if (!dependents.empty() && !c.flag("Force")) {
        c.error("Cannot stop service " + label(*s) +
                    " because it has dependent services. It can only be stopped if the Force flag is set.",
                "ServiceHasDependentServices", "InvalidOperation", "ServiceCommandException",
                "System.ServiceProcess.ServiceController:ServiceController");
        co_return false;
    }
    if (s->is_protected) {
        cannot_open(c, *s, "stopped", "CouldNotStopService");
        co_return false;
    }
    std::vector<std::string> order;
    for (const auto* one : dependents) order.push_back(one->name);
    order.push_back(name);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto* one = c.os().svc.find(order[i]);
        if (!one || one->state == service_state::stopped) continue;
        const auto error =
            one->state == service_state::stop_pending ? win32::success : c.os().svc.stop(order[i], c.who());
        if (error) {
            if (error == win32::access_denied)
                cannot_open(c, *one, "stopped", "CouldNotStopService");
            else
                cannot(c, *one, "stopped", "CouldNotStopService");
            co_return false;
        }
        if (!c.flag("NoWait")) co_await settle(c, order[i], service_state::stop_pending, "stop");
    }
    const auto* now = c.os().svc.find(name);
    if (now && now->state != service_state::stopped && !c.flag("NoWait")) {
        c.error("Failed to stop service " + label(*now) + ".", "StopServiceFailed", "OpenError",
                "ServiceCommandException", "System.ServiceProcess.ServiceController:ServiceController");
        co_return false;
    }
    co_return true;
}

task<bool> start_one(call& c, const std::string name) {
    const auto* s = c.os().svc.find(name);
    if (!s) co_return false;
    if (s->state == service_state::running) co_return true;
    if (s->state != service_state::start_pending) {
        const auto error = c.os().svc.start(name, c.who());
        if (error && error != win32::service_already_running) {
            if (error == win32::access_denied)
                cannot_open(c, *s, "started", "CouldNotStartService");
            else
                cannot(c, *s, "started", "CouldNotStartService");
            co_return false;
        }
    }
    co_await settle(c, name, service_state::start_pending, "start");
    const auto* now = c.os().svc.find(name);
    if (!now || now->state != service_state::running) {
        if (now)
            c.error("Failed to start service " + label(*now) + ".", "StartServiceFailed", "OpenError",
                    "ServiceCommandException", "System.ServiceProcess.ServiceController:ServiceController");
        co_return false;
    }
    co_return true;
}

task<void> change_state(call& c) {
    const std::string_view verb = std::string_view(c.what.name).substr(0, std::string_view(c.what.name).find('-'));
    const auto names = meant(c);
    for (std::size_t i = 0; i < names.size(); ++i) {
        bool is_done = true;
        // Restart-Service also starts the dependents that it stopped; Stop-Service -Force leaves them.
        std::vector<std::string> again = {names[i]};
        for (const auto* one : c.os().svc.active_dependents(names[i]))
            if (verb == "Restart") again.insert(again.begin() + 1, one->name);
        if (verb != "Start") is_done = co_await stop_one(c, names[i]);
        for (std::size_t k = 0; k < again.size() && is_done && verb != "Stop"; ++k)
            is_done = co_await start_one(c, again[k]);
        const auto* s = c.os().svc.find(names[i]);
        if (c.flag("PassThru") && s && is_done) co_await c.out.put(service_value(c, *s));
    }
}

task<void> set_service(call& c) {
    if (c.has("DisplayName")) c.refuse("DisplayName");
    if (c.has("Description")) c.refuse("Description");
    const auto names = meant(c);
    for (std::size_t i = 0; i < names.size(); ++i) {
        service_change change;
        if (c.has("StartupType")) {
            const auto wanted = c.text_of("StartupType");
            static const std::map<std::string, start_type, text::less_no_case> types = {
                {"Automatic", start_type::automatic},
                {"Manual", start_type::demand},
                {"Disabled", start_type::disabled}};
            const auto found = types.find(wanted);
            if (found == types.end()) c.refuse("StartupType " + wanted);
            change.start = found->second;
        }
        const auto error = c.os().svc.configure(names[i], change, c.who());
        const auto* s = c.os().svc.find(names[i]);
        if (error && s) {
            c.error("Service " + label(*s) + " cannot be configured due to the following error: " + message_of(error),
                    "CouldNotSetService", "PermissionDenied", "ServiceCommandException",
                    "System.ServiceProcess.ServiceController:ServiceController");
            continue;
        }
        if (c.has("Status")) {
            const auto wanted = c.text_of("Status");
            bool is_done = false;
            if (text::equal_no_case(wanted, "Running")) is_done = co_await start_one(c, names[i]);
            if (text::equal_no_case(wanted, "Stopped")) is_done = co_await stop_one(c, names[i]);
            (void)is_done;
        }
    }
}

}  // namespace

void add_service_cmdlets(cmdlet_table& table) {
    for (const auto& one : {
             cmdlet{"Get-Service", "Name@0 DisplayName DependentServices! RequiredServices!", get_service},
             cmdlet{"Start-Service", "Name@0 DisplayName InputObject PassThru!", change_state},
             cmdlet{"Stop-Service", "Name@0 DisplayName InputObject Force! NoWait! PassThru!", change_state},
             cmdlet{"Restart-Service", "Name@0 DisplayName InputObject Force! PassThru!", change_state},
             cmdlet{"Set-Service", "Name@0 DisplayName StartupType Status Description InputObject", set_service},
         })
        table[one.name] = one;
}

}  // namespace emsctl::guest::powershell
