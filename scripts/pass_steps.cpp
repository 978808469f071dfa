// What a pass does at a step that looks, thinks or changes something.
#include <algorithm>

#include "scripts/azure_request.hpp"
#include "scripts/pass.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

nlohmann::json acted(bool changed, bool planned) {
    return {{"skipped", false},           {"changed", changed}, {"planned", planned},
            {"acts", changed || planned}, {"failed", false},    {"captures", nlohmann::json::object()}};
}

}  // namespace

asio::awaitable<nlohmann::json> passes::read_for(const step& s, const read_step& action) {
    const auto how = run.rendered(action.what);
    const auto holds = [&](const written& that) {
        return [&](const nlohmann::json& r) {
            scope extra{{"result", r}};
            if (!s.register_as.empty()) extra[s.register_as] = r;
            return run.holds(that, &extra);
        };
    };
    const bool we_changed_something =
        run.phase != run_phase::look && (!run.done.empty() || !before_.done.empty() || restart);
    if (action.until) {
        const std::function<bool(const nlohmann::json&)> enough = holds(action.until->that);
        auto result = co_await run.read_times(how, enough, action.until->retries, action.until->delay);
        if (!enough(result))
            throw step_error("after " + std::to_string(action.until->retries) +
                             " more readings it still does not hold: " + action.until->that.text);
        co_return result;
    }
    if (action.settle && we_changed_something) {
        const std::function<bool(const nlohmann::json&)> enough = holds(action.settle->that);
        co_return co_await run.read_until(how, enough, action.settle->within);
    }
    co_return co_await run.read(how);
}

asio::awaitable<void> passes::act_on(const step& s, const read_step& action) {
    auto result = co_await read_for(s, action);
    const scope extra{{"result", result}};
    remember(s, std::move(result));
    tell_look(s, action.look, extra);
    judge_findings(s, action.findings, extra);
}

asio::awaitable<void> passes::act_on(const step& s, const judge_step& action) {
    nlohmann::json value;
    if (!action.value.text.empty()) value = run.value(action.value);
    const scope extra{{"result", value}};
    remember(s, std::move(value));
    tell_look(s, action.look, extra);
    judge_findings(s, action.findings, extra);
    co_return;
}

change_plan passes::plan_of(const step& s) const {
    change_plan plan;
    plan.step_id = s.id;
    plan.step_name = s.name;
    plan.cites = s.cites;
    plan.why = run.say(s.why);
    plan.risk = s.risk;
    plan.temporary = s.temporary;
    return plan;
}

void passes::leave_out(const step& s, const std::string& what) {
    anything_wrong = declined = true;
    remember(s, acted(false, false));
    if (run.phase == run_phase::look) run.warn("left out, as asked: " + what);
}

asio::awaitable<void> passes::foresee(const step& s, change_plan plan) {
    anything_wrong = true;
    remember(s, acted(false, true));
    if (only_looks_ > 0) {
        planned_inside_.push_back(plan.what);
        co_return;
    }
    anything_planned = true;
    if (run.phase == run_phase::proof) {
        add_finding(s, severity::fault, "still to be done after the repair: " + plan.what);
        co_return;
    }
    if (plan.effective == takes_effect::restart) run.restart_pending = true;
    add_change(s, plan);
    if (s.risk == risk_level::high && high_risk_step_.empty() && !has_snapshot_) high_risk_step_ = s.name;
    if (std::holds_alternative<manual_step>(s.action)) {
        open_confirmations_.push_back({s.id, plan.what, s.risk, plan.undo, true});
        co_return;
    }
    co_await is_confirmed(s, plan.what, plan.undo);
}

asio::awaitable<std::optional<std::size_t>> passes::go_ahead(const step& s, change_plan plan) {
    if (!is_selected(s)) {
        leave_out(s, plan.what);
        co_return std::nullopt;
    }
    if (!may_change()) {
        co_await foresee(s, std::move(plan));
        co_return std::nullopt;
    }
    if (s.risk == risk_level::high) need_snapshot(s.name);
    bool confirmed = std::holds_alternative<manual_step>(s.action);  // whoever does it is asked whether it is done
    if (!confirmed) confirmed = co_await is_confirmed(s, plan.what, plan.undo);
    const auto at = add_change(s, plan);
    if (confirmed) co_return at;
    run.account.changes[at].how = change::state::declined;
    declined = true;
    remember(s, acted(false, false));
    co_return std::nullopt;
}

