#include "transport/open_endpoint.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <random>

#include "transport/azure_console.hpp"
#include "transport/command_line.hpp"
#include "transport/deadline.hpp"
#include "transport/ec2_console.hpp"
#include "transport/escape_guard.hpp"
#include "transport/exec_stream.hpp"
#include "transport/gcp_console.hpp"
#include "transport/returning_stream.hpp"
#include "transport/serial_stream.hpp"
#include "transport/socket_stream.hpp"
#include "transport/ssh_stream.hpp"
#include "transport/telnet_stream.hpp"
#include "transport/web_stream.hpp"

namespace emsctl::transport {
namespace {

using stream_ptr = std::unique_ptr<byte_stream>;

asio::awaitable<stream_ptr> open_tcp_address(endpoint where, road_context context) {
    const host_and_port parts = parse_host_and_port(where.target).value();
    if (parts.port == "0") fail(transport_error::bad_address, where.text() + ": the port is a number from 1 to 65535");
    co_return co_await connect_tcp(parts.host, parts.port, context);
}

asio::awaitable<stream_ptr> open_telnet_address(endpoint where, road_context context) {
    const auto settings = parse_telnet_settings(where).value();
    return connect_telnet(settings, std::move(context));
}

asio::awaitable<stream_ptr> open_ssh_address(endpoint where, road_context context) {
    const auto settings = parse_ssh_settings(where).value();
    return connect_ssh(settings, std::move(context));
}

asio::awaitable<stream_ptr> open_azure_address(endpoint where, road_context context) {
    const auto settings = parse_azure_settings(where).value();
    return connect_azure(settings, std::move(context));
}

asio::awaitable<stream_ptr> open_ec2_address(endpoint where, road_context context) {
    const auto settings = parse_ec2_settings(where).value();
    return connect_ec2(settings, std::move(context));
}

asio::awaitable<stream_ptr> open_gcp_address(endpoint where, road_context context) {
    const auto settings = parse_gcp_settings(where).value();
    return connect_gcp(settings, std::move(context));
}

asio::awaitable<stream_ptr> open_unix_address(endpoint where, road_context context) {
    return connect_unix(std::move(where.target), std::move(context));
}

asio::awaitable<stream_ptr> open_exec_address(endpoint where, road_context) {
    const auto executor = co_await asio::this_coro::executor;
    auto child = start_command(executor, where.target);
    const auto rule = escape_rule_of(split_command_line(where.target).value());
    if (rule) child = make_guarded(std::move(child), *rule);
    co_return child;
}

bool may_still_appear(const boost::system::error_code& code) {
    return code == transport_error::not_found || code == transport_error::refused ||
           code == transport_error::timed_out || code == transport_error::busy;
}

asio::awaitable<stream_ptr> open_when_there(openers::opener open, endpoint where, road_context context,
                                            std::chrono::milliseconds limit) {
    const auto deadline = line_clock::now() + limit;
    line_timer timer(co_await asio::this_coro::executor);
    line_clock::duration pause = std::chrono::milliseconds(50);
    std::minstd_rand random(std::random_device{}());
    while (true) {
        boost::system::error_code error;
        std::string text;
        try {
            const auto remaining = std::max<line_clock::duration>(deadline - line_clock::now(), pause);
            auto attempt = open(where, context);
            auto stream = co_await within(remaining, std::move(attempt));
            co_return std::move(stream);
        } catch (const boost::system::system_error& e) {
            if (!may_still_appear(e.code())) throw;
            error = e.code();
            text = e.what();
        }
        const auto now = line_clock::now();
        if (now >= deadline)
            throw boost::system::system_error(
                error, text + " (waited " + std::to_string(limit.count()) + " ms for it to appear)");
        // Many who wait for one server that was restarted should not all knock at the same moment.
        const line_clock::duration jittered = pause / 2 + pause * (random() % 1024) / 1024;
        timer.expires_at(std::min(now + jittered, deadline));
        co_await timer.async_wait(asio::use_awaitable);
        pause = std::min<line_clock::duration>(pause * 2, std::chrono::seconds(1));
    }
}

asio::awaitable<stream_ptr> open_port(endpoint where, road_context context) {
    const auto executor = co_await asio::this_coro::executor;
    const auto settings = parse_serial_settings(where.parameters).value();
    co_return open_serial(executor, where.target, settings, context);
}

asio::awaitable<stream_ptr> open_serial_address(endpoint where, road_context context) {
    const auto settings = parse_serial_settings(where.parameters).value();
    if (settings.wait.count() == 0) co_return co_await open_port(std::move(where), std::move(context));
    const openers::opener open = open_port;
    auto first = co_await open_when_there(open, where, context, settings.wait);
    const auto again = [executor = first->get_executor(), device = where.target, settings, context] {
        return open_serial(executor, device, settings, context);
    };
    co_return make_returning(std::move(first), again, settings.wait, context.warn);
}

}  // namespace

void openers::add(kind_of_road road) {
    const auto same = std::ranges::find(roads_, road.kind, &kind_of_road::kind);
    if (same != roads_.end())
        *same = std::move(road);
    else
        roads_.push_back(std::move(road));
}

std::vector<std::string> openers::kinds() const {
    std::vector<std::string> out;
    for (const auto& road : roads_) out.push_back(road.kind);
    return out;
}

const openers::kind_of_road* openers::find(const std::string& kind) const {
    const auto found = std::ranges::find(roads_, kind, &kind_of_road::kind);
    return found == roads_.end() ? nullptr : &*found;
}

std::string openers::parameter_problem(const endpoint& where) const {
    const auto& known = find(where.kind)->parameters;
    for (const auto& [name, value] : where.parameters) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string text = where.kind + ": has no parameter " + name;
        if (known.empty()) return text + "; it takes none";
        for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "; it takes " : ", ") + known[i];
        if (const auto near = nearest_word(name, known); !near.empty()) text += "; did you mean " + near + "?";
        return text;
    }
    return "";
}

