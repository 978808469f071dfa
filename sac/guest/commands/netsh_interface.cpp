// netsh interface: adapters switched on and off, their addresses and name servers, in the tagged form (name=, source=).
// Success is an empty line; failures go to standard output too, and end with 1.
#include <algorithm>
#include <optional>

#include "sac/guest/adapters.hpp"
#include "sac/guest/commands/netsh.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

namespace {

bool is_ipv4(const std::string& text) {
    int parts = 0, number = -1;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || text[i] == '.') {
            if (number < 0 || number > 255) return false;
            ++parts;
            number = -1;
        } else if (text[i] >= '0' && text[i] <= '9') {
            number = std::max(number, 0) * 10 + (text[i] - '0');
            if (number > 255) return false;
        } else {
            return false;
        }
    }
    return parts == 4;
}

int done(process& self) {
    self.out.write("\r\n");
    return 0;
}

int failed(process& self, const std::string& why) {
    self.out.write(why + "\r\n\r\n");
    return 1;
}

int show_interfaces(process& self) {
    self.out.write("\r\nAdmin State    State          Type             Interface Name\r\n" + std::string(73, '-') +
                   "\r\n");
    for (const auto& one : self.os.adapters)
        self.out.line(std::string(one.is_enabled ? "Enabled        Connected   " : "Disabled       Disconnected") +
                      "   Dedicated        " + one.name);
    return done(self);
}

int set_address(process& self, adapter& which, const netsh_words& want) {
    const auto source = text::lower(value_in(want, "source"));
    if (source == "dhcp") {
        if (!knows_all(want, {"name", "source"})) return netsh_refused(self);
        if (uses_dhcp(self.os, which)) return failed(self, "DHCP is already enabled on this interface.");
        use_dhcp(self.os, which);
        return done(self);
    }
    ip_settings what{value_in(want, "address"), value_in(want, "mask"), value_in(want, "gateway"), {}};
    if (text::equal_no_case(what.gateway, "none")) what.gateway.clear();
    const auto metric = value_in(want, "gwmetric");
    if (source != "static" || !knows_all(want, {"name", "source", "address", "mask", "gateway", "gwmetric"}) ||
        !is_ipv4(what.address) || !is_ipv4(what.mask) || (!what.gateway.empty() && !is_ipv4(what.gateway)) ||
        metric.find_first_not_of("0123456789") != std::string::npos)
        return netsh_refused(self);
    use_address(self.os, which, what, metric.empty() ? "0" : metric);
    return done(self);
}

int set_dns(process& self, adapter& which, const netsh_words& want, bool adds) {
    const auto source = text::lower(value_in(want, "source"));
    const auto server = value_in(want, "address");
    if (!adds && source == "dhcp" && knows_all(want, {"name", "source"})) {
        use_dns(self.os, which, {});
        return done(self);
    }
    const bool is_known = adds ? source.empty() && knows_all(want, {"name", "address", "index", "validate"})
                               : source == "static" && knows_all(want, {"name", "source", "address", "validate"});
    // With validation Windows asks the server first; nobody would answer here.
    if (!is_known || !is_ipv4(server) || !text::equal_no_case(value_in(want, "validate"), "no"))
        return netsh_refused(self);
    auto servers = adds ? dns_set_by_hand(self.os, which) : std::vector<std::string>{};
    const auto index = value_in(want, "index");
    if (!index.empty() && index != std::to_string(servers.size() + 1)) return netsh_refused(self);
    servers.push_back(server);
    use_dns(self.os, which, servers);
    return done(self);
}

}  // namespace

int netsh_interface(process& self) {
    const auto word = [&](std::size_t i) { return i < self.args.size() ? text::lower(self.args[i]) : std::string{}; };
    if (word(1) == "show" && word(2) == "interface" && self.args.size() == 3) return show_interfaces(self);
    const bool is_device = word(1) == "set" && word(2) == "interface";
    const bool is_ip = word(1) == "ip" || word(1) == "ipv4";
    const auto what = is_ip ? word(2) + " " + word(3) : std::string{};
    const bool adds_dns = what == "add dnsservers" || what == "add dns";
    const bool sets_dns = what == "set dnsservers" || what == "set dns";
    if (!is_device && what != "set address" && !adds_dns && !sets_dns) return netsh_refused(self);
    if (!self.who.is_elevated) return netsh_not_elevated(self);
    const auto want = netsh_words_from(self, is_device ? 3 : 4);
    if (value_in(want, "name").empty()) return netsh_refused(self);
    auto* which = find_adapter(self.os, value_in(want, "name"));
    if (!which) return failed(self, "The filename, directory name, or volume label syntax is incorrect.");
    if (is_device) {
        const auto admin = text::lower(value_in(want, "admin"));
        if (!knows_all(want, {"name", "admin"}) || (admin != "enabled" && admin != "disabled"))
            return netsh_refused(self);
        enable(self.os, *which, admin == "enabled");
        return done(self);
    }
    // What Windows says of an adapter that is disabled is not known.
    if (!which->is_enabled) return netsh_refused(self);
    return what == "set address" ? set_address(self, *which, want) : set_dns(self, *which, want, adds_dns);
}

}  // namespace emsctl::guest
