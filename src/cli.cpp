#include "src/cli.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

#include "src/command_attach.hpp"
#include "src/command_exec.hpp"
#include "src/command_probe.hpp"
#include "src/command_run.hpp"
#include "src/command_simulate.hpp"
#include "src/command_undo.hpp"
#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/log_setup.hpp"

namespace emsctl {

int run_program(int argc, char** argv) {
    CLI::App app("Repairs a headless Windows machine over its serial console (SAC/EMS).", "emsctl");
    app.set_version_flag("--version", std::string("emsctl ") + EMSCTL_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    int verbosity = 0;
    std::string log_file;
    app.add_flag("-v", verbosity, "say more on standard error; -vv says all");
    app.add_option("--log-file", log_file, "file for all messages");
    app.footer("emsctl VERB --help tells more. First steps: emsctl simulate --list; emsctl probe sim:healthy");

    std::function<int()> chosen;
    setup_run(app, chosen);
    setup_undo(app, chosen);
    setup_exec(app, chosen);
    setup_probe(app, chosen);
    setup_attach(app, chosen);
    setup_simulate(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? exit_ok : exit_usage;
    }
    try {
        set_up_log(verbosity, log_file);
        return chosen();
    } catch (const std::exception&) {
        const auto error = std::current_exception();
        std::fprintf(stderr, "emsctl: %s\n", text_of(error).c_str());
        return status_of(error);
    }
}

}  // namespace emsctl