template <class Change>
asio::awaitable<bool> passes::change_by(const step& s, const Change& action) {
    std::optional<change_plan> planned = co_await plan_change(run, action);
    if (!planned) {
        remember(s, acted(false, false));
        co_return before_.of.contains(s.id);
    }
    auto& plan = *planned;
    const auto known = plan_of(s);
    plan.step_id = known.step_id;
    plan.step_name = known.step_name;
    plan.cites = known.cites;
    plan.why = known.why;
    plan.risk = known.risk;
    plan.temporary = known.temporary;
    // A command done before the run was interrupted is not sent again. What is planned by looking at its state is not
    // planned when it is done, and carried out when the state is not as it should be.
    if (std::is_same_v<Change, command_step> && may_change() && was_done_before(s, plan)) {
        if (plan.proof) {
            const auto now = co_await run.read_until(*plan.proof, plan.holds, plan.within);
            if (!plan.holds(now))
                throw step_error("done before the interruption, but " + plan.proof->command.text +
                                 " does not show it: " + plan.what);
        }
        auto result = acted(true, false);
        if (before_.captures.contains(s.id)) result["captures"] = before_.captures.at(s.id);
        remember(s, std::move(result));
        co_return true;
    }
    const auto at = co_await go_ahead(s, plan);
    if (!at) co_return !may_change() && is_selected(s);
    plan.context = take_context();
    auto captures = co_await run.perform(std::move(plan), *journal, *at);
    auto result = acted(true, false);
    result["captures"] = std::move(captures);
    remember(s, std::move(result));
    co_return true;
}

template <class Change>
asio::awaitable<void> passes::act_on(const step& s, const Change& action) {
    static_cast<void>(co_await change_by(s, action));
}
template asio::awaitable<void> passes::act_on(const step&, const command_step&);
template asio::awaitable<void> passes::act_on(const step&, const registry_step&);
template asio::awaitable<void> passes::act_on(const step&, const service_step&);
template asio::awaitable<void> passes::act_on(const step&, const acl_step&);
template asio::awaitable<void> passes::act_on(const step&, const azure_rule_step&);

// From then on steps of high risk have something to go back to. A snapshot that was there before this run is no such
// thing: nobody knows what has happened since.
asio::awaitable<void> passes::act_on(const step& s, const azure_snapshot_step& action) {
    const bool is_of_this_run = co_await change_by(s, action);
    has_snapshot_ = has_snapshot_ || is_of_this_run;
}

asio::awaitable<void> passes::act_on(const step& s, const manual_step& action) {
    auto plan = plan_of(s);
    plan.what = "by hand: " + run.say(action.instruction);
    plan.undo = undo_class::none;
    plan.residue = "what a person did is not taken back";
    std::optional<reading> proof;
    std::function<bool(const nlohmann::json&)> is_done;
    if (action.proof) {
        proof = run.rendered(action.proof->what);
        is_done = [this, &action](const nlohmann::json& result) {
            const scope extra{{"proof", result}};
            return run.holds(action.proof->that, &extra);
        };
        const auto now = co_await run.read(*proof);
        if (is_done(now)) {
            remember(s, acted(false, false));
            co_return;
        }
    }
    const bool known_as_done = by_hand_.contains(s.id) && by_hand_[s.id];
    if (known_as_done && (run.phase == run_phase::proof || !action.proof)) {
        remember(s, acted(true, false));
        co_return;
    }
    const auto at = co_await go_ahead(s, plan);
    if (!at) co_return;
    plan.context = take_context();
    auto entry = to_json(plan);
    entry["type"] = "by_hand";
    const auto number = journal->write(std::move(entry));
    run.account.changes[*at].number = number;
    if (!by_hand_.contains(s.id)) co_await ask_whether_done(s.id, plan.what, s.risk);
    const bool said = by_hand_[s.id];
    bool proved = false;
    if (said && proof) {
        const auto now = co_await run.read_until(*proof, is_done, action.proof->within);
        proved = is_done(now);
    }
    auto& shown = run.account.changes[*at];
    if (proved) shown.proof = proof->command.text;
    const bool done = said && (proved || !proof);
    shown.how = done ? change::state::done : said ? change::state::failed : change::state::declined;
    if (said && !done) shown.problem = "it does not show: " + proof->command.text;
    if (!said) declined = true;
    journal->write({{"type", "outcome"}, {"of", number}, {"how", to_string(shown.how)}, {"proof", shown.proof}});
    remember(s, acted(done, false));
    if (said && !done) throw step_error(shown.problem);
}

