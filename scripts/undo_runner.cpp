#include "scripts/earlier_run.hpp"
#include "scripts/engine.hpp"
#include "scripts/runner.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

// Nothing is sent to a machine by a journal that is not understood.
void check(const journal_content& content, const undo_options& options) {
    bool has_step = options.to_step.empty();
    try {
        for (const auto& entry : content.entries) {
            if (entry.body.at("type") != "change") continue;
            has_step = plan_from_json(entry.body).step_id == options.to_step || has_step;
        }
    } catch (const std::exception& error) {
        throw usage_error(options.journal.string() + ": an entry is not understood: " + error.what());
    }
    if (!has_step) throw usage_error("the journal has no change of a step \"" + options.to_step + "\"");
    check_decided(content, options.decided);
}

asio::awaitable<void> take_all_back(engine& run, std::vector<done_change>& changes, const journal_content& content,
                                    journal_writer& journal, const undo_options& options) {
    std::size_t back = 0, refused = 0, failed = 0, impossible = 0;
    for (auto one = changes.rbegin(); one != changes.rend(); ++one) {
        if (options.only_temporary && !one->plan.temporary) continue;
        std::string problem;
        bool good = false;
        try {
            good = co_await run.take_back(*one, journal);
        } catch (const step_error& error) {
            problem = error.what();
        }
        auto& shown = run.account.changes[one->in_report];
        if (!problem.empty()) {
            shown.how = change::state::undo_failed;
            shown.problem = problem;
        }
        if (one->plan.undo == undo_class::none)
            ++impossible;
        else if (good)
            ++back;
        else if (shown.how == change::state::undo_refused)
            ++refused;
        else
            ++failed;
        if (!options.to_step.empty() && one->plan.step_id == options.to_step) break;
    }
    auto& account = run.account;
    for (const auto& entry : content.entries)
        if (!options.only_temporary && entry.body.at("type") == "restart")
            run.warn("the restart of " + entry.time + " cannot be undone");
    const auto count = [](std::size_t n, const char* what) { return std::to_string(n) + " " + what; };
    if (failed > 0 || (refused > 0 && back > 0)) {
        account.result = run_result::rollback_incomplete;
        account.verdict = "Not everything could be undone: " + count(back, "undone") + ", " +
                          count(refused, "refused") + ", " + count(failed, "failed") + ".";
    } else if (refused > 0) {
        account.result = run_result::faults_found;
        account.verdict = "Nothing was undone: what is there now is not what the run left.";
    } else if (run.restart_pending) {
        account.result = run_result::restart_pending;
        account.verdict = "Undone; a part takes effect only after a restart that is still to come.";
    } else {
        account.result = run_result::undone;
        account.verdict =
            back == 0 && impossible == 0 ? "There is nothing to undo." : "Undone: " + count(back, "changes") + ".";
        if (impossible > 0) account.verdict += " " + count(impossible, "cannot be undone and were only named.");
    }
}

}  // namespace

asio::awaitable<report> undo_run(target& machine, observer& watcher, undo_options options) {
    if (!options.clock) options.clock = [] { return std::chrono::system_clock::now(); };
    const auto content = read_journal(options.journal);
    if (content.damage && !content.is_cut_short)
        throw usage_error(options.journal.string() + ":" + std::to_string(content.damage->line) +
                          ": the journal is damaged: " + content.damage->what);
    if (content.entries.empty()) throw usage_error(options.journal.string() + ": the journal is empty");
    report account;
    account.mode = run_mode::undo;
    account.runbook_name = content.header().value("runbook", "");
    account.runbook_sha256 = content.header().value("runbook_sha256", "");
    account.program_version = options.program_version;
    account.recording = options.recording;
    account.journal = options.journal.string();
    account.started_at = iso_time(options.clock());
    const auto began = options.clock();
    const auto used_before = machine.used();
    engine run(machine, watcher, account, options.clock);
    run.phase = run_phase::undo;
    run.emit(event::kind::phase_started, "undo");
    check(content, options);
    try {
        std::string nameless;
        try {
            co_await run.identify();
        } catch (const step_error& error) {
            nameless = error.what();
        }
        if (!nameless.empty()) throw usage_error("the machine cannot be identified: " + nameless);
        if (account.machine != content.header().value("machine", ""))
            throw usage_error("the journal is of another machine: " + content.header().value("computer_name", "?"));
        auto journal = journal_writer::append_to(options.journal, options.clock);
        std::string unknown;
        earlier_run before;
        try {
            before = co_await settle_earlier(run, content, journal, options.decided, settle_for::undo);
        } catch (const outcome_unknown& what) {
            unknown = what.what();
        } catch (const step_error& error) {
            unknown = error.what();
        }
        if (unknown.empty()) {
            journal.write({{"type", "rollback"}});
            co_await take_all_back(run, before.done, content, journal, options);
            journal.write({{"type", "verdict"}, {"result", to_string(account.result)}, {"text", account.verdict}});
        } else {
            account.result = run_result::unknown;
            account.verdict = "Nothing was undone: " + unknown + ".";
        }
    } catch (const journal_error&) {
        throw;
    } catch (const boost::system::system_error& error) {
        account.line_error = error.what();
        account.result = run_result::unknown;
        account.verdict = "The console failed or the run was interrupted: " + account.line_error;
    }
    account.took = std::chrono::duration_cast<std::chrono::milliseconds>(options.clock() - began);
    account.used = machine.used();
    account.used.bytes_sent -= used_before.bytes_sent;
    account.used.bytes_received -= used_before.bytes_received;
    account.used.elapsed -= used_before.elapsed;
    run.emit(event::kind::verdict, account.verdict,
             {{"result", to_string(account.result)}, {"exit_status", exit_status(account.result)}});
    co_return account;
}

}  // namespace emsctl::scripts
