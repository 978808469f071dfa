#include "scripts/runner.hpp"

#include <boost/asio/error.hpp>

#include "scripts/pass.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

nlohmann::json to_json(const event& happened) {
    nlohmann::json text{{"event", to_string(happened.what)}, {"phase", to_string(happened.phase)}};
    if (!happened.step_id.empty()) text["step"] = happened.step_id;
    if (!happened.step_name.empty()) text["name"] = happened.step_name;
    if (!happened.cites.empty()) text["cites"] = happened.cites;
    if (!happened.text.empty()) text["text"] = happened.text;
    if (!happened.details.empty()) text["details"] = happened.details;
    return text;
}

namespace {

void conclude(passes& p, run_result result, std::string verdict) {
    p.run.account.result = result;
    p.run.account.verdict = std::move(verdict);
}

// In reverse order. False: something that could have been taken back is still there.
asio::awaitable<bool> roll_back(passes& p) {
    p.run.phase = run_phase::rollback;
    p.run.current = nullptr;
    if (p.run.done.empty()) co_return true;
    p.run.emit(event::kind::phase_started, "rollback");
    p.journal->write({{"type", "rollback"}});
    bool complete = true;
    for (auto one = p.run.done.rbegin(); one != p.run.done.rend(); ++one) {
        std::string problem;
        bool back = false;
        try {
            back = co_await p.run.take_back(*one, *p.journal);
        } catch (const step_error& error) {
            problem = error.what();
        }
        if (!problem.empty()) {
            auto& shown = p.run.account.changes[one->in_report];
            shown.how = change::state::undo_failed;
            shown.problem = problem;
            p.run.warn("not undone: " + one->plan.what + ": " + problem);
        }
        complete = complete && back;
    }
    co_return complete;
}

asio::awaitable<void> give_up(passes& p, std::string why) {
    p.reveal_all();
    const bool changed = !p.run.done.empty();
    const bool complete = co_await roll_back(p);
    if (!complete)
        conclude(
            p, run_result::rollback_incomplete,
            "The repair failed and could not be taken back completely: " + why + ". The journal says what is left.");
    else if (changed)
        conclude(p, run_result::failed_rolled_back, "The repair failed and was taken back: " + why + ".");
    else
        conclude(p, run_result::failed_rolled_back, "The repair failed before anything was changed: " + why + ".");
}

journal_writer open_journal(const passes& p, const runbook& book, const target& machine, const run_options& options,
                            const nlohmann::json& boot) {
    const auto& account = p.run.account;
    if (options.journal.empty()) throw usage_error("a repair needs a journal");
    return journal_writer::create(options.journal,
                                  {{"runbook", account.runbook_name},
                                   {"runbook_sha256", account.runbook_sha256},
                                   {"target", machine.describe()},
                                   {"machine", account.machine},
                                   {"computer_name", account.computer_name},
                                   {"program_version", options.program_version},
                                   {"recording", options.recording},
                                   {"runbook_file", book.file},
                                   {"boot", boot},
                                   {"trace", machine.next_trace()},
                                   {"answers", p.answers()},
                                   {"confirmed", p.confirmed()},
                                   {"variables", options.variables},
                                   {"confirm", to_string(options.confirm)},
                                   {"tags", options.tags},
                                   {"start_at", options.start_at},
                                   {"snapshot_id", options.snapshot_id},
                                   {"no_snapshot", options.no_snapshot},
                                   {"console", options.console}},
                                  options.clock);
}

asio::awaitable<void> prove(passes& p) {
    co_await p.through(run_phase::proof);
    if (p.anything_planned) {
        co_await give_up(p, "the second look still finds something to repair");
        co_return;
    }
    if (p.anything_wrong || p.blind) {
        conclude(p, run_result::faults_found,
                 p.declined ? "Not everything was repaired, because not everything was agreed to."
                            : "What was changed holds, but the second look still finds faults.");
    } else if (p.run.restart_pending) {
        conclude(p, run_result::restart_pending,
                 "Repaired; a part takes effect only after a restart that is still to come.");
    } else {
        conclude(p, run_result::repaired, "Repaired, and the second look found nothing wrong.");
    }
}

// Through the steps and, when something fails, back.
asio::awaitable<void> repair_by_journal(passes& p) {
    std::string failed;
    try {
        co_await p.through(run_phase::repair);
    } catch (const step_error& error) {
        failed = error.what();
    } catch (const stop_asked& why) {
        failed = why.what();
    } catch (const snapshot_missing& why) {
        failed = why.what();
    } catch (const decision_missing& missing) {
        p.run.account.missing_variables = missing.names;
        failed = missing.what();
    }
    if (!p.run.account.missing_variables.empty() && p.run.done.empty()) {
        conclude(p, run_result::faults_found, "Nothing was changed: " + failed + ".");
        co_return;
    }
    p.reveal_all();
    if (!failed.empty())
        co_await give_up(p, failed);
    else
        co_await prove(p);
}

asio::awaitable<void> repair(passes& p, const runbook& book, const target& machine, const run_options& options) {
    try {
        co_await p.settle_questions();
    } catch (const decision_missing& missing) {
        p.run.account.missing_variables = missing.names;
        conclude(p, run_result::faults_found, "Nothing was changed: " + std::string(missing.what()) + ".");
        co_return;
    } catch (const snapshot_missing& why) {
        conclude(p, run_result::faults_found, std::string("Nothing was changed: ") + why.what() + ".");
        co_return;
    }
    const auto boot = co_await p.run.boot_time();
    p.journal.emplace(open_journal(p, book, machine, options, boot));
    p.run.account.journal = options.journal.string();
    co_await repair_by_journal(p);
}

// What an interrupted run had done is not done again.
asio::awaitable<void> go_on(passes& p, const journal_content& earlier, const std::filesystem::path& path,
                            const std::map<std::string, bool>& decided, const wall_clock& clock) {
    co_await p.run.identify();
    const auto& header = earlier.header();
    if (p.run.account.machine != header.value("machine", ""))
        throw usage_error("the journal is of another machine: " + header.value("computer_name", "?"));
    p.journal.emplace(journal_writer::append_to(path, clock));
    p.journal->write({{"type", "resumed"}});
    p.run.account.journal = path.string();
    std::string unknown;
    try {
        auto before = co_await settle_earlier(p.run, earlier, *p.journal, decided, settle_for::resume);
        p.take_over(std::move(before));
        co_await p.settle_variables();
    } catch (const decision_missing& what) {
        unknown = what.what();
    } catch (const outcome_unknown& what) {
        unknown = what.what();
    } catch (const step_error& error) {
        unknown = error.what();
    }
    if (!unknown.empty()) {
        conclude(p, run_result::unknown, "Nothing more was done: " + unknown + ".");
        co_return;
    }
    co_await p.through(run_phase::look);
    if (p.blind) {
        conclude(p, run_result::unknown, "Nothing more was done, because not everything could be determined.");
        co_return;
    }
    try {
        co_await p.settle_questions();
    } catch (const decision_missing& missing) {
        p.run.account.missing_variables = missing.names;
        conclude(p, run_result::unknown, "Nothing more was done: " + std::string(missing.what()) + ".");
        co_return;
    }
    co_await repair_by_journal(p);
}

asio::awaitable<void> carry_out(passes& p, const runbook& book, const target& machine, const run_options& options) {
    std::string nameless;
    try {
        co_await p.run.identify();
    } catch (const step_error& error) {
        nameless = error.what();
    }
    try {
        co_await p.settle_variables();
    } catch (const step_error& error) {
        conclude(p, run_result::faults_found, std::string("Nothing was looked at: ") + error.what() + ".");
        co_return;
    } catch (const decision_missing& missing) {
        p.run.account.missing_variables = missing.names;
        conclude(p, run_result::faults_found, "Nothing was looked at: " + std::string(missing.what()) + ".");
        co_return;
    }
    if (options.looked && options.mode == run_mode::apply) {
        if (options.looked->machine != p.run.account.machine)
            throw usage_error("the earlier look was at another machine");
        p.take_over(*options.looked);
        p.anything_wrong = options.looked->result != run_result::healthy;
        p.anything_planned = !options.looked->changes.empty();
    } else {
        co_await p.through(run_phase::look);
    }
    if (!nameless.empty()) p.run.warn("the machine cannot be identified: " + nameless);
    if (!p.anything_wrong) {
        conclude(p, run_result::healthy, "Nothing is wrong.");
    } else if (options.mode != run_mode::apply) {
        conclude(p, run_result::faults_found,
                 p.blind ? "Something is wrong, and not everything could be determined. Nothing was changed."
                         : "Something is wrong. Nothing was changed.");
    } else if (p.blind || !nameless.empty()) {
        conclude(p, run_result::faults_found, "Nothing was changed, because not everything could be determined.");
    } else if (!p.anything_planned && !p.has_open_decisions()) {
        conclude(p, run_result::faults_found,
                 "Something is wrong, and this runbook has no repair for it. Nothing was changed.");
    } else {
        co_await repair(p, book, machine, options);
    }
}

struct resumption {
    const journal_content& earlier;
    const std::map<std::string, bool>& decided;
};

asio::awaitable<report> conduct(const runbook& book, target& machine, observer& watcher, run_options options,
                                const resumption* resumed) {
    if (const auto wrong = wrong_variables(book, options.variables); !wrong.empty()) throw usage_error(wrong.front());
    if (const auto wrong = wrong_secrets(book, options.secrets); !wrong.empty()) throw usage_error(wrong.front());
    if (const auto wrong = wrong_selection(book, options.tags, options.start_at); !wrong.empty())
        throw usage_error(wrong);
    if (!options.clock) options.clock = [] { return std::chrono::system_clock::now(); };
    report account;
    account.runbook_name = book.name;
    account.runbook_title = book.title;
    account.source = book.source;
    account.runbook_sha256 = book.sha256;
    account.program_version = options.program_version;
    account.recording = options.recording;
    account.mode = options.mode;
    account.started_at = iso_time(options.clock());
    const auto used_before = machine.used();
    const auto began = options.clock();
    machine.mark("runbook " + book.name);
    passes p(book, machine, watcher, account, options);
    try {
        if (resumed)
            co_await go_on(p, resumed->earlier, options.journal, resumed->decided, options.clock);
        else
            co_await carry_out(p, book, machine, options);
    } catch (const stop_asked& why) {
        conclude(p, run_result::unknown, std::string("Nothing was changed: ") + why.what() + ".");
    } catch (const journal_error& error) {
        if (p.run.done.empty()) throw;
        conclude(p, run_result::rollback_incomplete,
                 std::string("The journal failed, so nothing more was done: ") + error.what());
    } catch (const boost::system::system_error& error) {
        account.line_error = error.what();
        const bool stopped = error.code() == asio::error::operation_aborted;
        conclude(p, run_result::unknown, stopped ? "Interrupted." : "The console failed: " + account.line_error);
        if (!p.run.done.empty() && p.journal) {
            account.verdict += " Changes were made; the journal says which.";
            p.journal->write({{"type", "ended"}, {"why", account.line_error}});
        }
    }
    account.took = std::chrono::duration_cast<std::chrono::milliseconds>(options.clock() - began);
    account.used = machine.used();
    account.used.bytes_sent -= used_before.bytes_sent;
    account.used.bytes_received -= used_before.bytes_received;
    account.used.elapsed -= used_before.elapsed;
    // A plan that an earlier repair made needless is no part of the account.
    if (account.mode == run_mode::apply && p.journal && account.line_error.empty())
        std::erase_if(account.changes, [](const change& c) { return c.how == change::state::planned; });
    p.run.current = nullptr;
    const bool is_over = account.result != run_result::rollback_incomplete && account.result != run_result::unknown;
    if (p.journal && account.line_error.empty() && is_over)
        p.journal->write({{"type", "verdict"}, {"result", to_string(account.result)}, {"text", account.verdict}});
    p.run.emit(event::kind::verdict, account.verdict,
               {{"result", to_string(account.result)}, {"exit_status", exit_status(account.result)}});
    co_return account;
}

run_options options_of(const nlohmann::json& header, resume_options& given) {
    run_options options;
    options.mode = run_mode::apply;
    options.variables = header.value("variables", options.variables);
    for (const auto policy : {confirm_policy::each, confirm_policy::risky, confirm_policy::none})
        if (header.value("confirm", "") == to_string(policy)) options.confirm = policy;
    options.tags = header.value("tags", options.tags);
    options.start_at = header.value("start_at", "");
    options.snapshot_id = header.value("snapshot_id", "");
    options.no_snapshot = header.value("no_snapshot", "");
    options.secrets = std::move(given.secrets);
    options.ask = std::move(given.ask);
    options.journal = given.journal;
    options.program_version = std::move(given.program_version);
    options.recording = std::move(given.recording);
    options.clock = std::move(given.clock);
    return options;
}

}  // namespace