asio::awaitable<void> passes::act_on(const step& s, const restart_step& action) {
    const auto reason = run.say(action.reason);
    const bool by_azure = action.who == restarted_by::azure;
    if (by_azure && !run.reaches_azure()) throw step_error(azure_is_not_reached);
    auto plan = plan_of(s);
    plan.what = by_azure ? "have Azure restart the machine" : "restart the machine";
    plan.undo = undo_class::none;
    plan.residue = "a restart cannot be undone; sessions that were open are gone";
    const auto at = co_await go_ahead(s, plan);
    if (!at) co_return;
    plan.context = take_context();
    auto entry = to_json(plan);
    entry["type"] = "restart";
    entry["boot"] = co_await run.boot_time();
    const auto number = journal->write(std::move(entry));
    run.account.changes[*at].number = number;
    run.emit(event::kind::restarting, reason);
    run.account.changes[*at].how = change::state::unknown;  // until the new boot is seen
    const restart_outcome seen = co_await machine_.restart(reason, action.limit, action.who);
    if (!seen.refusal.empty()) {
        run.account.changes[*at].how = change::state::failed;
        run.account.changes[*at].problem = seen.refusal;
        journal->write({{"type", "outcome"}, {"of", number}, {"how", "failed"}, {"problem", seen.refusal}});
        run.emit(event::kind::change_failed, seen.refusal);
        throw step_error("not restarted: " + seen.refusal);
    }
    restart = seen;
    run.account.restart = seen;
    run.account.changes[*at].how = change::state::done;
    run.account.changes[*at].took = seen.took;
    run.account.changes[*at].proof = seen.proof;
    journal->write({{"type", "outcome"}, {"of", number}, {"how", "done"}, {"proof", seen.proof}});
    run.restart_pending = false;
    run.forget_facts();
    run.emit(event::kind::restarted, seen.proof, {{"took_ms", seen.took.count()}});
    remember(s, acted(true, false));
}

void passes::tell_look(const step& s, const std::string& text, const scope& extra) {
    if (text.empty()) return;
    auto said = run.say({text, s.at}, &extra);
    run.emit(event::kind::looked, said);
    run.account.looks.push_back({s.id, s.name, s.cites, run.phase, std::move(said)});
}

void passes::judge_findings(const step& s, const std::vector<finding_rule>& rules, const scope& extra) {
    for (const auto& rule : rules)
        if (run.holds(rule.when, &extra)) add_finding(s, rule.level, run.say(rule.say, &extra));
}

void passes::add_finding(const step& s, severity level, std::string text) {
    if (level == severity::fault) anything_wrong = true;
    run.emit(event::kind::found, text, {{"severity", to_string(level)}});
    run.account.findings.push_back({s.id, s.name, s.cites, level, run.phase, std::move(text)});
}

std::size_t passes::add_change(const step& s, const change_plan& plan) {
    auto& all = run.account.changes;
    run.emit(event::kind::change_planned, plan.what,
             {{"from", plan.from},
              {"to", plan.to},
              {"why", plan.why},
              {"risk", to_string(plan.risk)},
              {"undo", to_string(plan.undo)},
              {"effective", to_string(plan.effective)}});
    const auto same = std::find_if(all.begin(), all.end(), [&](const change& c) {
        return c.step_id == s.id && c.what == plan.what && c.how == change::state::planned;
    });
    if (run.phase == run_phase::repair && same != all.end()) return static_cast<std::size_t>(same - all.begin());
    all.push_back(as_change(plan));
    return all.size() - 1;
}

}  // namespace emsctl::scripts
