// netsh, and its advfirewall: rules and the state of the profiles; and the ports that Windows keeps for itself.
// Messages go to standard output, failures too; 1 when it failed.
#include <openssl/sha.h>

#include <algorithm>

#include "sac/guest/commands/netsh.hpp"
#include "sac/guest/commands/repair_programs.hpp"
#include "sac/guest/firewall.hpp"
#include "sac/guest/text.hpp"
#include "sac/guest/windows.hpp"

namespace emsctl::guest {

netsh_words netsh_words_from(const process& self, std::size_t from) {
    netsh_words out;
    for (std::size_t i = from; i < self.args.size(); ++i) {
        const auto equals = self.args[i].find('=');
        out.emplace_back(text::lower(self.args[i].substr(0, equals)),
                         equals == std::string::npos ? std::string{} : self.args[i].substr(equals + 1));
    }
    return out;
}

std::string value_in(const netsh_words& all, std::string_view name) {
    for (const auto& [word, value] : all)
        if (word == name) return value;
    return {};
}

bool knows_all(const netsh_words& all, std::initializer_list<std::string_view> known) {
    return std::all_of(all.begin(), all.end(),
                       [&](const auto& w) { return std::find(known.begin(), known.end(), w.first) != known.end(); });
}

int netsh_refused(process& self) {
    std::string line;
    for (const auto& word : self.args) line += " " + word;
    self.os.log_refused("netsh", "netsh" + line);
    self.out.line("The following command was not found:" + line + ".");
    return 1;
}

int netsh_not_elevated(process& self) {
    self.out.write("The requested operation requires elevation (Run as administrator).\r\n\r\n");
    return 1;
}

namespace {

constexpr std::size_t label_width = 38;
const std::string rule_line(70, '-');

int ok(process& self) {
    self.out.write("Ok.\r\n\r\n");
    return 0;
}

int no_match(process& self) {
    self.out.write("\r\nNo rules match the specified criteria.\r\n\r\n");
    return 1;
}

bool is_meant(const firewall_rule& rule, const netsh_words& want) {
    const auto name = value_in(want, "name"), group = value_in(want, "group"), direction = value_in(want, "dir");
    if (!direction.empty() && !text::equal_no_case(direction, rule.get("Dir"))) return false;
    if (!group.empty())
        return text::equal_no_case(group, rule.get("EmbedCtxt")) || text::equal_no_case(group, rule.group());
    return text::equal_no_case(name, "all") || text::equal_no_case(name, rule.display_name());
}

std::string protocol_name(const std::string& number) {
    return number.empty() ? "Any" : number == "6" ? "TCP" : number == "17" ? "UDP" : number;
}

std::string or_any(std::string text) {
    return text.empty() ? "Any" : text;
}

void print(process& self, std::string label, const std::string& value) {
    label += ':';
    if (!value.empty()) label.resize(label_width, ' ');
    self.out.line(label + value);
}

void show(process& self, const firewall_rule& rule, bool is_verbose) {
    self.out.write("\r\n");
    print(self, "Rule Name", rule.display_name());
    self.out.line(rule_line);
    print(self, "Enabled", rule.is_active() ? "Yes" : "No");
    print(self, "Direction", rule.get("Dir"));
    print(self, "Profiles", rule.get("Profile").empty() ? "Domain,Private,Public" : rule.get("Profile"));
    print(self, "Grouping", rule.group());
    print(self, "LocalIP", or_any(rule.get("LA4")));
    print(self, "RemoteIP", or_any(rule.get("RA4")));
    const auto protocol = rule.get("Protocol");
    print(self, "Protocol", protocol_name(protocol));
    if (protocol == "6" || protocol == "17") {
        print(self, "LocalPort", or_any(rule.get("LPort")));
        print(self, "RemotePort", or_any(rule.get("RPort")));
    }
    print(self, "Edge traversal", "No");
    if (is_verbose) {
        if (!rule.get("App").empty()) print(self, "Program", rule.get("App"));
        if (!rule.get("Svc").empty()) print(self, "Service", rule.get("Svc"));
        print(self, "InterfaceTypes", "Any");
        print(self, "Security", "NotRequired");
        print(self, "Rule source", "Local Setting");
    }
    print(self, "Action", rule.get("Action"));
}

int show_rules(process& self) {
    const auto want = netsh_words_from(self, 4);
    if (!knows_all(want, {"name", "dir", "verbose"}) || value_in(want, "name").empty()) return netsh_refused(self);
    const bool is_verbose = std::any_of(want.begin(), want.end(), [](const auto& w) { return w.first == "verbose"; });
    bool any = false;
    for (const auto& rule : firewall_rules(self.os)) {
        if (!is_meant(rule, want)) continue;
        show(self, rule, is_verbose);
        any = true;
    }
    return any ? ok(self) : no_match(self);
}

int set_rules(process& self) {
    auto want = netsh_words_from(self, 4);
    const auto turn = std::find_if(want.begin(), want.end(), [](const auto& w) { return w.first == "new"; });
    if (turn == want.end()) return netsh_refused(self);
    const netsh_words changes(std::next(turn), want.end());
    want.erase(turn, want.end());
    const auto enable = text::lower(value_in(changes, "enable")), action = text::lower(value_in(changes, "action"));
    const bool is_known = knows_all(want, {"name", "group", "dir"}) && knows_all(changes, {"enable", "action"}) &&
                          (enable.empty() || enable == "yes" || enable == "no") &&
                          (action.empty() || action == "allow" || action == "block");
    if (!is_known || changes.empty()) return netsh_refused(self);
    unsigned count = 0;
    for (auto& rule : firewall_rules(self.os)) {
        if (!is_meant(rule, want)) continue;
        if (!enable.empty()) rule.set("Active", enable == "yes" ? "TRUE" : "FALSE");
        if (!action.empty()) rule.set("Action", action == "allow" ? "Allow" : "Block");
        self.os.reg.create(firewall_rules_key).set(rule.id, reg_sz(rule.text()));
        ++count;
    }
    if (count == 0) return no_match(self);
    self.out.write("\r\nUpdated " + std::to_string(count) + " rule(s).\r\n");
    return ok(self);
}

// Windows draws one; here the same rule on the same machine has the same, unless it is there already.
std::string rule_id(const windows& os, const std::string& name) {
    for (unsigned attempt = 0;; ++attempt) {
        const auto named = os.machine_guid() + name + std::to_string(attempt);
        unsigned char digest[SHA256_DIGEST_LENGTH];
        SHA256(reinterpret_cast<const unsigned char*>(named.data()), named.size(), digest);
        const auto hex = text::upper(text::hex({reinterpret_cast<const char*>(digest), 16}));
        auto id = "{" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-4" + hex.substr(13, 3) + "-8" +
                  hex.substr(17, 3) + "-" + hex.substr(20, 12) + "}";
        if (!os.reg.value(firewall_rules_key, id)) return id;
    }
}

int add_rule(process& self) {
    const auto want = netsh_words_from(self, 4);
    const auto direction = text::lower(value_in(want, "dir")), action = text::lower(value_in(want, "action"));
    const auto protocol = text::lower(value_in(want, "protocol")), port = value_in(want, "localport");
    const bool is_known = knows_all(want, {"name", "dir", "action", "protocol", "localport", "enable"}) &&
                          !value_in(want, "name").empty() && (direction == "in" || direction == "out") &&
                          (action == "allow" || action == "block") &&
                          (protocol == "tcp" || protocol == "udp" || (protocol.empty() && port.empty()));
    if (!is_known) return netsh_refused(self);
    firewall_rule rule;
    rule.id = rule_id(self.os, value_in(want, "name"));
    rule.set("Action", action == "allow" ? "Allow" : "Block");
    rule.set("Active", text::equal_no_case(value_in(want, "enable"), "no") ? "FALSE" : "TRUE");
    rule.set("Dir", direction == "in" ? "In" : "Out");
    if (!protocol.empty()) rule.set("Protocol", protocol == "tcp" ? "6" : "17");
    if (!port.empty() && !text::equal_no_case(port, "any")) rule.set("LPort", port);
    rule.set("Name", value_in(want, "name"));
    self.os.reg.create(firewall_rules_key).set(rule.id, reg_sz(rule.text()));
    return ok(self);
}

int delete_rules(process& self) {
    const auto want = netsh_words_from(self, 4);
    if (!knows_all(want, {"name", "dir"}) || value_in(want, "name").empty()) return netsh_refused(self);
    unsigned count = 0;
    for (const auto& rule : firewall_rules(self.os)) {
        if (!is_meant(rule, want)) continue;
        self.os.reg.create(firewall_rules_key).remove(rule.id);
        ++count;
    }
    if (count == 0) return no_match(self);
    self.out.write("\r\nDeleted " + std::to_string(count) + " rule(s).\r\n");
    return ok(self);
}

struct named_profile {
    const char *word, *title;
    firewall_profile which;
};
constexpr named_profile profiles[] = {{"domainprofile", "Domain", firewall_profile::domain},
                                      {"privateprofile", "Private", firewall_profile::standard},
                                      {"publicprofile", "Public", firewall_profile::open}};

// show|set allprofiles|domainprofile|privateprofile|publicprofile|currentprofile state [on|off]
int profile_state(process& self, bool sets) {
    const auto word = text::lower(self.args[2]);
    const bool is_state = text::equal_no_case(self.args[3], "state") && self.args.size() == (sets ? 5U : 4U);
    const auto wanted = sets && is_state ? text::lower(self.args[4]) : std::string{};
    if (!is_state || (sets && wanted != "on" && wanted != "off")) return netsh_refused(self);
    bool any = false;
    for (const auto& profile : profiles) {
        const bool is_current = word == "currentprofile" && profile.which == firewall_profile::open;
        if (word != "allprofiles" && word != profile.word && !is_current) continue;
        any = true;
        const auto key = firewall_profile_key(profile.which);
        if (sets) {
            self.os.reg.create(key).set("EnableFirewall", reg_dword(wanted == "on"));
            continue;
        }
        const bool is_on = self.os.reg.dword(key, "EnableFirewall").value_or(1) != 0;
        self.out.write("\r\n" + std::string(profile.title) + " Profile Settings: \r\n" + rule_line +
                       "\r\nState                                 " + (is_on ? "ON" : "OFF") + "\r\n");
    }
    if (!any) return netsh_refused(self);
    return ok(self);
}

// netsh int|interface ipv4 show excludedportrange [protocol=]tcp|udp. The shape is that of public captures of Windows
// 10 and Windows Server 2019.
bool is_exclusion_query(const process& self, const std::string& protocol) {
    const auto& a = self.args;
    return a.size() == 5 && (text::equal_no_case(a[0], "int") || text::equal_no_case(a[0], "interface")) &&
           (text::equal_no_case(a[1], "ipv4") || text::equal_no_case(a[1], "ip")) &&
           text::equal_no_case(a[2], "show") && text::equal_no_case(a[3], "excludedportrange") &&
           (text::equal_no_case(a[4], "protocol=" + protocol) || text::equal_no_case(a[4], protocol));
}

int show_exclusions(process& self, bool is_tcp) {
    const auto column = [](unsigned number, std::size_t width) {
        const auto digits = std::to_string(number);
        return std::string(width - digits.size(), ' ') + digits;
    };
    self.out.write(std::string("\r\nProtocol ") + (is_tcp ? "tcp" : "udp") +
                   " Port Exclusion Ranges\r\n\r\nStart Port    End Port      \r\n----------    --------      \r\n");
    for (const auto& range : self.os.net.excluded)
        if (range.is_tcp == is_tcp)
            self.out.line(column(range.first, 10) + column(range.last, 12) +
                          (range.is_administered ? "     *" : "      "));
    self.out.write("\r\n* - Administered port exclusions.\r\n\r\n");
    return 0;
}

task<int> netsh_main(process& self) {
    const auto word = [&](std::size_t i) { return i < self.args.size() ? text::lower(self.args[i]) : std::string{}; };
    for (const bool is_tcp : {true, false})
        if (is_exclusion_query(self, is_tcp ? "tcp" : "udp")) co_return show_exclusions(self, is_tcp);
    if (word(0) == "interface" || word(0) == "int") co_return netsh_interface(self);
    if (word(0) != "advfirewall" || self.args.size() < 4) co_return netsh_refused(self);
    const bool shows = word(1) == "show" || word(2) == "show";
    if (!shows && !self.who.is_elevated) co_return netsh_not_elevated(self);
    if (word(1) == "firewall" && word(3) == "rule") {
        if (word(2) == "show") co_return show_rules(self);
        if (word(2) == "set") co_return set_rules(self);
        if (word(2) == "add") co_return add_rule(self);
        if (word(2) == "delete") co_return delete_rules(self);
    }
    if (word(1) == "show" || word(1) == "set") co_return profile_state(self, word(1) == "set");
    co_return netsh_refused(self);
}

}  // namespace

void add_netsh_programs(program_table& table) {
    add_program(table, "netsh", netsh_main);
}

}  // namespace emsctl::guest
