#include "src/command_simulate.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <fstream>
#include <memory>

#include "sac/guest/profile.hpp"
#include "sac/guest/scenario.hpp"
#include "sac/guest/windows.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/guest_choice.hpp"
#include "src/guest_server.hpp"
#include "src/output.hpp"
#include "src/usage.hpp"

namespace emsctl {

namespace asio = boost::asio;

namespace {

// Writes each line the guest's shells executed, and each refusal, as soon as it is there.
class log_file {
  public:
    explicit log_file(const std::string& path) {
        if (path.empty()) return;
        file_.open(path, std::ios::app);
        if (!file_) throw usage_error("--log " + path + " cannot be written");
    }
    void catch_up(const guest::windows& os) {
        if (!file_.is_open()) return;
        for (; written_ < os.log.size(); ++written_) {
            const auto& line = os.log[written_];
            const double seconds = std::chrono::duration<double>(line.when).count();
            file_ << seconds << ' ' << line.shell << ": " << line.text << '\n';
        }
        file_.flush();
    }

  private:
    std::ofstream file_;
    std::size_t written_ = 0;
};

void list_choices() {
    std::string text = "Scenarios:\n";
    for (const auto& name : guest::scenario_names())
        text += "  " + name + ": " + guest::load_scenario(name).title + "\n";
    text += "Profiles:\n ";
    for (const auto& name : guest::profile_names()) text += " " + name;
    print_text(text + "\n");
}

}  // namespace

void setup_simulate(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<simulate_options>();
    auto* verb = app.add_subcommand("simulate", "a simulated Windows guest on a serial line");
    verb->add_option("--scenario", options->scenario, "what is broken [healthy]");
    verb->add_option("--profile", options->profile, "the Windows release it behaves as [windows-11]");
    verb->add_option("--listen", options->listen, "pty, unix:PATH, tcp:HOST:PORT or stdio [pty]");
    verb->add_option("--door", options->door, "what the line leads to: sac, or a logged-on shell as over SSH [sac]")
        ->check(CLI::IsMember({"sac", "shell"}));
    verb->add_option("--seed", options->seed, "draws what the scenario leaves open; 0: nothing [0]");
    verb->add_option("--baud", options->baud, "speed of the line, 0: none [115200]");
    verb->add_flag("--vary", options->vary, "draw the profile's doubtful numbers from their ranges, by the seed");
    verb->add_flag("--boot", options->boot, "start at the firmware instead of a ready SAC");
    verb->add_option("--log", options->log, "file for every line its shells execute");
    verb->add_option("--state-out", options->state_out, "file for the machine's state at the end, as JSON");
    verb->add_flag("--list", options->list, "list scenarios and profiles");
    verb->add_flag("--explain", options->explain, "print the profile's values, their ranges and doubts");
    verb->footer(
        "Its account is Administrator with the password Passw0rd!. Ends with Ctrl-C or SIGTERM; SIGUSR1 is its\n"
        "reset button.");
    verb->callback([options, &chosen] { chosen = [options] { return run_simulate(*options); }; });
}

int run_simulate(simulate_options options) {
    if (options.list) {
        list_choices();
        return exit_ok;
    }
    if (options.explain) {
        print_text(guest::explain(guest::load_profile(options.profile)));
        return exit_ok;
    }
    guest::machine_options made;
    made.seed = options.seed;
    made.from_firmware = options.boot;
    made.draws_profile = options.vary;
    made.direct_shell = options.door == "shell";
    auto machine = make_machine(options.scenario, options.profile, made);
    log_file log(options.log);

    asio::io_context context(1);
    asio::cancellation_signal stop;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    bool is_asked_to_end = false;
    signals.async_wait([&](const boost::system::error_code& none, int) {
        if (none) return;
        is_asked_to_end = true;
        stop.emit(asio::cancellation_type::terminal);
    });
    guest_server server(machine, options.baud, [&] { log.catch_up(machine->os()); });
    std::exception_ptr error;
    asio::co_spawn(context,
                   server.serve(options.listen,
                                [](const std::string& address) {
                                    if (address != "stdio") print_text("listening on " + address + "\n");
                                }),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) {
                       error = e;
                       signals.cancel();
                   }));
    context.run();
    log.catch_up(machine->os());
    if (!options.state_out.empty()) {
        std::ofstream file(options.state_out);
        file << machine->os().state().dump(2) << '\n';
        if (!file) throw usage_error("--state-out " + options.state_out + " cannot be written");
    }
    if (is_asked_to_end || options.listen == "stdio") return exit_ok;
    std::fprintf(stderr, "emsctl: %s\n", text_of(error).c_str());
    return status_of(error);
}

}  // namespace emsctl
