// qwinsta, query session and quser: the sessions of the machine. Nobody is logged on over the network here: the account
// of a serial channel has no session of its own and runs in session 0.
#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

void row(process& self, char mark, const std::string& name, const std::string& user, unsigned id,
         const std::string& state) {
    const auto left = [](std::string text, std::size_t width) {
        text.resize(std::max(width, text.size()), ' ');
        return text;
    };
    const auto number = std::to_string(id);
    std::string out = std::string(1, mark) + left(name, 18) + left(user, 21) +
                      std::string(number.size() < 6 ? 6 - number.size() : 0, ' ') + number + "  " + left(state, 8);
    self.out.line(text::trim(out).empty() ? out : out + std::string(20, ' '));
}

bool rdp_is_up(const windows& os) {
    const auto* service = os.svc.find("TermService");
    if (!service || service->state != service_state::running) return false;
    for (const auto& socket : os.net.all())
        if (socket.is_tcp && socket.remote_port == 0 && socket.local_port == os.rdp_port() &&
            socket.pid == service->pid)
            return true;
    return false;
}

int sessions(process& self) {
    self.out.line(" SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE ");
    row(self, '>', "services", "", 0, "Disc");
    row(self, ' ', "console", "", 1, "Conn");
    if (rdp_is_up(self.os)) row(self, ' ', "rdp-tcp", "", 65536, "Listen");
    return 0;
}

int refuse(process& self, const std::string& what) {
    self.os.log_refused(self.name, self.name + " " + what);
    self.err.line("Invalid parameter(s)");
    return 1;
}

int users(process& self) {
    self.err.line("No User exists for *");
    return 1;
}

task<int> qwinsta(process& self) {
    if (!self.args.empty()) co_return refuse(self, self.args[0]);
    co_return sessions(self);
}

task<int> quser(process& self) {
    if (!self.args.empty()) co_return refuse(self, self.args[0]);
    co_return users(self);
}

task<int> query(process& self) {
    const auto what = self.args.empty() ? std::string() : text::lower(self.args[0]);
    if (self.args.size() == 1 && what == "session") co_return sessions(self);
    if (self.args.size() == 1 && what == "user") co_return users(self);
    co_return refuse(self, what);
}

}  // namespace

void add_sessions_programs(program_table& table) {
    add_program(table, "qwinsta", qwinsta);
    add_program(table, "quser", quser);
    add_program(table, "query", query);
}

}  // namespace emsctl::guest
