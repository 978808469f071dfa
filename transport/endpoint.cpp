#include "transport/endpoint.hpp"

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>
#include <cctype>
#include <charconv>

#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

// A command line or a URL may hold '?' and '&' of its own: in these kinds they are not ours.
bool takes_parameters(std::string_view kind) {
    return kind != "exec" && kind != "ws" && kind != "wss";
}

std::string joined(std::span<const std::string> words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row.back();
}

struct shipped_kind {
    std::string kind;
    const char* needs;  // "a device, such as serial:/dev/ttyS0"
};

const std::array<shipped_kind, 15> shipped{{
    {"serial", "a device, such as serial:/dev/ttyS0"},
    {"unix", "the path of a socket, such as unix:/run/vm.sock"},
    {"tcp", "a host and a port, such as tcp:vm1.example:4000"},
    {"telnet", "a host and a port, such as telnet:console.example:2001"},
    {"rfc2217", "a host and a port, such as rfc2217:console.example:5001"},
    {"ssh", "a host, such as ssh:admin@console.example"},
    {"ssh-cmd", "a host, such as ssh-cmd:admin@recovery.example"},
    {"ws", "a place, such as ws:host.example:6083/?token=..."},
    {"wss", "a place, such as wss:host.example/console"},
    {"azure", "a machine, such as azure:SUBSCRIPTION/GROUP/VM"},
    {"ec2", "a region and an instance, such as ec2:eu-central-1/i-0123456789abcdef0"},
    {"gcp", "a machine, such as gcp:PROJECT/us-central1-f/win1"},
    {"exec", "a command, such as exec:virsh console vm1"},
    {"sim", "a scenario, such as sim:healthy"},
    {"replay", "the file of a recording, such as replay:session.cast"},
}};

std::string what_is_missing(std::string_view kind) {
    const auto known = std::ranges::find(shipped, kind, &shipped_kind::kind);
    return std::string(kind) + ": needs " + (known == shipped.end() ? "something after the colon" : known->needs);
}

address_result<endpoint::parameter_map> parse_parameters(std::string_view text) {
    endpoint::parameter_map out;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto item = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto equals = item.find('=');
        if (equals == 0 || equals == item.npos)
            return bad_address{"after '?' come parameters as name=value joined by '&'; \"" + std::string(item) +
                               "\" is none"};
        if (!out.emplace(item.substr(0, equals), item.substr(equals + 1)).second)
            return bad_address{"the parameter " + std::string(item.substr(0, equals)) + " stands there twice"};
    }
    return out;
}

bool looks_like_kind(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

}  // namespace

std::string endpoint::text() const {
    std::string out = kind + ":" + target;
    char separator = '?';
    for (const auto& [name, value] : parameters) {
        out += separator + name + "=" + value;
        separator = '&';
    }
    return out;
}

void throw_exception_from_error(const bad_address& problem, const boost::source_location&) {
    fail(transport_error::bad_address, problem.text);
}

std::span<const std::string> shipped_kinds() {
    static const std::vector<std::string> kinds = [] {
        std::vector<std::string> names;
        for (const auto& one : shipped) names.push_back(one.kind);
        return names;
    }();
    return kinds;
}

std::string nearest_word(std::string_view word, std::span<const std::string> candidates) {
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : candidates) {
        const std::size_t d = distance(word, candidate);
        if (d < least && d < candidate.size()) {
            least = d;
            best = candidate;
        }
    }
    return best;
}

address_result<endpoint> parse_endpoint(std::string_view text, std::span<const std::string> kinds) {
    if (text.empty()) return bad_address{"the address is empty; the kinds are: " + joined(kinds)};
    const auto colon = text.find(':');
    if (text[0] == '/' || text[0] == '.') {
        const bool device = text.starts_with("/dev/");
        return bad_address{"an address begins with its kind: did you mean " +
                           std::string(device ? "serial:" : "unix:") + std::string(text) + "?"};
    }
    if (colon == text.npos || !looks_like_kind(text.substr(0, colon))) {
        if (std::ranges::find(kinds, text) != kinds.end()) return bad_address{what_is_missing(text)};
        return bad_address{"\"" + std::string(text) + "\" has no kind before a colon; the kinds are: " + joined(kinds)};
    }
    endpoint out(std::string(text.substr(0, colon)), "");
    auto rest = text.substr(colon + 1);
    if (std::ranges::find(kinds, out.kind) == kinds.end()) {
        const bool is_port =
            !rest.empty() && std::ranges::all_of(rest, [](unsigned char c) { return std::isdigit(c); });
        const auto near = nearest_word(out.kind, kinds);
        std::string hint;
        if (!near.empty())
            hint = "; did you mean " + near + ":" + std::string(rest) + "?";
        else if (is_port)
            hint = "; did you mean tcp:" + std::string(text) + "?";
        return bad_address{"no such kind of address: " + out.kind + "; the kinds are: " + joined(kinds) + hint};
    }
    if (takes_parameters(out.kind)) {
        if (const auto question = rest.find('?'); question != rest.npos) {
            auto parameters = parse_parameters(rest.substr(question + 1));
            if (!parameters) return parameters.error();
            out.parameters = *parameters;
            rest = rest.substr(0, question);
        }
    }
    out.target = rest;
    if (out.kind == "tcp" || out.kind == "telnet" || out.kind == "rfc2217") {
        const auto checked = parse_host_and_port(out.target);
        if (!checked) return checked.error();
    } else if (out.target.find_first_not_of(' ') == std::string::npos) {
        return bad_address{what_is_missing(out.kind)};
    }
    return out;
}

address_result<host_and_port> parse_host_and_port(std::string_view target) {
    const bad_address wanted{"\"" + std::string(target) + "\" is no HOST:PORT, such as vm1.example:4000 or [::1]:4000"};
    host_and_port out;
    std::string_view port;
    if (target.starts_with('[')) {
        const auto end = target.find(']');
        if (end == target.npos || end + 1 >= target.size() || target[end + 1] != ':') return wanted;
        out.host = target.substr(1, end - 1);
        port = target.substr(end + 2);
    } else {
        const auto colon = target.rfind(':');
        if (colon == target.npos) return wanted;
        out.host = target.substr(0, colon);
        port = target.substr(colon + 1);
        if (out.host.find(':') != std::string::npos)
            return bad_address{"an IPv6 address stands in brackets, such as [::1]:4000, not \"" + std::string(target) +
                               "\""};
    }
    if (out.host.empty() || port.empty()) return wanted;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error != std::errc() || end != port.data() + port.size() || number > 65535)
        return bad_address{"the port is a number from 1 to 65535, not \"" + std::string(port) + "\""};
    out.port = std::to_string(number);
    return out;
}

}  // namespace emsctl::transport
