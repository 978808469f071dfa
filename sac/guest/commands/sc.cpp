// sc.exe: the exit code is the Win32 error, everything goes to standard output.
#include <algorithm>
#include <cstdio>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

std::string hex(unsigned value) {
    char out[16];
    std::snprintf(out, sizeof out, "%x", value);
    return out;
}

std::string type_text(unsigned type) {
    switch (type & 0xff) {
        case 0x1:
            return hex(type) + "  KERNEL_DRIVER";
        case 0x2:
            return hex(type) + "  FILE_SYSTEM_DRIVER";
        case 0x10:
            return hex(type) + "  WIN32_OWN_PROCESS";
        case 0x20:
            return hex(type) + "  WIN32_SHARE_PROCESS";
        case 0x30:
            return hex(type) + "  WIN32";
        default:
            return hex(type) + "  ERROR";
    }
}

std::string state_text(const service& s) {
    switch (s.state) {
        case service_state::stopped:
            return "1  STOPPED";
        case service_state::start_pending:
            return "2  START_PENDING";
        case service_state::stop_pending:
            return "3  STOP_PENDING";
        case service_state::paused:
            return "7  PAUSED";
        default:
            return "4  RUNNING";
    }
}

int failed(process& self, const std::string& function, win32_error error) {
    self.out.write("[SC] " + function + " FAILED " + std::to_string(error) + ":\r\n\r\n" + message_of(error) +
                   "\r\n\r\n");
    return static_cast<int>(error);
}

// One service block. `is_extended` adds PID and FLAGS.
void print_status(process& self, const service& s, bool is_extended, bool with_display) {
    auto line = [&](const std::string& text) { self.out.line(text); };
    line("");
    line("SERVICE_NAME: " + s.name);
    if (with_display) line("DISPLAY_NAME: " + s.display_name);
    line("        TYPE               : " + type_text(s.type) + "  ");
    line("        STATE              : " + state_text(s) + " ");
    const bool can_stop = s.state == service_state::running && s.accepts_stop;
    if (s.state != service_state::stopped)
        line(std::string(32, ' ') + "(" +
             (can_stop || s.state == service_state::stop_pending ? "STOPPABLE" : "NOT_STOPPABLE") + ", NOT_PAUSABLE, " +
             (s.state == service_state::running && s.accepts_stop ? "ACCEPTS_SHUTDOWN" : "IGNORES_SHUTDOWN") + ")");
    line("        WIN32_EXIT_CODE    : " + std::to_string(s.exit_code) + "  (0x" + hex(s.exit_code) + ")");
    line("        SERVICE_EXIT_CODE  : " + std::to_string(s.service_exit_code) + "  (0x" + hex(s.service_exit_code) +
         ")");
    line("        CHECKPOINT         : 0x0");
    line("        WAIT_HINT          : 0x" + hex(s.wait_hint));
    if (is_extended) {
        line("        PID                : " + std::to_string(s.pid));
        line("        FLAGS              : ");
    }
}

int query(process& self, bool is_extended) {
    if (self.args.size() >= 2 && self.args[1].find('=') == std::string::npos &&
        !text::ends_with_no_case(self.args[1], "=")) {
        const auto* found = self.os.svc.find(self.args[1]);
        if (!found) return failed(self, "EnumQueryServicesStatus:OpenService", win32::service_does_not_exist);
        print_status(self, *found, is_extended, false);
        return 0;
    }
    std::string state = "active", type = "service";
    for (std::size_t i = 1; i < self.args.size(); i += 2) {
        const auto value = i + 1 < self.args.size() ? text::lower(self.args[i + 1]) : "";
        if (text::equal_no_case(self.args[i], "state=")) {
            state = value;
        } else if (text::equal_no_case(self.args[i], "type=")) {
            type = value;
        } else if (!text::equal_no_case(self.args[i], "bufsize=")) {
            self.os.log_refused("sc", "sc query " + self.args[i]);
            return failed(self, "EnumQueryServicesStatus", win32::invalid_parameter);
        }
    }
    for (const auto* s : self.os.svc.all()) {
        const bool is_active = s->state != service_state::stopped;
        if (state != "all" && (state == "inactive") == is_active) continue;
        if (type != "all" && s->is_driver() != (type == "driver")) continue;
        print_status(self, *s, is_extended, true);
    }
    return 0;
}

std::string start_text(const service& s) {
    constexpr const char* names[] = {"0   BOOT_START", "1   SYSTEM_START", "2   AUTO_START", "3   DEMAND_START",
                                     "4   DISABLED"};
    return std::string(names[static_cast<int>(s.start)]) +
           (s.is_delayed && s.start == start_type::automatic ? "  (DELAYED)" : "");
}

// The bytes QUERY_SERVICE_CONFIG needs: fixed part and UTF-16 strings, each with its NUL.
std::size_t config_size(const service& s) {
    std::size_t units = s.image_path.size() + s.load_order_group.size() + s.account.size() + s.display_name.size() + 5;
    for (const auto& d : s.depends_on) units += d.size() + 1;
    return 64 + units * 2;
}

