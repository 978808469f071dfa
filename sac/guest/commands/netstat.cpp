// netstat -a -n -o -b -p PROTOCOL.
#include <algorithm>

#include "sac/guest/commands/programs.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

std::string pad(std::string text, std::size_t width) {
    text += text.size() < width ? std::string(width - text.size(), ' ') : " ";
    return text;
}

std::string address(const std::string& host, std::uint16_t port, bool is_ipv6) {
    return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// The lines of -b under a socket.
void print_owner(process& self, const socket_info& s) {
    if (s.pid == 0) return;
    const auto* owner = self.os.processes.find(s.pid);
    if (s.pid == 4 || !owner || owner->is_protected) {
        self.out.line(" Can not obtain ownership information");
        return;
    }
    if (text::equal_no_case(owner->image, "svchost.exe") && !s.component.empty()) self.out.line("  " + s.component);
    self.out.line(" [" + owner->image + "]");
}

task<int> netstat_main(process& self) {
    bool all = false, numeric = false, owner = false, image = false;
    std::string protocol;
    for (std::size_t i = 0; i < self.args.size(); ++i) {
        const auto& word = self.args[i];
        if ((!word.starts_with('-') && !word.starts_with('/')) || word.size() < 2) {
            self.os.log_refused("netstat", "netstat " + word);
            co_return 1;
        }
        for (const char c : text::lower(word.substr(1))) {
            if (c == 'a') {
                all = true;
            } else if (c == 'n') {
                numeric = true;
            } else if (c == 'o') {
                owner = true;
            } else if (c == 'b') {
                image = true;
            } else if (c == 'p' && i + 1 < self.args.size()) {
                protocol = text::upper(self.args[++i]);
            } else {
                self.os.log_refused("netstat", "netstat " + word);
                co_return 1;
            }
        }
    }
    if (image && !self.who.is_elevated) {
        self.err.line("The requested operation requires elevation.");
        co_return 1;
    }
    constexpr const char* known[] = {"", "TCP", "TCPV6", "UDP", "UDPV6"};
    if (std::find(std::begin(known), std::end(known), protocol) == std::end(known)) {
        self.os.log_refused("netstat", "netstat -p " + protocol);
        co_return 1;
    }
    if (image) {
        const auto time = std::chrono::seconds(8);
        co_await self.pause(time);
    }
    self.out.write("\r\nActive Connections\r\n\r\n  Proto  Local Address          Foreign Address        State");
    self.out.write(owner ? "           PID\r\n" : "\r\n");
    for (const auto& s : self.os.net.all()) {
        const std::string family = std::string(s.is_tcp ? "TCP" : "UDP") + (s.is_ipv6 ? "V6" : "");
        if (!protocol.empty() && family != protocol) continue;
        const bool is_listener = s.remote_port == 0;
        if (is_listener && !all) continue;
        const std::string nowhere = s.is_ipv6 ? "[::]:0" : numeric ? "0.0.0.0:0" : self.os.name + ":0";
        const auto remote = !s.is_tcp     ? "*:*"
                            : is_listener ? (s.is_ipv6 && !numeric ? self.os.name + ":0" : nowhere)
                                          : address(s.remote_address, s.remote_port, s.is_ipv6);
        auto line = "  " + pad(s.is_tcp ? "TCP" : "UDP", 7) +
                    pad(address(s.local_address, s.local_port, s.is_ipv6), 23) + pad(remote, 23);
        line += owner ? pad(s.state, 16) + std::to_string(s.pid) : s.state;
        self.out.line(line);
        if (image) print_owner(self, s);
    }
    co_return 0;
}

}  // namespace

void add_netstat_programs(program_table& table) {
    add_program(table, "netstat", netstat_main);
}

}  // namespace emsctl::guest
