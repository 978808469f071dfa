#include "scripts/earlier_run.hpp"

#include <algorithm>
#include <charconv>

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

// The marks of a plan's commands, as far as they prove anything.
struct marks {
    bool prove = false;          // they were left in this boot, and the folder is still there
    std::size_t ended_well = 0;  // commands from the first on
    bool ended_badly = false;    // the one after these ended with another exit code
    bool is_running = false;     // the one after these began and has not ended
};

struct trace {
    std::string folder;
    int first = 0;
};

// Only a folder of a session of ours is looked into, and removed: emsABCDEF below the system's own folder for
// temporary files.
std::optional<trace> trace_of(const nlohmann::json& entry) {
    const auto text = entry.value("trace", "");
    const std::string begin = R"(%SystemRoot%\Temp\ems)";
    const auto slash = text.rfind('\\');
    if (!text.starts_with(begin) || slash != begin.size() + 6) return std::nullopt;
    for (auto at = begin.size(); at < slash; ++at)
        if (!std::isalnum(static_cast<unsigned char>(text[at]))) return std::nullopt;
    trace found{text.substr(0, slash), 0};
    const auto [end, error] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), found.first);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return found;
}

bool has(const nlohmann::json& rows, const std::string& name) {
    return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row == name; });
}

reading files_of(const trace& where) {
    reading look;
    look.command.text = "dir /b /a-d \"" + where.folder + "\"";
    look.parse = output_format::lines;
    look.expect_exit = {0, 1};
    return look;
}

asio::awaitable<marks> read_marks(engine& run, const trace& where, const change_plan& plan) {
    const auto look = files_of(where);
    const auto name = [&](std::size_t i) { return std::to_string(where.first + static_cast<int>(i)); };
    // What runs in a shell that nobody holds any more may still be at work.
    const std::function<bool(const nlohmann::json&)> nothing_runs = [&](const nlohmann::json& result) {
        if (result["rc"] != 0) return true;
        for (std::size_t i = 0; i < plan.commands.size(); ++i)
            if (has(result["rows"], name(i) + ".b") && !has(result["rows"], name(i) + ".x")) return false;
        return true;
    };
    const auto files = co_await run.read_until(look, nothing_runs, plan.limit);
    marks found;
    if (files["rc"] != 0) co_return found;
    found.prove = true;
    for (std::size_t i = 0; i < plan.commands.size(); ++i) {
        if (!has(files["rows"], name(i) + ".b")) break;
        if (!has(files["rows"], name(i) + ".x")) {
            found.is_running = true;
            break;
        }
        reading code;
        code.command.text = "type \"" + where.folder + "\\" + name(i) + ".x\"";
        code.parse = output_format::number;
        const auto ended = co_await run.read(code);
        const auto& good = plan.commands[i].expect_exit;
        if (std::find(good.begin(), good.end(), ended["parsed"].get<std::int64_t>()) == good.end()) {
            found.ended_badly = true;
            break;
        }
        ++found.ended_well;
    }
    co_return found;
}

enum class verdict { done, not_run, half_done, unknown };

struct judged {
    verdict is = verdict::unknown;
    std::string evidence;
    std::optional<nlohmann::json> now;  // of the plan's `present`
};

asio::awaitable<judged> judge(engine& run, const nlohmann::json& entry, const change_plan& plan, bool same_boot,
                              settle_for purpose) {
    judged answer;
    const auto where = trace_of(entry);
    marks seen;
    if (same_boot && where) seen = co_await read_marks(run, *where, plan);
    if (plan.present) answer.now = co_await run.read_state(*plan.present);
    const bool as_before = answer.now && *answer.now == plan.present_before;
    const auto all = plan.commands.size();
    if (seen.prove && seen.is_running) {
        answer.evidence = "it began and has not ended";
    } else if (seen.prove && !seen.ended_badly && seen.ended_well == all) {
        answer.is = verdict::done;
        answer.evidence = "it ended with the expected exit code";
    } else if (seen.prove && !seen.ended_badly && seen.ended_well == 0) {
        answer.is = verdict::not_run;
        answer.evidence = "it never began, in the same boot";
    } else if (as_before) {
        answer.is = verdict::not_run;
        answer.evidence = "the machine is as it was before";
    } else if (seen.prove) {
        answer.is = verdict::half_done;
        answer.evidence = std::to_string(seen.ended_well) + " of " + std::to_string(all) + " commands ended well";
    } else if (answer.now) {
        if (purpose == settle_for::resume) answer.is = verdict::done;
        answer.evidence = "the machine is not as it was before";
    } else {
        answer.evidence =
            same_boot ? "its marks are gone" : "the machine has started anew since, and marks prove nothing";
    }
    co_return answer;
}

