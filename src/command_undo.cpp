#include "src/command_undo.hpp"

#include <memory>

#include "scripts/journal.hpp"
#include "scripts/local_programs.hpp"
#include "scripts/runner.hpp"
#include "src/consoles.hpp"
#include "src/conversation.hpp"
#include "src/journal_console.hpp"
#include "src/report_files.hpp"
#include "src/run_display.hpp"
#include "src/told_outcomes.hpp"

namespace emsctl {

void setup_undo(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<undo_command_options>();
    auto* verb = app.add_subcommand("undo", "take back what a run changed, by its journal");
    verb->add_option("journal", options->journal, "journal of a run with --apply")->required();
    verb->add_option("address", options->console.address, "the console [the one in the journal]");
    verb->add_option("--to", options->to_step, "id of the last step to take back [all]");
    verb->add_flag("--temporary", options->only_temporary, "only what was meant to be temporary");
    add_outcome_option(*verb, options->outcomes);
    add_account_options(*verb, options->account);
    add_this_computer_options(*verb, options->here);
    add_console_options(*verb, options->console, true, true);
    verb->callback([options, &chosen] { chosen = [options] { return run_undo(*options); }; });
}

int run_undo(undo_command_options options) {
    check_report_files(options.account.files);
    resolve_name(options.console);
    const auto journal = scripts::read_journal(options.journal);
    complete_from(journal, options.journal, options.console);
    need_local_permission(scripts::local_programs(journal), options.here);
    conversation talk(options.console, "undo", true);
    scripts::undo_options undo;
    undo.journal = options.journal;
    undo.to_step = options.to_step;
    undo.only_temporary = options.only_temporary;
    undo.decided = told_outcomes(options.outcomes);
    undo.program_version = EMSCTL_VERSION;
    undo.recording = talk.recording();
    undo.clock = talk.clock();
    const nlohmann::json about{{"verb", "undo"}, {"runbook", journal.header().value("runbook", "")}, {"applies", true}};
    const told_run body = [&](scripts::target& target, scripts::observer& display) {
        return scripts::undo_run(target, display, undo);
    };
    return tell_run(talk, options.account, options.here, about, body);
}

}  // namespace emsctl
