#include "src/command_run.hpp"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "scripts/local_programs.hpp"
#include "scripts/runner.hpp"
#include "src/addresses.hpp"
#include "src/consoles.hpp"
#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/given_secrets.hpp"
#include "src/output.hpp"
#include "src/report_files.hpp"
#include "src/run_display.hpp"
#include "src/run_questions.hpp"
#include "src/runbook_account.hpp"
#include "src/state_folder.hpp"
#include "src/usage.hpp"

namespace emsctl {

namespace {

scripts::runbook load(const std::string& name) {
    auto parsed = scripts::find_runbook(name);
    if (parsed.book) return std::move(*parsed.book);
    std::string text = "the runbook cannot be used:";
    for (const auto& error : parsed.errors) text += "\n" + scripts::to_string(error);
    throw usage_error(text);
}

// Those of a named console may be for other runbooks; what stands on the command line must fit this one, and wins.
std::map<std::string, std::string> variables_of(const scripts::runbook& book,
                                                const std::map<std::string, std::string>& of_console,
                                                const std::vector<std::string>& given) {
    std::map<std::string, std::string> variables;
    for (const auto* known : scripts::settable_variables(book))
        if (const auto found = of_console.find(known->full_name); found != of_console.end()) variables.insert(*found);
    for (const auto& text : given) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) throw usage_error("--var " + text + ": must be NAME=VALUE");
        variables[text.substr(0, equals)] = text.substr(equals + 1);
    }
    const auto wrong = scripts::wrong_variables(book, variables);
    std::string text;
    for (const auto& problem : wrong) text += problem + "\n";
    if (text.empty()) return variables;
    const auto settable = scripts::settable_variables(book);
    text += settable.empty() ? "it has none" : "it has:";
    for (const auto* v : settable) text += " " + v->full_name;
    throw usage_error(text);
}

// Found out before the machine is looked at for a minute.
std::filesystem::path journal_for(const scripts::runbook& book, const std::string& given) {
    if (given.empty()) return new_state_file("journals", book.name, ".journal");
    const std::filesystem::path path(given);
    if (std::filesystem::exists(std::filesystem::symlink_status(path)))
        throw usage_error("--journal " + given + " exists already; a journal is never overwritten");
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw usage_error("--journal " + given + ": no file can be made in " + folder.string());
    return path;
}

scripts::confirm_policy policy(const std::string& name) {
    if (name == "each") return scripts::confirm_policy::each;
    if (name == "none") return scripts::confirm_policy::none;
    return scripts::confirm_policy::risky;
}

// What `emsctl undo JOURNAL` needs to come back; where a password is found, never the password.
nlohmann::json way_back(const console_options& options) {
    return {{"address", options.address},
            {"user", options.user},
            {"domain", options.domain},
            {"password_env", options.password.environment},
            {"password_command", options.password.command},
            {"password_file", options.password.file},
            {"road_password_env", options.road_password.environment},
            {"road_password_file", options.road_password.file},
            {"road_password_command", options.road_password.command},
            {"ca_file", options.ca_file}};
}

}  // namespace

void setup_run(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<run_command_options>();
    auto* verb = app.add_subcommand("run", "carry out a runbook: look and explain, or repair with --apply");
    verb->add_option("runbook", options->runbook, "a shipped runbook's name or a file")->required();
    verb->add_option("address", options->console.address, "the console");
    verb->add_flag("--apply", options->apply, "repair what is found; without it nothing is changed");
    verb->add_flag("--yes", options->yes, "accept proposals of risk up to medium without asking");
    verb->add_option("--confirm", options->confirm, "what --apply asks about: each, risky or none [risky]")
        ->check(CLI::IsMember({"each", "risky", "none"}));
    verb->add_option("--var", options->variables, "NAME=VALUE, an answer given beforehand; repeatable")
        ->allow_extra_args(false);
    add_secret_option(*verb, options->secrets);
    verb->add_flag("--list", options->list, "only list the steps with their tags; needs no console");
    verb->add_option("--tags", options->tags, "make only changes with one of these tags")->delimiter(',');
    verb->add_option("--start-at", options->start_at, "ID of a step: make no changes before it");
    verb->add_option("--snapshot-id", options->snapshot_id, "the snapshot to go back to, for steps of high risk");
    verb->add_option("--no-snapshot", options->no_snapshot, "why there is none; goes into the journal");
    add_duration(*verb, "--deadline", options->limit_seconds, "when a run is stopped and taken back [the runbook's]");
    verb->add_option("--journal", options->journal, "journal of an --apply [a new one in the state folder]");
    add_account_options(*verb, options->account);
    add_this_computer_options(*verb, options->here);
    add_console_options(*verb, options->console, true, true);
    verb->footer(address_table() +
                 "\nExit status: 0 healthy or repaired and proved, 1 fault found, 2 usage, 3 failed and rolled back,\n"
                 "4 rollback incomplete, 5 no console, 6 login refused, 7 outcome unknown, 8 restart still to come.");
    verb->callback([options, &chosen] { chosen = [options] { return run_run(*options); }; });
}

int run_run(run_command_options options) {
    const auto book = load(options.runbook);
    if (options.list) {
        if (options.console.json())
            print_json(runbook_json(book));
        else
            print_text(step_list(book));
        return exit_ok;
    }
    need_local_permission(scripts::local_programs(book), options.here);
    if (options.console.address.empty()) throw usage_error("run needs an address: the console of the machine");
    scripts::run_options run;
    run.mode = options.apply ? scripts::run_mode::apply : scripts::run_mode::check;
    resolve_name(options.console);
    run.variables = variables_of(book, options.console.variables, options.variables);
    run.secrets = given_secrets(options.secrets);
    if (const auto wrong = scripts::wrong_secrets(book, run.secrets); !wrong.empty()) throw usage_error(wrong.front());
    run.confirm = policy(options.confirm);
    run.tags = {options.tags.begin(), options.tags.end()};
    run.start_at = options.start_at;
    if (const auto wrong = scripts::wrong_selection(book, run.tags, run.start_at); !wrong.empty())
        throw usage_error(wrong);
    run.snapshot_id = options.snapshot_id;
    run.no_snapshot = options.no_snapshot;
    run.limit = std::chrono::seconds(options.limit_seconds);
    run.program_version = EMSCTL_VERSION;
    if (options.apply) run.journal = journal_for(book, options.journal);
    check_report_files(options.account.files);
    conversation talk(options.console, "run-" + book.name, true);
    for (const auto& [_, secret] : run.secrets) talk.hide(secret);
    run.ask = make_ask(options.yes, [&talk](std::string secret) { talk.hide(std::move(secret)); });
    talk.note("runbook", book.name);
    talk.note("runbook_sha256", book.sha256);
    run.recording = talk.recording();
    run.console = way_back(talk.options());
    run.clock = talk.clock();
    const nlohmann::json about{{"verb", "run"}, {"runbook", book.name}, {"applies", options.apply}};
    const told_run body = [&](scripts::target& target, scripts::observer& display) {
        return scripts::run_runbook(book, target, display, run);
    };
    return tell_run(talk, options.account, options.here, about, body);
}

}  // namespace emsctl
