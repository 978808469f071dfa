#include "src/command_probe.hpp"

#include <memory>

#include "src/exit_status.hpp"
#include "src/output.hpp"

namespace emsctl {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

struct finding {
    sac::sac_line::found found;
    std::vector<std::pair<std::string, std::string>> identity;
    std::vector<sac::channel_row> channels;
};

asio::awaitable<finding> look(sac::console& line) {
    sac::sac_line prompt(line);
    finding result;
    result.found = co_await prompt.attach(15min);
    const std::string id = co_await prompt.ask("id");
    result.identity = sac::parse_identification(id);
    result.channels = co_await prompt.channels();
    co_return result;
}

void print(const finding& f, const sac::console& line, bool json) {
    if (json) {
        nlohmann::json document = {{"console", line.describe()},
                                   {"found_at", std::string(sac::name_of(f.found.first))},
                                   {"half_typed", f.found.left_behind},
                                   {"sac", true},
                                   {"identification", nlohmann::json::object()},
                                   {"channels", nlohmann::json::array()},
                                   {"bytes_sent", line.bytes_sent()},
                                   {"bytes_received", line.bytes_received()}};
        for (const auto& [label, value] : f.identity) document["identification"][label] = value;
        for (const auto& c : f.channels)
            document["channels"].push_back({{"slot", c.slot}, {"name", c.name}, {"active", c.active}, {"raw", c.raw}});
        print_json(document);
        return;
    }
    std::string text = line.describe() + "\n";
    text += "  SAC answers. The line was found at: " + std::string(sac::name_of(f.found.first)) + "\n";
    if (!f.found.left_behind.empty())
        text += "  somebody had left '" + f.found.left_behind + "' half-typed there; it was erased, not run\n";
    for (const auto& [label, value] : f.identity) text += "  " + label + ": " + value + "\n";
    text += "  channels:";
    for (const auto& c : f.channels)
        text += " " + std::to_string(c.slot) + " " + c.name + (c.active ? "" : " (closed, unread output)") + ";";
    text.back() = '\n';
    text += "  " + std::to_string(line.bytes_sent()) + " bytes sent, " + std::to_string(line.bytes_received()) +
            " received\n";
    print_text(text);
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
        print(result, line, json);
        co_return exit_ok;
    });
}

}  // namespace emsctl
