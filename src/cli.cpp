#include "src/cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>

#include "src/command_attach.hpp"
#include "src/command_completion.hpp"
#include "src/command_consoles.hpp"
#include "src/command_copy.hpp"
#include "src/command_doctor.hpp"
#include "src/command_exec.hpp"
#include "src/command_inspect.hpp"
#include "src/command_journal.hpp"
#include "src/command_oob.hpp"
#include "src/command_play.hpp"
#include "src/command_probe.hpp"
#include "src/command_rdp_probe.hpp"
#include "src/command_recording.hpp"
#include "src/command_resume.hpp"
#include "src/command_run.hpp"
#include "src/command_runbook.hpp"
#include "src/command_sac.hpp"
#include "src/command_simulate.hpp"
#include "src/command_undo.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/log_setup.hpp"
#include "src/output.hpp"
#include "transport/endpoint.hpp"

namespace emsctl {

namespace {

// The first word that is no option: CLI11 would only say that a subcommand is required.
std::string first_word(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--log-file")
            ++i;
        else if (!word.starts_with('-'))
            return word;
    }
    return {};
}

// Nothing when `word` is one of the program's verbs.
std::optional<int> answer_other_than_verb(const CLI::App& app, const std::string& word) {
    std::vector<std::string> verbs;
    for (const auto* verb : app.get_subcommands(nullptr)) verbs.push_back(verb->get_name());
    if (word.empty() || std::find(verbs.begin(), verbs.end(), word) != verbs.end()) return std::nullopt;
    if (word == "help") {
        print_text(app.help());
        return exit_ok;
    }
    const auto near = transport::nearest_word(word, verbs);
    std::string text = "emsctl: there is no verb '" + word + "'";
    text += near.empty() ? "; the verbs are:" : "; did you mean " + near + "? The verbs are:";
    for (const auto& verb : verbs) text += " " + verb;
    std::fprintf(stderr, "%s\n", text.c_str());
    return exit_usage;
}

}  // namespace

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
    setup_resume(app, chosen);
    setup_undo(app, chosen);
    setup_journal(app, chosen);
    setup_exec(app, chosen);
    setup_copy(app, chosen);
    setup_probe(app, chosen);
    setup_rdp_probe(app, chosen);
    setup_attach(app, chosen);
    setup_inspect(app, chosen);
    setup_recording(app, chosen);
    setup_play(app, chosen);
    setup_doctor(app, chosen);
    setup_oob(app, chosen);
    setup_sac(app, chosen);
    setup_consoles(app, chosen);
    setup_completion(app, chosen);
    setup_runbook(app, chosen);
    setup_simulate(app, chosen);
    if (argc < 2) {
        std::fprintf(stderr, "%s", app.help().c_str());
        return exit_usage;
    }
    if (const auto status = answer_other_than_verb(app, first_word(argc, argv))) return *status;
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