address_result<endpoint> openers::parse(std::string_view text) const {
    const auto known = kinds();
    auto where = parse_endpoint(text, known);
    if (!where) return where;
    if (const auto problem = parameter_problem(*where); !problem.empty()) return bad_address{problem};
    if (where->kind == "serial") {
        const auto settings = parse_serial_settings(where->parameters);
        if (!settings) return settings.error();
    }
    if (where->kind == "telnet" || where->kind == "rfc2217") {
        const auto settings = parse_telnet_settings(*where);
        if (!settings) return settings.error();
    }
    if (where->kind == "ssh" || where->kind == "ssh-cmd") {
        const auto settings = parse_ssh_settings(*where);
        if (!settings) return settings.error();
    }
    if (where->kind == "azure") {
        const auto settings = parse_azure_settings(*where);
        if (!settings) return settings.error();
    }
    if (where->kind == "ec2") {
        const auto settings = parse_ec2_settings(*where);
        if (!settings) return settings.error();
    }
    if (where->kind == "gcp") {
        const auto settings = parse_gcp_settings(*where);
        if (!settings) return settings.error();
    }
    if (where->kind == "ws" || where->kind == "wss") {
        const auto settings = parse_web_stream(*where);
        if (!settings) return settings.error();
    }
    return where;
}

asio::awaitable<stream_ptr> openers::open(endpoint where, open_options options) const {
    const auto* road = find(where.kind);
    if (road == nullptr) fail(transport_error::bad_address, "no such kind of address: " + where.kind);
    if (const auto problem = parameter_problem(where); !problem.empty()) fail(transport_error::bad_address, problem);
    const auto open = road->open;  // a copy: the registry need not outlive the wait
    if (options.wait && road->may_appear_later)
        co_return co_await open_when_there(open, std::move(where), options.context, *options.wait);
    co_return co_await open(where, options.context);
}

openers standard_openers() {
    openers out;
    const auto add = [&](const char* kind, const char* form, const char* help, std::vector<std::string> parameters,
                         bool may_appear_later, openers::opener open) {
        openers::kind_of_road road;
        road.kind = kind;
        road.form = form;
        road.help = help;
        road.parameters = std::move(parameters);
        road.may_appear_later = may_appear_later;
        road.open = std::move(open);
        out.add(std::move(road));
    };
    add("serial", "serial:DEVICE[?baud=115200&data=8&parity=n&stop=1&flow=none&wait=0]", "a serial port",
        {"baud", "data", "parity", "stop", "flow", "dtr", "rts", "hangup", "wait"}, true, open_serial_address);
    add("unix", "unix:PATH", "a Unix socket, such as QEMU's -serial unix:PATH,server", {}, true, open_unix_address);
    add("tcp", "tcp:HOST:PORT", "a raw TCP port, such as a terminal server's", {}, true, open_tcp_address);
    add("telnet", "telnet:HOST:PORT[?raw=no]", "a terminal server by telnet", {"raw"}, true, open_telnet_address);
    add("rfc2217", "rfc2217:HOST:PORT[?baud=115200&...]", "the same, with the line's settings and BREAK",
        {"baud", "data", "parity", "stop", "flow"}, true, open_telnet_address);
    const std::vector<std::string> ssh_parameters = {"identity", "agent",   "known_hosts", "host_key", "via",
                                                     "terminal", "command", "legacy",      "keepalive"};
    add("ssh", "ssh:USER@HOST[:PORT][?identity=FILE&host_key=...]", "a console behind SSH", ssh_parameters, true,
        open_ssh_address);
    add("ssh-cmd", "ssh-cmd:USER@HOST[:PORT][?identity=FILE...]", "a shell of Windows' own SSH server, and no SAC",
        ssh_parameters, true, open_ssh_address);
    add("azure", "azure:SUBSCRIPTION/GROUP/VM[/INSTANCE][?token=auto&...]", "Azure's serial console",
        {"cloud", "endpoint", "token", "send"}, false, open_azure_address);
    add("ec2", "ec2:REGION/INSTANCE[?profile=NAME&...]", "EC2's serial console",
        {"profile", "credentials", "endpoint", "gateway", "host_key", "via"}, false, open_ec2_address);
    add("gcp", "gcp:PROJECT/ZONE/INSTANCE[?user=NAME&port=2&...]", "Google Cloud's serial console",
        {"user", "port", "identity", "agent", "replay", "region", "keys", "gateway", "host_key", "via"}, false,
        open_gcp_address);
    add("ws", "ws:HOST[:PORT]/PATH[?QUERY][#OPTIONS]", "a websocket, such as OpenStack's or QEMU's", {}, true,
        open_web_stream);
    add("wss", "wss:HOST[:PORT]/PATH[?QUERY][#OPTIONS]", "the same over TLS", {}, true, open_web_stream);
    add("exec", "exec:COMMAND LINE", "a program on a terminal, such as exec:virsh console vm1", {}, false,
        open_exec_address);
    return out;
}

}  // namespace emsctl::transport