int show_config(process& self) {
    if (self.args.size() < 2) return failed(self, "OpenService", win32::invalid_parameter);
    const auto* s = self.os.svc.find(self.args[1]);
    if (!s) return failed(self, "OpenService", win32::service_does_not_exist);
    const auto room = self.args.size() >= 3 ? std::strtoul(self.args[2].c_str(), nullptr, 10) : 1056;
    if (config_size(*s) > room) {
        self.out.write("[SC] QueryServiceConfig FAILED 122:\r\n\r\n" + message_of(win32::insufficient_buffer) +
                       "\r\n\r\n");
        self.out.line("[SC] GetServiceConfig needs " + std::to_string(config_size(*s)) + " bytes");
        return win32::insufficient_buffer;
    }
    const auto row = [&](const char* label, const std::string& value) {
        self.out.line("        " + (std::string(label) + std::string(19, ' ')).substr(0, 19) + ": " + value);
    };
    self.out.line("[SC] QueryServiceConfig SUCCESS");
    self.out.line("");
    self.out.line("SERVICE_NAME: " + s->name);
    row("TYPE", type_text(s->type));
    row("START_TYPE", start_text(*s));
    row("ERROR_CONTROL", "1   NORMAL");
    row("BINARY_PATH_NAME", s->image_path);
    row("LOAD_ORDER_GROUP", s->load_order_group);
    row("TAG", std::to_string(s->tag));
    row("DISPLAY_NAME", s->display_name);
    row("DEPENDENCIES", s->depends_on.empty() ? "" : s->depends_on[0]);
    for (std::size_t i = 1; i < s->depends_on.size(); ++i) row("", s->depends_on[i]);
    row("SERVICE_START_NAME", s->account);
    return 0;
}

int dependents(process& self) {
    if (self.args.size() < 2) return failed(self, "OpenService", win32::invalid_parameter);
    const auto* s = self.os.svc.find(self.args[1]);
    if (!s) return failed(self, "OpenService", win32::service_does_not_exist);
    const auto all = self.os.svc.dependents(self.args[1]);
    self.out.line("Enum: entriesRead  = " + std::to_string(all.size()));
    for (const auto* d : all) print_status(self, *d, false, true);
    return 0;
}

int start(process& self) {
    const auto name = self.args.size() >= 2 ? self.args[1] : std::string{};
    const auto error = self.os.svc.start(name, self.who);
    if (error == win32::service_does_not_exist || error == win32::access_denied)
        return failed(self, "StartService: OpenService", error);
    if (error) return failed(self, "StartService", error);
    print_status(self, *self.os.svc.find(name), true, false);
    return 0;
}

int stop(process& self) {
    const auto name = self.args.size() >= 2 ? self.args[1] : std::string{};
    const auto error = self.os.svc.stop(name, self.who);
    if (error == win32::service_does_not_exist || error == win32::access_denied)
        return failed(self, "OpenService", error);
    if (error) return failed(self, "ControlService", error);
    print_status(self, *self.os.svc.find(name), false, false);
    return 0;
}

int usage(process& self, const char* verb) {
    self.out.line("DESCRIPTION:");
    self.out.line(std::string("        See sc ") + verb + " /? for the options.");
    return win32::invalid_parameter;
}

int configure(process& self) {
    if (self.args.size() < 2) return usage(self, "config");
    service_change change;
    for (std::size_t i = 2; i < self.args.size(); i += 2) {
        const auto option = text::lower(self.args[i]);
        // "start=auto" in one word is not understood: the blank after the sign is part of the syntax.
        if (i + 1 >= self.args.size() || !option.ends_with('=')) return usage(self, "config");
        const auto& value = self.args[i + 1];
        if (option == "start=") {
            constexpr std::pair<const char*, start_type> types[] = {
                {"boot", start_type::boot},      {"system", start_type::system},
                {"auto", start_type::automatic}, {"delayed-auto", start_type::automatic},
                {"demand", start_type::demand},  {"disabled", start_type::disabled}};
            const auto found = std::find_if(std::begin(types), std::end(types),
                                            [&](const auto& t) { return text::equal_no_case(value, t.first); });
            if (found == std::end(types)) return usage(self, "config");
            change.start = found->second;
            change.is_delayed = text::equal_no_case(value, "delayed-auto");
        } else if (option == "binpath=") {
            change.image_path = value;
        } else if (option == "displayname=") {
            change.display_name = value;
        } else if (option == "obj=") {
            change.account = value;
        } else if (option == "password=" && value.empty()) {  // accounts of the system have none
        } else if (option == "depend=") {
            std::vector<std::string> list;
            for (std::size_t from = 0; from < value.size() && value != "/";) {
                const auto end = std::min(value.find('/', from), value.size());
                if (end > from) list.push_back(value.substr(from, end - from));
                from = end + 1;
            }
            change.depends_on = std::move(list);
        } else {
            self.os.log_refused("sc", "sc config " + option);
            return usage(self, "config");
        }
    }
    const auto error = self.os.svc.configure(self.args[1], change, self.who);
    if (error) return failed(self, "OpenService", error);
    self.out.line("[SC] ChangeServiceConfig SUCCESS");
    return 0;
}

int remove(process& self) {
    const auto error = self.os.svc.remove(self.args.size() >= 2 ? self.args[1] : "", self.who);
    if (error) return failed(self, error == win32::service_marked_for_delete ? "DeleteService" : "OpenService", error);
    self.out.line("[SC] DeleteService SUCCESS");
    return 0;
}

task<int> sc_main(process& self) {
    const auto verb = self.args.empty() ? std::string{} : text::lower(self.args[0]);
    if (verb == "query") co_return query(self, false);
    if (verb == "queryex") co_return query(self, true);
    if (verb == "qc") co_return show_config(self);
    if (verb == "enumdepend") co_return dependents(self);
    if (verb == "start") co_return start(self);
    if (verb == "stop") co_return stop(self);
    if (verb == "config") co_return configure(self);
    if (verb == "delete") co_return remove(self);
    self.os.log_refused("sc", "sc " + verb);
    self.out.line("*** Unrecognized Command ***");
    co_return usage(self, "");
}

}  // namespace

void add_sc_programs(program_table& table) {
    add_program(table, "sc", sc_main);
}

}  // namespace emsctl::guest
