#include "src/addresses.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <cmath>

#include "src/guest_choice.hpp"
#include "src/recorded_guest.hpp"
#include "src/sim_stream.hpp"
#include "src/usage.hpp"
#include "transport/paced_stream.hpp"
#include "transport/recording_file.hpp"
#include "transport/replay_stream.hpp"

namespace emsctl {
namespace {

using transport::byte_stream;
using transport::endpoint;
namespace asio = boost::asio;

std::string parameter(const endpoint& where, const std::string& name, std::string fallback) {
    const auto found = where.parameters.find(name);
    return found == where.parameters.end() ? std::move(fallback) : found->second;
}

template <class Number>
Number number(const endpoint& where, const std::string& name, Number fallback) {
    const std::string text = parameter(where, name, std::to_string(fallback));
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw usage_error("'" + name + "=" + text + "' in " + where.text() + " is not a number");
    return value;
}

bool is_yes(const endpoint& where, const std::string& name) {
    const std::string text = parameter(where, name, "no");
    if (text != "yes" && text != "no") throw usage_error(name + "=" + text + " in " + where.text() + ": yes or no");
    return text == "yes";
}

asio::awaitable<std::unique_ptr<byte_stream>> open_sim(endpoint where, transport::road_context) {
    guest::machine_options options;
    options.seed = number<std::uint64_t>(where, "seed", 0);
    options.from_firmware = is_yes(where, "boot");
    options.draws_profile = is_yes(where, "vary");
    const std::string door = parameter(where, "door", "sac");
    if (door != "sac" && door != "shell") throw usage_error("door=" + door + " in " + where.text() + ": sac or shell");
    options.direct_shell = leads_to_shell(where);
    const std::string profile = parameter(where, "profile", "windows-11");
    auto machine = make_machine(where.target, profile, options);
    const auto executor = co_await asio::this_coro::executor;
    const std::string name = "simulated guest " + where.target + " (" + profile + ")";
    const auto baud = number<unsigned>(where, "baud", 115200);
    auto stream = make_sim_stream(executor, std::move(machine), name);
    if (baud > 0) stream = transport::make_paced(std::move(stream), baud);
    co_return stream;
}

// What stands before the first mark whose label contains `label` is left out; its picture stands for it.
void start_at_mark(transport::recording& what, const std::string& label, const endpoint& where) {
    using kind = transport::recording_event::kind;
    const auto mark = std::find_if(what.events.begin(), what.events.end(), [&](const auto& event) {
        return event.what == kind::mark && event.bytes.find(label) != std::string::npos;
    });
    if (mark == what.events.end())
        throw usage_error("from=" + label + ": " + where.target + " has no such mark; emsctl inspect lists them");
    const auto start = mark->at;
    what.events.erase(what.events.begin(), mark);
    for (auto& event : what.events) event.at -= start;
    if (what.events.size() > 1 && what.events[1].what == kind::picture) what.events[1].what = kind::output;
}

asio::awaitable<std::unique_ptr<byte_stream>> open_replay(endpoint where, transport::road_context) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string level = parameter(where, "level", "bytes");
    if (level == "commands") co_return open_recorded_guest(executor, where.target, parameter(where, "profile", ""));
    if (level != "bytes") throw usage_error("level=" + level + " in " + where.text() + ": bytes or commands");
    auto what = transport::load_recording(where.target);
    if (const auto from = parameter(where, "from", ""); !from.empty()) start_at_mark(what, from, where);
    if (const double speed = number<double>(where, "speed", 0); speed > 0)
        for (auto& event : what.events)
            event.at = std::chrono::microseconds(std::llround(static_cast<double>(event.at.count()) / speed));
    co_return transport::make_replay(executor, std::move(what), where.target);
}

}  // namespace

transport::openers all_openers() {
    auto openers = transport::standard_openers();
    transport::openers::kind_of_road sim;
    sim.kind = "sim";
    sim.form = "sim:SCENARIO[?profile=P&seed=N]";
    sim.help = "a simulated Windows in this process, in no real time (simulate --list)";
    sim.parameters = {"profile", "seed", "vary", "baud", "boot", "door"};
    sim.open = open_sim;
    openers.add(std::move(sim));
    transport::openers::kind_of_road replay;
    replay.kind = "replay";
    replay.form = "replay:FILE[?level=bytes|commands]";
    replay.help = "a recorded session, in no real time";
    replay.parameters = {"level", "profile", "speed", "from"};
    replay.open = open_replay;
    openers.add(std::move(replay));
    return openers;
}

std::string address_table() {
    std::string table = "Addresses:\n";
    const auto openers = all_openers();
    for (const auto& road : openers.roads()) {
        std::string form = "  " + road.form;
        // A long form stands on a line of its own.
        if (form.size() > 33) form += "\n";
        form.append(form.size() > 33 ? 35 : 35 - form.size(), ' ');
        table += form + road.help + "\n";
    }
    return table;
}

bool leads_to_shell(const endpoint& where) {
    return where.kind == "ssh-cmd" || (where.kind == "sim" && parameter(where, "door", "sac") == "shell");
}

bool runs_in_virtual_time(const endpoint& where) {
    return where.kind == "sim" || (where.kind == "replay" && !where.parameters.contains("speed"));
}

}  // namespace emsctl
