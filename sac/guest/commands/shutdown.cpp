// shutdown /r /s /a /t /d /c /f: silent when it is accepted; the exit code is the Win32 error.
#include <cstdlib>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

int failed(process& self, win32_error error) {
    self.err.line(message_of(error) + "(" + std::to_string(error) + ")");
    return static_cast<int>(error);
}

task<int> shutdown_main(process& self) {
    bool restarts = false, stops = false, aborts = false;
    unsigned seconds = 30;
    power_request request;
    for (std::size_t i = 0; i < self.args.size(); ++i) {
        auto word = text::lower(self.args[i]);
        if (word.starts_with('-')) word[0] = '/';
        const auto next = i + 1 < self.args.size() ? self.args[i + 1] : "";
        if (word == "/r") {
            restarts = true;
        } else if (word == "/s" || word == "/p") {
            stops = true;
            if (word == "/p") seconds = 0;
        } else if (word == "/a") {
            aborts = true;
        } else if (word == "/f") {
        } else if (word == "/t" && (++i, true)) {
            char* end = nullptr;
            seconds = static_cast<unsigned>(std::strtoul(next.c_str(), &end, 10));
            if (next.empty() || *end != '\0') co_return failed(self, win32::invalid_parameter);
        } else if (word == "/d" && (++i, true)) {
            request.reason = next;
        } else if (word == "/c" && (++i, true)) {
            request.comment = next;
        } else {
            self.os.log_refused("shutdown", "shutdown " + self.args[i]);
            co_return failed(self, win32::invalid_parameter);
        }
    }
    bool may_shut_down = false;
    for (const auto& privilege : self.who.privileges)
        may_shut_down = may_shut_down || privilege == "SeShutdownPrivilege";
    if (!may_shut_down) co_return failed(self, win32::access_denied);
    if (aborts) {
        if (const auto error = self.os.abort_power()) co_return failed(self, error);
        co_return 0;
    }
    if (restarts == stops) {
        self.os.log_refused("shutdown", "shutdown without /r or /s");
        co_return failed(self, win32::invalid_parameter);
    }
    request.is_restart = restarts;
    request.due = self.os.now() + std::chrono::seconds(seconds);
    if (const auto error = self.os.ask_power(request)) co_return failed(self, error);
    co_return 0;
}

}  // namespace

void add_shutdown_programs(program_table& table) {
    add_program(table, "shutdown", shutdown_main);
}

}  // namespace emsctl::guest
