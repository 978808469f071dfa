#include "src/command_resume.hpp"

#include <memory>

#include "scripts/journal.hpp"
#include "scripts/local_programs.hpp"
#include "scripts/runner.hpp"
#include "src/consoles.hpp"
#include "src/conversation.hpp"
#include "src/given_secrets.hpp"
#include "src/journal_console.hpp"
#include "src/report_files.hpp"
#include "src/run_display.hpp"
#include "src/run_questions.hpp"
#include "src/told_outcomes.hpp"
#include "src/usage.hpp"

namespace emsctl {

namespace {

scripts::runbook runbook_of(const nlohmann::json& header, const std::string& given) {
    const auto file = header.value("runbook_file", "");
    std::string tried;
    for (const auto& name : {given, header.value("runbook", ""), file}) {
        if (name.empty()) continue;
        auto parsed = scripts::find_runbook(name);
        if (parsed.book && (!given.empty() || parsed.book->sha256 == header.value("runbook_sha256", "")))
            return std::move(*parsed.book);
        for (const auto& error : parsed.errors) tried += "\n" + scripts::to_string(error);
        if (parsed.book) tried += "\n" + name + ": it is not the one that the journal was written for";
        if (!given.empty()) break;
    }
    throw usage_error("the journal's runbook cannot be used; name it with --runbook:" + tried);
}

}  // namespace

void setup_resume(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<resume_command_options>();
    auto* verb = app.add_subcommand("resume", "go on with a repair that was interrupted, by its journal");
    verb->add_option("journal", options->journal, "journal of a run with --apply")->required();
    verb->add_option("address", options->console.address, "the console [the one in the journal]");
    add_outcome_option(*verb, options->outcomes);
    add_secret_option(*verb, options->secrets);
    verb->add_option("--runbook", options->runbook, "where the runbook is now [as the journal says]");
    verb->add_flag("--yes", options->yes, "accept proposals of risk up to medium without asking");
    add_account_options(*verb, options->account);
    add_this_computer_options(*verb, options->here);
    add_console_options(*verb, options->console, true, true);
    verb->footer(
        "What was done is found out by the marks each command left on the machine and by its state, and is not\n"
        "done again. Where neither tells, nothing more is done and the exit status is 7.");
    verb->callback([options, &chosen] { chosen = [options] { return run_resume(*options); }; });
}

int run_resume(resume_command_options options) {
    check_report_files(options.account.files);
    resolve_name(options.console);
    const auto journal = scripts::read_journal(options.journal);
    complete_from(journal, options.journal, options.console);
    const auto book = runbook_of(journal.header(), options.runbook);
    scripts::resumable(book, options.journal);  // a refusal needs no console
    need_local_permission(scripts::local_programs(book), options.here);
    scripts::resume_options resume;
    resume.journal = options.journal;
    resume.decided = told_outcomes(options.outcomes);
    resume.secrets = given_secrets(options.secrets);
    if (const auto wrong = scripts::wrong_secrets(book, resume.secrets); !wrong.empty())
        throw usage_error(wrong.front());
    resume.program_version = EMSCTL_VERSION;
    conversation talk(options.console, "resume-" + book.name, true);
    for (const auto& [_, secret] : resume.secrets) talk.hide(secret);
    resume.ask = make_ask(options.yes, [&talk](std::string secret) { talk.hide(std::move(secret)); });
    talk.note("runbook", book.name);
    talk.note("runbook_sha256", book.sha256);
    resume.recording = talk.recording();
    resume.clock = talk.clock();
    const nlohmann::json about{{"verb", "resume"}, {"runbook", book.name}, {"applies", true}};
    const told_run body = [&](scripts::target& target, scripts::observer& display) {
        return scripts::resume_run(book, target, display, resume);
    };
    return tell_run(talk, options.account, options.here, about, body);
}

}  // namespace emsctl