class settling_run {
  public:
    settling_run(engine& run, const journal_content& content, journal_writer& journal,
                 const std::map<std::string, bool>& decided, settle_for purpose)
        : run_(run), content_(content), journal_(journal), decided_(decided), purpose_(purpose) {}

    asio::awaitable<earlier_run> settle() {
        read_header();
        bool is_over = false;
        for (const auto& entry : content_.entries) {
            const auto& type = entry.body.at("type").get_ref<const std::string&>();
            is_over = is_over || type == "verdict";
            if (type == "outcome") outcomes_[entry.body.at("of")] = &entry.body;
            if (type == "undo") undoing_.insert(entry.body.at("of").get<std::int64_t>());
            if (type == "undone" && entry.body.at("how") == "undone")
                undone_.insert(entry.body.at("of").get<std::int64_t>());
        }
        for (const auto& entry : content_.entries) {
            const auto& type = entry.body.at("type").get_ref<const std::string&>();
            if (type == "change") co_await settle_change(entry);
            if (type == "restart") co_await settle_restart(entry);
            if (type == "answer") take_answer(entry.body);
            take_context(entry.body);
        }
        co_await run_.renew(earlier_.done, journal_);
        if (!is_over) co_await remove_folders();
        co_return std::move(earlier_);
    }

  private:
    void read_header() {
        const auto& header = content_.header();
        if (const auto where = trace_of(header)) folders_.insert(where->folder);
        const auto answers = header.value("answers", nlohmann::json::object());
        for (const auto& [name, value] : answers.items()) earlier_.answers[name] = value;
        const auto confirmed = header.value("confirmed", nlohmann::json::object());
        for (const auto& [id, yes] : confirmed.items()) earlier_.confirmed[id] = yes.get<bool>();
    }

    void take_answer(const nlohmann::json& body) {
        if (body.contains("variable")) earlier_.answers[body.at("variable")] = body.at("value");
        if (body.contains("confirm")) earlier_.confirmed[body.at("confirm")] = body.at("value").get<bool>();
    }

    void take_context(const nlohmann::json& body) {
        const auto context = body.find("context");
        if (context == body.end()) return;
        for (const auto& one : context->at("seen")) earlier_.seen[one.at("step").get<std::string>()].push_back(one);
        earlier_.facts.update(context->at("facts"));
    }

    nlohmann::json last_known_boot() const {
        nlohmann::json boot;
        for (const auto& entry : content_.entries)
            if (entry.body.contains("boot")) boot = entry.body["boot"];
        return boot;
    }

    bool is_known(const journal_entry& entry) const {
        const auto found = outcomes_.find(entry.seq);
        return found != outcomes_.end() && found->second->at("how") != "unknown";
    }

    void write(const journal_entry& entry, const char* how, const std::string& evidence,
               const std::optional<nlohmann::json>& left) {
        nlohmann::json body{{"type", "outcome"}, {"of", entry.seq}, {"how", how}, {"proof", evidence}};
        if (left) body["left"] = *left;
        journal_.write(std::move(body));
        run_.emit(event::kind::proved,
                  how == std::string("done") ? "done before: " + entry.body.value("what", "")
                                             : "not done before: " + entry.body.value("what", ""),
                  {{"by", evidence}});
    }

    void keep(done_change one, const std::string& proof) {
        auto shown = as_change(one.plan);
        shown.number = one.number;
        shown.how = change::state::done;
        shown.proof = proof;
        if (one.left) shown.after = one.left->value("value", nlohmann::json());
        one.in_report = run_.account.changes.size();
        run_.account.changes.push_back(std::move(shown));
        earlier_.of[one.plan.step_id].insert(one.plan.what);
        if (one.plan.effective == takes_effect::restart) earlier_.restart_pending = true;
        earlier_.done.push_back(std::move(one));
    }