asio::awaitable<report> run_runbook(const runbook& book, target& machine, observer& watcher, run_options options) {
    co_return co_await conduct(book, machine, watcher, std::move(options), nullptr);
}

journal_content resumable(const runbook& book, const std::filesystem::path& journal) {
    const auto name = journal.string();
    auto content = read_journal(journal);
    if (content.damage && !content.is_cut_short)
        throw usage_error(name + ":" + std::to_string(content.damage->line) +
                          ": the journal is damaged: " + content.damage->what);
    if (content.entries.empty()) throw usage_error(name + ": the journal is empty");
    if (content.header().value("runbook_sha256", "") != book.sha256)
        throw usage_error(name + ": the runbook " + book.name +
                          " is not the one the journal was written for; undo needs none");
    for (const auto& entry : content.entries) {
        const auto type = entry.body.value("type", "");
        if (type == "verdict")
            throw usage_error(name + ": the run is over: " + entry.body.value("text", "") +
                              " There is nothing to resume");
        if (type == "rollback")
            throw usage_error(name + ": the run was being taken back; emsctl undo " + name + " goes on with that");
    }
    return content;
}

asio::awaitable<report> resume_run(const runbook& book, target& machine, observer& watcher, resume_options options) {
    const auto content = resumable(book, options.journal);
    const resumption resumed{content, options.decided};
    auto run = options_of(content.header(), options);
    co_return co_await conduct(book, machine, watcher, std::move(run), &resumed);
}

}  // namespace emsctl::scripts
