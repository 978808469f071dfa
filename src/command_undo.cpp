#include "src/command_undo.hpp"

#include <memory>

#include "scripts/journal.hpp"
#include "scripts/runner.hpp"
#include "src/consoles.hpp"
#include "src/conversation.hpp"
#include "src/report_files.hpp"
#include "src/run_display.hpp"
#include "src/session_target.hpp"
#include "src/usage.hpp"

namespace emsctl {

namespace asio = boost::asio;

namespace {

void fill(std::string& option, const nlohmann::json& console, const char* name) {
    if (option.empty() && console.is_object()) option = console.value(name, std::string{});
}

// What the command line leaves open stands in the journal: the console it was written for and who logged in there.
void complete(console_options& options, const scripts::journal_content& journal, const std::string& path) {
    if (journal.entries.empty()) throw usage_error(path + " is not a journal, or an empty one");
    const auto console = journal.header().value("console", nlohmann::json());
    const bool password_given = options.password.is_given();
    fill(options.address, console, "address");
    fill(options.user, console, "user");
    fill(options.domain, console, "domain");
    if (!password_given) {
        fill(options.password.environment, console, "password_env");
        fill(options.password.file, console, "password_file");
        fill(options.password.command, console, "password_command");
    }
    if (!options.road_password.is_given()) {
        fill(options.road_password.environment, console, "road_password_env");
        fill(options.road_password.file, console, "road_password_file");
        fill(options.road_password.command, console, "road_password_command");
    }
    fill(options.ca_file, console, "ca_file");
    if (options.address.empty())
        throw usage_error("the journal does not say which console it is about: give an address");
}

}  // namespace

void setup_undo(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<undo_command_options>();
    auto* verb = app.add_subcommand("undo", "take back what a run changed, by its journal");
    verb->add_option("journal", options->journal, "journal of a run with --apply")->required();
    verb->add_option("address", options->console.address, "the console [the one in the journal]");
    verb->add_option("--to", options->to_step, "id of the last step to take back [all]");
    add_report_option(*verb, options->reports);
    add_console_options(*verb, options->console, true, true);
    verb->callback([options, &chosen] { chosen = [options] { return run_undo(*options); }; });
}

int run_undo(undo_command_options options) {
    check_report_files(options.reports);
    resolve_name(options.console);
    complete(options.console, scripts::read_journal(options.journal), options.journal);
    conversation talk(options.console, "undo", true);
    run_display display(talk);
    scripts::undo_options undo;
    undo.journal = options.journal;
    undo.to_step = options.to_step;
    undo.program_version = EMSCTL_VERSION;
    undo.recording = talk.recording();
    undo.clock = talk.clock();
    std::optional<scripts::report> account;
    const int status = talk.run_in_session([&](sac::session& session) -> asio::awaitable<int> {
        session_target target(session);
        account = co_await scripts::undo_run(target, display, undo);
        co_return scripts::exit_status(account->result);
    });
    if (!account) return status;
    note_recording_hash(*account, talk.seal());
    print_account(*account, options.console);
    write_reports(options.reports, *account, talk.recording());
    return status;
}

}  // namespace emsctl
