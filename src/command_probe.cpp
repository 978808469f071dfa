#include "src/command_probe.hpp"

#include <boost/system/system_error.hpp>
#include <cstdio>
#include <memory>

#include "sac/sac_error.hpp"
#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/output.hpp"

namespace emsctl {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

struct finding {
    std::string why_no_sac;  // empty: there is one
    sac::sac_line::found found;
    std::vector<std::pair<std::string, std::string>> identity;
    std::vector<sac::channel_row> channels;
};

asio::awaitable<finding> look(sac::console& line) {
    sac::sac_line prompt(line);
    finding result;
    result.found.first = line.seen().now();
    try {
        result.found = co_await prompt.attach(15min);
    } catch (const boost::system::system_error& error) {
        if (error.code() != sac::sac_error::no_sac && error.code() != sac::sac_error::timed_out) throw;
        result.found.first = line.seen().now();
        result.why_no_sac = text_of(std::current_exception());
    }
    if (!result.why_no_sac.empty()) co_return result;
    const std::string id = co_await prompt.ask("id");
    result.identity = sac::parse_identification(id);
    result.channels = co_await prompt.channels();
    co_return result;
}

nlohmann::json as_json(const finding& f, const sac::console& line) {
    nlohmann::json document = {{"console", line.describe()},
                               {"sac", f.why_no_sac.empty()},
                               {"found_at", std::string(sac::name_of(f.found.first))},
                               {"half_typed", f.found.left_behind},
                               {"waited_for_boot", f.found.waited_for_boot},
                               {"bytes_sent", line.bytes_sent()},
                               {"bytes_received", line.bytes_received()}};
    if (!f.why_no_sac.empty()) {
        document["why_no_sac"] = f.why_no_sac;
        return document;
    }
    document["identification"] = nlohmann::json::object();
    for (const auto& [label, value] : f.identity) document["identification"][label] = value;
    document["channels"] = nlohmann::json::array();
    for (const auto& c : f.channels)
        document["channels"].push_back({{"slot", c.slot}, {"name", c.name}, {"active", c.active}, {"raw", c.raw}});
    return document;
}

std::string as_text(const finding& f, const sac::console& line) {
    std::string text = line.describe() + "\n";
    if (!f.why_no_sac.empty()) {
        text += "  no SAC answers; the far end is at: " + std::string(sac::name_of(f.found.first)) + "\n";
    } else {
        text += "  SAC answers. The line was found at: " + std::string(sac::name_of(f.found.first)) + "\n";
        if (f.found.waited_for_boot) text += "  it was booting; its SAC was waited for\n";
        if (!f.found.left_behind.empty())
            text += "  somebody had left '" + f.found.left_behind + "' half-typed there; it was erased, not run\n";
        for (const auto& [label, value] : f.identity) text += "  " + label + ": " + value + "\n";
        text += "  channels:";
        for (const auto& c : f.channels)
            text += " " + std::to_string(c.slot) + " " + c.name + (c.active ? "" : " (closed, unread output)") + ";";
        text.back() = '\n';
    }
    return text + "  " + std::to_string(line.bytes_sent()) + " bytes sent, " + std::to_string(line.bytes_received()) +
           " received\n";
}

}  // namespace

void setup_probe(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<console_options>();
    auto* verb = app.add_subcommand("probe", "say what is at the other end of a line, without a login");
    verb->add_option("address", options->address, "the console")->required();
    add_console_options(*verb, *options, false);
    verb->callback([options, &chosen] { chosen = [options] { return run_probe(*options); }; });
}

int run_probe(console_options options) {
    conversation talk(options, "probe", false);
    const bool json = options.json();
    return talk.run([json](sac::console& line) -> asio::awaitable<int> {
        const finding result = co_await look(line);
        if (json)
            print_json(as_json(result, line));
        else
            print_text(as_text(result, line));
        if (result.why_no_sac.empty()) co_return exit_ok;
        std::fprintf(stderr, "emsctl: %s\n", result.why_no_sac.c_str());
        co_return exit_no_console;
    });
}

}  // namespace emsctl
