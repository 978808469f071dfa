#include "src/command_rdp_probe.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <memory>

#include "src/console_options.hpp"
#include "src/output.hpp"
#include "src/rdp_report.hpp"
#include "src/usage.hpp"
#include "transport/endpoint.hpp"
#include "transport/line_clock.hpp"

namespace emsctl {

namespace asio = boost::asio;
using transport::line_clock;

namespace {

constexpr const char* standard_port = ":3389";

// "host", "host:port", "[::1]", "[::1]:port".
transport::host_and_port read_target(const std::string& target) {
    const bool is_bracketed = target.starts_with('[');
    const bool has_port = is_bracketed ? !target.ends_with(']') : target.find(':') != std::string::npos;
    const auto parsed = transport::parse_host_and_port(has_port ? target : target + standard_port);
    if (parsed.has_error() && std::ranges::count(target, ':') > 1 && !is_bracketed)
        throw usage_error("an IPv6 address stands in brackets: did you mean [" + target + "]?");
    if (parsed.has_error()) throw usage_error(parsed.error().text);
    if (parsed->port == "0") throw usage_error("the port is a number from 1 to 65535, not \"0\"");
    if (parsed->host.find_first_of("/@? ") != std::string::npos)
        throw usage_error("\"" + target + "\" is no HOST or HOST:PORT, such as vm1.example or [2001:db8::7]:3390");
    return *parsed;
}

transport::rdp_findings probe(const transport::host_and_port& where, int seconds, transport::rdp_listener listener) {
    asio::io_context context;
    transport::rdp_findings findings;
    std::exception_ptr error;
    transport::rdp_target target(where.host, where.port, std::chrono::seconds(seconds));
    asio::co_spawn(context, transport::probe_rdp(std::move(target), std::move(listener)),
                   [&](std::exception_ptr e, transport::rdp_findings found) {
                       error = e;
                       findings = std::move(found);
                   });
    context.run();
    if (error) std::rethrow_exception(error);
    return findings;
}

}  // namespace

void setup_rdp_probe(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<rdp_probe_options>();
    auto* verb = app.add_subcommand("rdp-probe", "whether a machine answers as Remote Desktop, seen from outside");
    verb->add_option("host", options->target,
                     "HOST or HOST:PORT, such as vm1.example or [2001:db8::7]:3390 [port 3389]")
        ->required();
    add_duration(*verb, "--timeout", options->timeout_seconds, "how long each step may take [10s]")
        ->check(CLI::PositiveNumber);
    verb->add_option("--output", options->output, "text or json [text]")->check(CLI::IsMember({"text", "json"}));
    verb->footer(
        "Asks what the server offers, with at most nine connections one after the other: security\n"
        "protocols, versions of TLS, its certificate. Logs in to nothing and sends no name, so it proves\n"
        "all up to the login and not the login itself.\n"
        "Exit status: 0 answers as RDP, 1 something is wrong, 2 usage, 5 unreachable.");
    verb->callback([options, &chosen] { chosen = [options] { return run_rdp_probe(*options); }; });
}

int run_rdp_probe(const rdp_probe_options& options) {
    const auto where = read_target(options.target);
    const bool json = options.output == "json";
    std::vector<passed_station> stations;
    auto last = line_clock::now();
    const auto passed = [&](transport::rdp_station station, const std::string& found) {
        const auto now = line_clock::now();
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - last);
        last = now;
        stations.push_back({transport::name_of(station), found, static_cast<long>(took.count())});
        if (json) return;
        std::printf("  %-15s %7ld ms  %s\n", stations.back().name.c_str(), stations.back().took_ms, found.c_str());
        std::fflush(stdout);
    };
    const auto findings = probe(where, options.timeout_seconds, passed);
    const auto verdict = judge_rdp(findings, std::chrono::system_clock::now());
    if (json)
        print_json(rdp_json(stations, findings, verdict));
    else
        print_text(rdp_text(findings, verdict));
    return verdict.status;
}

}  // namespace emsctl
