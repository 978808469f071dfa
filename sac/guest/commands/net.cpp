// net start, net stop, net user. It ends with 2 for whatever went wrong, also for "already started".
#include <algorithm>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

int failed(process& self, const std::string& sentence, unsigned number) {
    self.err.write(sentence + "\r\n\r\nMore help is available by typing NET HELPMSG " + std::to_string(number) +
                   ".\r\n\r\n");
    return 2;
}

int system_error(process& self, win32_error error) {
    self.err.write("System error " + std::to_string(error) + " has occurred.\r\n\r\n" + message_of(error) + "\r\n\r\n");
    return 2;
}

// Dots every two and a half seconds while a service is on its way; true when it got to `wanted`.
task<bool> wait_for(process& self, std::string name, service_state wanted) {
    const auto step = std::chrono::milliseconds(100);
    for (int i = 0; i < 300; ++i) {
        const auto* s = self.os.svc.find(name);
        if (!s || s->state == wanted) co_return s != nullptr;
        if (s->state != service_state::start_pending && s->state != service_state::stop_pending) co_return false;
        if (i % 25 == 24) self.out.write(".");
        co_await self.pause(step);
    }
    co_return false;
}

int list_started(process& self) {
    std::vector<std::string> names;
    for (const auto* s : self.os.svc.all())
        if (s->state == service_state::running && !s->is_driver()) names.push_back(s->display_name);
    std::sort(names.begin(), names.end(), text::less_no_case{});
    self.out.write("These Windows services are started:\r\n\r\n");
    for (const auto& name : names) self.out.line("   " + name);
    self.out.write("\r\nThe command completed successfully.\r\n\r\n");
    return 0;
}

task<int> start(process& self) {
    if (self.args.size() < 2) co_return list_started(self);
    const auto* s = self.os.svc.find_by_name_or_display(self.args[1]);
    if (!s) co_return failed(self, "The service name is invalid.", 2185);
    const auto name = s->name;
    const auto display = s->display_name;
    if (const auto error = self.os.svc.start(name, self.who)) {
        if (error == win32::service_already_running)
            co_return failed(self, "The requested service has already been started.", 2182);
        co_return system_error(self, error);
    }
    self.out.write("The " + display + " service is starting.");
    const bool is_up = co_await wait_for(self, name, service_state::running);
    self.out.write("\r\n");
    if (!is_up) co_return failed(self, "The " + display + " service could not be started.", 3523);
    self.out.write("The " + display + " service was started successfully.\r\n\r\n");
    co_return 0;
}

task<int> stop_one(process& self, std::string name, std::string display) {
    if (const auto error = self.os.svc.stop(name, self.who)) {
        if (error == win32::service_not_active)
            co_return failed(self, "The " + display + " service is not started.", 3521);
        if (error == win32::invalid_service_control)
            co_return failed(self, "The requested pause, continue, or stop is not valid for this service.", 2191);
        co_return system_error(self, error);
    }
    self.out.write("The " + display + " service is stopping.");
    const bool is_down = co_await wait_for(self, name, service_state::stopped);
    self.out.write("\r\n");
    if (!is_down) co_return failed(self, "The " + display + " service could not be stopped.", 3533);
    self.out.write("The " + display + " service was stopped successfully.\r\n\r\n");
    co_return 0;
}

task<int> stop(process& self) {
    const auto* s = self.args.size() < 2 ? nullptr : self.os.svc.find_by_name_or_display(self.args[1]);
    if (!s) co_return failed(self, "The service name is invalid.", 2185);
    const auto name = s->name;
    const auto display = s->display_name;
    const bool is_sure =
        std::any_of(self.args.begin(), self.args.end(), [](const auto& a) { return text::equal_no_case(a, "/y"); });
    const auto dependents = self.os.svc.active_dependents(name);
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto* d : dependents) all.emplace_back(d->name, d->display_name);
    if (!all.empty() && s->state == service_state::running) {
        self.out.write("The following services are dependent on the " + display + " service.\r\nStopping the " +
                       display + " service will also stop these services.\r\n\r\n");
        for (const auto& [dependent, shown] : all) self.out.line("   " + shown);
        self.out.write("\r\n");
        if (!is_sure) {
            self.out.write("Do you want to continue this operation? (Y/N) [N]: ");
            const auto line = co_await read_line(self);
            if (!line || !text::starts_with_no_case(*line, "y")) co_return 2;
        }
        for (const auto& [dependent, shown] : all) {
            const auto code = co_await stop_one(self, dependent, shown);
            if (code != 0) co_return code;
        }
    }
    co_return co_await stop_one(self, name, display);
}

std::string pad(std::string text, std::size_t width) {
    if (text.size() < width) text.resize(width, ' ');
    return text;
}

int user(process& self) {
    if (self.args.size() == 1) {
        self.out.write("\r\nUser accounts for \\\\" + self.os.name + "\r\n\r\n" + std::string(79, '-') + "\r\n");
        std::string row;
        unsigned column = 0;
        for (const auto& u : self.os.users.all()) {
            row += pad(u.name, 25);
            if (++column % 3 == 0) {
                self.out.line(row);
                row.clear();
            }
        }
        if (!row.empty()) self.out.line(row);
        self.out.write("The command completed successfully.\r\n\r\n");
        return 0;
    }
    auto* who = self.os.users.find(self.args[1]);
    if (!who) return failed(self, "The user name could not be found.", 2221);
    if (!self.who.is_elevated) return system_error(self, win32::access_denied);
    if (self.args.size() < 3) {
        self.os.log_refused("net", "net user NAME without a change");
        return 2;
    }
    for (std::size_t i = 2; i < self.args.size(); ++i) {
        const auto& word = self.args[i];
        if (text::starts_with_no_case(word, "/active:")) {
            const auto answer = text::lower(word.substr(8));
            if (answer != "yes" && answer != "no") {
                self.os.log_refused("net", "net user " + word);
                return 2;
            }
            who->is_active = answer == "yes";
            if (who->is_active) who->is_locked = false;
        } else if (!word.starts_with('/') && word != "*") {
            who->password = word;
            who->password_set = self.os.clock.utc();
            who->password_ends.reset();
        } else {
            self.os.log_refused("net", "net user " + word);
            return 2;
        }
    }
    self.out.write("The command completed successfully.\r\n\r\n");
    return 0;
}

task<int> net_main(process& self) {
    const auto verb = self.args.empty() ? std::string{} : text::lower(self.args[0]);
    if (verb == "start") co_return co_await start(self);
    if (verb == "stop") co_return co_await stop(self);
    if (verb == "user") co_return user(self);
    self.os.log_refused("net", "net " + verb);
    self.err.write("The syntax of this command is:\r\n\r\nNET\r\n    [ START | STOP | USER ]\r\n\r\n");
    co_return 1;
}

}  // namespace

void add_net_programs(program_table& table) {
    add_program(table, "net", net_main);
    add_program(table, "net1", net_main);
}

}  // namespace emsctl::guest