    asio::awaitable<void> settle_change(const journal_entry& entry) {
        if (undone_.contains(entry.seq)) co_return;
        auto plan = plan_from_json(entry.body);
        if (const auto where = trace_of(entry.body)) folders_.insert(where->folder);
        done_change one{std::move(plan), entry.seq, std::nullopt, 0};
        if (undoing_.contains(entry.seq) && !decided_.contains(one.plan.step_id)) {
            co_await run_.renew(earlier_.done, journal_);
            nlohmann::json now;
            if (one.plan.present) now = co_await run_.read_state(*one.plan.present);
            if (one.plan.present && now == one.plan.present_before) co_return;
            const bool is_there = one.plan.present && outcomes_.contains(entry.seq) &&
                                  outcomes_[entry.seq]->value("left", nlohmann::json()) == now;
            if (!is_there)
                throw outcome_unknown("this was being taken back when the run was interrupted: " + one.plan.what +
                                      ". Look, and say --outcome " + one.plan.step_id + "=done or =not-run");
        }
        if (is_known(entry)) {
            const auto& outcome = *outcomes_[entry.seq];
            if (outcome.at("how") == "not_run") co_return;
            if (outcome.contains("left")) one.left = outcome.at("left");
            if (outcome.contains("captures")) earlier_.captures[one.plan.step_id] = outcome.at("captures");
            const auto proof = outcome.value("proof", "");
            keep(std::move(one), proof);
            co_return;
        }
        co_await run_.renew(earlier_.done, journal_);
        const auto boot = co_await boot_now();
        const bool same_boot = !boot.is_null() && boot == last_known_boot();
        auto answer = co_await judge(run_, entry.body, one.plan, same_boot, purpose_);
        if (const auto said = decided_.find(one.plan.step_id); said != decided_.end()) {
            answer.is = said->second ? verdict::done : verdict::not_run;
            answer.evidence = "somebody says so";
        }
        if (answer.is == verdict::unknown)
            throw outcome_unknown("nobody knows whether this was done: " + one.plan.what + " (" + answer.evidence +
                                  "). Look, and say --outcome " + one.plan.step_id + "=done or =not-run");
        one.left = answer.now;
        if (answer.is == verdict::done) {
            write(entry, "done", answer.evidence, one.left);
            keep(std::move(one), answer.evidence);
            co_return;
        }
        if (answer.is == verdict::not_run) {
            write(entry, "not_run", answer.evidence, std::nullopt);
            co_return;
        }
        if (one.plan.undo == undo_class::none)
            throw outcome_unknown("this was done in part and has no way back: " + one.plan.what + " (" +
                                  answer.evidence + "). Look, and say --outcome " + one.plan.step_id +
                                  "=done or =not-run");
        write(entry, "failed", answer.evidence, one.left);
        keep(one, answer.evidence);
        one = earlier_.done.back();
        earlier_.done.pop_back();
        earlier_.of.erase(one.plan.step_id);
        if (!co_await run_.take_back(one, journal_))
            throw outcome_unknown("this was done in part and could not be taken back: " + one.plan.what + " (" +
                                  run_.account.changes[one.in_report].problem + ")");
    }

    asio::awaitable<nlohmann::json> boot_now() {
        if (!boot_) boot_ = co_await run_.boot_time();
        co_return *boot_;
    }

    asio::awaitable<void> settle_restart(const journal_entry& entry) {
        if (purpose_ == settle_for::undo) co_return;  // it cannot be taken back anyway
        if (is_known(entry)) {
            if (outcomes_[entry.seq]->at("how") == "done") earlier_.restart_pending = false;
            co_return;
        }
        const auto step_id = entry.body.value("step", "");
        const auto before = entry.body.value("boot", nlohmann::json());
        const auto boot = co_await boot_now();
        bool is_new = boot != before;
        std::string evidence = is_new ? "Windows has started since" : "Windows has not started since";
        if (const auto said = decided_.find(step_id); said != decided_.end()) {
            is_new = said->second;
            evidence = "somebody says so";
        } else if (boot.is_null() || before.is_null()) {
            throw outcome_unknown(
                "nobody knows whether the machine was restarted: it does not tell when it started. "
                "Look, and say --outcome " +
                step_id + "=done or =not-run");
        }
        write(entry, is_new ? "done" : "not_run", evidence, std::nullopt);
        if (is_new) earlier_.restart_pending = false;
    }

    // What the interrupted session left on the machine for us to see.
    asio::awaitable<void> remove_folders() {
        for (const auto& folder : folders_) {
            const ready_command remove{shell::cmd, "if exist \"" + folder + "\" rd /s /q \"" + folder + "\"", {0}, {}};
            const std::string label = "leftovers";
            co_await run_.send(remove, std::chrono::seconds(60), label);
        }
    }

    engine& run_;
    const journal_content& content_;
    journal_writer& journal_;
    const std::map<std::string, bool>& decided_;
    std::map<std::int64_t, const nlohmann::json*> outcomes_;
    std::set<std::int64_t> undoing_, undone_;
    std::set<std::string> folders_;
    std::optional<nlohmann::json> boot_;
    settle_for purpose_;
    earlier_run earlier_;
};

}  // namespace

void check_decided(const journal_content& content, const std::map<std::string, bool>& decided) {
    for (const auto& [id, _] : decided)
        if (std::none_of(content.entries.begin(), content.entries.end(),
                         [&](const auto& entry) { return entry.body.value("step", "") == id; }))
            throw usage_error("the journal has no change of a step \"" + id + "\"");
}

asio::awaitable<earlier_run> settle_earlier(engine& run, const journal_content& content, journal_writer& journal,
                                            const std::map<std::string, bool>& decided, settle_for purpose) {
    check_decided(content, decided);
    settling_run work(run, content, journal, decided, purpose);
    co_return co_await work.settle();
}

}  // namespace emsctl::scripts
