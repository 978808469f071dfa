#include "src/command_doctor.hpp"

#include <cstdio>
#include <memory>

#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/road_walk.hpp"

namespace emsctl {

void setup_doctor(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<console_options>();
    auto* verb = app.add_subcommand("doctor", "walk the road to a console and say where it ends");
    verb->add_option("address", options->address, "the console")->required();
    add_console_options(*verb, *options, false);
    verb->footer(
        "Logs in to the road (SSH, a cloud), never to the machine, and runs nothing there.\n"
        "Exit status: 0 the road is whole, 2 usage, 5 it ends somewhere, 6 its login was refused.");
    verb->callback([options, &chosen] { chosen = [options] { return run_doctor(*options); }; });
}

int run_doctor(console_options options) {
    const bool json = options.json();
    const auto walk = walk_road(options, "doctor", [json](const passed_station& station) {
        if (json) return;
        std::printf("  %-15s %7ld ms  %s\n", station.name.c_str(), station.took_ms, station.found.c_str());
        std::fflush(stdout);
    });
    if (json) {
        print_json(as_json(walk));
    } else if (walk.is_whole()) {
        print_text("The road is whole.\n");
    } else {
        print_text("The road ends here: " + walk.problem + "\n");
    }
    return walk.status;
}

}  // namespace emsctl
