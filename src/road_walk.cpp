#include "src/road_walk.hpp"

#include <boost/system/system_error.hpp>

#include "sac/sac_error.hpp"
#include "sac/sac_line.hpp"
#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"

namespace emsctl {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using transport::line_clock;

namespace {

class walker {
  public:
    walker(road_walk& walk, const std::function<void(const passed_station&)>& hears) : walk_(walk), hears_(hears) {}

    void pass(const std::string& name, const std::string& found) {
        const auto now = line_clock::now();
        passed_station station{name, found, 0};
        station.took_ms = static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(now - last_).count());
        last_ = now;
        walk_.stations.push_back(station);
        hears_(station);
    }
    // The road's clock may be a virtual one that begins only when the conversation does.
    void begin() { last_ = line_clock::now(); }

  private:
    road_walk& walk_;
    const std::function<void(const passed_station&)>& hears_;
    line_clock::time_point last_{};
};

// From another host nobody can tell these apart.
constexpr const char* what_silence_means =
    "\nNot one byte came: the machine is off or stuck, Windows uses another of its ports, or another client has the "
    "console (many servers let a second one wait in silence).";

std::string received(const sac::console& line) {
    return std::to_string(line.bytes_received()) +
           " bytes came, the far end is at: " + std::string(sac::name_of(line.seen().now()));
}

// The first key on its way to a SAC prompt is a BS: it deletes at most a character somebody left half-typed.
asio::awaitable<void> find_sac(sac::console& line, walker& way) {
    sac::sac_line prompt(line);
    sac::sac_line::found found{};
    std::exception_ptr none;
    try {
        found = co_await prompt.attach(15min);
    } catch (const boost::system::system_error&) {
        none = std::current_exception();
    }
    if (line.bytes_received() > 0) way.pass("bytes", received(line));
    if (none) std::rethrow_exception(none);
    way.pass("SAC", "answers; the line was found at: " + std::string(sac::name_of(found.first)));
}

asio::awaitable<void> find_shell(sac::console& line, walker& way) {
    const auto is_shell = [](const sac::far_end& end) {
        return end.now() == sac::place::cmd_shell || end.now() == sac::place::powershell;
    };
    co_await line.wait_for("the prompt of a shell", is_shell, 60s);
    way.pass("bytes", received(line));
    way.pass("shell", std::string(sac::name_of(line.seen().now())));
}

}  // namespace

road_walk walk_road(const console_options& options, const std::string& verb,
                    const std::function<void(const passed_station&)>& hears) {
    road_walk walk;
    walker way(walk, hears);
    conversation talk(options, verb, false);
    talk.be_silent();
    talk.on_begin([&way] { way.begin(); });
    talk.on_station(
        [&](transport::station where, const std::string& found) { way.pass(transport::name_of(where), found); });
    bool is_open = false;
    walk.status = talk.run_anywhere([&](sac::console& line) -> asio::awaitable<int> {
        is_open = true;
        way.pass("open", line.describe());
        if (talk.leads_to_sac())
            co_await find_sac(line, way);
        else
            co_await find_shell(line, way);
        co_return exit_ok;
    });
    walk.problem = talk.problem();
    const bool is_silent = is_open && !walk.stations.empty() && walk.stations.back().name == "open";
    if (is_silent && !walk.is_whole()) walk.problem += what_silence_means;
    return walk;
}

nlohmann::json as_json(const road_walk& walk) {
    nlohmann::json document = {{"whole", walk.is_whole()}, {"exit_status", walk.status}};
    document["stations"] = nlohmann::json::array();
    for (const auto& station : walk.stations)
        document["stations"].push_back(
            {{"station", station.name}, {"found", station.found}, {"took_ms", station.took_ms}});
    if (!walk.is_whole()) document["problem"] = walk.problem;
    return document;
}

}  // namespace emsctl
