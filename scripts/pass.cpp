#include "scripts/pass.hpp"

#include <algorithm>

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

// What a name holds before its step ran, or when it was skipped.
nlohmann::json skipped_result() {
    return {{"skipped", true}, {"changed", false}, {"acts", false}, {"failed", false}};
}

nlohmann::json acted(bool changed, bool planned) {
    return {{"skipped", false},
            {"changed", changed},
            {"planned", planned},
            {"acts", changed || planned},
            {"failed", false}};
}

}  // namespace

asio::awaitable<void> passes::through(run_phase phase) {
    run.phase = phase;
    run.current = nullptr;
    run.emit(event::kind::phase_started, std::string(to_string(phase)));
    anything_wrong = anything_planned = blind = false;
    if (phase == run_phase::look) {
        open_decisions_.clear();
        open_confirmations_.clear();
    }
    if (phase == run_phase::repair) run.restart_pending = false;
    for (const auto& s : book_.steps)
        if (!s.register_as.empty())
            run.names[s.register_as] =
                std::holds_alternative<judge_step>(s.action) ? nlohmann::json() : skipped_result();
    for (const auto& s : book_.steps) {
        run.current = &s;
        if (phase != run_phase::proof)
            if (const auto why = run.reason_to_stop()) throw stop_asked("stopped before \"" + s.name + "\": " + *why);
        set_run_table();
        std::string problem;
        try {
            co_await step_once(s);
        } catch (const step_error& error) {
            problem = error.what();
        } catch (const nlohmann::json::exception& error) {
            problem = error.what();
        }
        if (problem.empty()) continue;
        auto result = skipped_result();
        result["failed"] = true;
        if (!s.register_as.empty() && !std::holds_alternative<judge_step>(s.action))
            run.names[s.register_as] = std::move(result);
        if (s.optional) {
            run.warn(s.name + ": " + problem);
        } else if (phase == run_phase::repair) {
            throw step_error(s.name + ": " + problem);
        } else {
            blind = true;
            add_finding(s, severity::fault, "this could not be determined: " + problem);
        }
    }
    run.current = nullptr;
    // What was only assumed while looking is open again.
    for (const auto& open : open_decisions_)
        if (!decided_.contains(open.variable)) run.names[open.variable] = nullptr;
}

asio::awaitable<void> passes::step_once(const step& s) {
    if (s.loop.text.empty()) {
        if (!run.holds(s.when)) co_return;
        run.emit(event::kind::step_started, s.name);
        co_await act(s);
        co_return;
    }
    const auto list = run.value(s.loop);
    if (list.is_null()) co_return;
    if (!list.is_array() && !(list.is_object() && list.empty())) throw step_error("`loop` is not a list");
    bool started = false;
    auto whole = skipped_result();
    whole["results"] = nlohmann::json::array();
    for (const auto& item : list) {
        run.names["item"] = item;
        if (!run.holds(s.when)) continue;
        if (!started) run.emit(event::kind::step_started, s.name);
        started = true;
        co_await act(s);
        if (s.register_as.empty()) continue;
        auto one = run.names[s.register_as];
        whole["skipped"] = false;
        for (const char* mark : {"changed", "acts"})
            if (one.is_object() && one.value(mark, false)) whole[mark] = true;
        whole["results"].push_back(std::move(one));
    }
    run.names["item"] = nullptr;
    if (!s.register_as.empty()) run.names[s.register_as] = std::move(whole);
}

asio::awaitable<void> passes::act(const step& s) {
    if (const auto* read = std::get_if<read_step>(&s.action)) co_return co_await act_on(s, *read);
    if (const auto* judge = std::get_if<judge_step>(&s.action)) co_return co_await act_on(s, *judge);
    if (const auto* decide_now = std::get_if<decision_step>(&s.action)) co_return co_await act_on(s, *decide_now);
    if (const auto* restarting = std::get_if<restart_step>(&s.action)) co_return co_await act_on(s, *restarting);
    if (const auto* command = std::get_if<command_step>(&s.action)) co_return co_await change_by(s, *command);
    if (const auto* registry = std::get_if<registry_step>(&s.action)) co_return co_await change_by(s, *registry);
    if (const auto* service = std::get_if<service_step>(&s.action)) co_return co_await change_by(s, *service);
    co_await change_by(s, std::get<acl_step>(s.action));
}

asio::awaitable<void> passes::act_on(const step& s, const read_step& action) {
    const auto how = run.rendered(action.what);
    nlohmann::json result;
    const bool we_changed_something = run.phase != run_phase::look && (!run.done.empty() || restart);
    if (action.settle && we_changed_something) {
        const auto enough = [&](const nlohmann::json& r) {
            scope extra{{"result", r}};
            if (!s.register_as.empty()) extra[s.register_as] = r;
            return run.holds(action.settle->that, &extra);
        };
        result = co_await run.read_until(how, enough, action.settle->within);
    } else {
        result = co_await run.read(how);
    }
    const scope extra{{"result", result}};
    remember(s, std::move(result));
    if (!action.look.empty()) {
        auto text = run.say({action.look, s.at}, &extra);
        run.emit(event::kind::looked, text);
        run.account.looks.push_back({s.id, s.name, s.cites, run.phase, std::move(text)});
    }
    judge_findings(s, action.findings, extra);
}

asio::awaitable<void> passes::act_on(const step& s, const judge_step& action) {
    nlohmann::json value;
    if (!action.value.text.empty()) value = run.value(action.value);
    const scope extra{{"result", value}};
    remember(s, std::move(value));
    if (!action.look.empty()) {
        auto text = run.say({action.look, s.at}, &extra);
        run.emit(event::kind::looked, text);
        run.account.looks.push_back({s.id, s.name, s.cites, run.phase, std::move(text)});
    }
    judge_findings(s, action.findings, extra);
    co_return;
}

template <class Change>
asio::awaitable<void> passes::change_by(const step& s, const Change& action) {
    std::optional<change_plan> planned = co_await plan_change(run, action);
    if (!planned) {
        remember(s, acted(false, false));
        co_return;
    }
    auto& plan = *planned;
    plan.step_id = s.id;
    plan.step_name = s.name;
    plan.cites = s.cites;
    plan.why = run.say(s.why);
    plan.risk = s.risk;
    if (run.phase != run_phase::repair) {
        anything_wrong = anything_planned = true;
        remember(s, acted(false, true));
        if (run.phase == run_phase::proof) {
            add_finding(s, severity::fault, "still to be changed after the repair: " + plan.what);
            co_return;
        }
        if (plan.effective == takes_effect::restart) run.restart_pending = true;
        add_change(s, plan);
        co_await is_confirmed(s, plan.what, plan.undo);
        co_return;
    }
    const bool confirmed = co_await is_confirmed(s, plan.what, plan.undo);
    const auto at = add_change(s, plan);
    if (!confirmed) {
        run.account.changes[at].how = change::state::declined;
        declined = true;
        remember(s, acted(false, false));
        co_return;
    }
    co_await run.perform(std::move(plan), *journal, at);
    remember(s, acted(true, false));
}

asio::awaitable<void> passes::act_on(const step& s, const restart_step& action) {
    const auto reason = run.say(action.reason);
    change_plan plan;
    plan.step_id = s.id;
    plan.step_name = s.name;
    plan.cites = s.cites;
    plan.what = "restart the machine";
    plan.why = run.say(s.why);
    plan.risk = s.risk;
    plan.undo = undo_class::none;
    plan.residue = "a restart cannot be undone; sessions that were open are gone";
    if (run.phase != run_phase::repair) {
        anything_wrong = anything_planned = true;
        remember(s, acted(false, true));
        if (run.phase == run_phase::look) {
            add_change(s, plan);
            co_await is_confirmed(s, plan.what, plan.undo);
        } else {
            add_finding(s, severity::fault, "a restart is needed again");
        }
        co_return;
    }
    const bool confirmed = co_await is_confirmed(s, plan.what, plan.undo);
    const auto at = add_change(s, plan);
    if (!confirmed) {
        run.account.changes[at].how = change::state::declined;
        declined = true;
        remember(s, acted(false, false));
        co_return;
    }
    auto entry = to_json(plan);
    entry["type"] = "restart";
    const auto number = journal->write(std::move(entry));
    run.account.changes[at].number = number;
    run.emit(event::kind::restarting, reason);
    run.account.changes[at].how = change::state::unknown;  // until the new boot is seen
    const restart_outcome seen = co_await machine_.restart(reason, action.limit);
    restart = seen;
    run.account.restart = seen;
    run.account.changes[at].how = change::state::done;
    run.account.changes[at].took = seen.took;
    run.account.changes[at].proof = seen.proof;
    journal->write({{"type", "outcome"}, {"of", number}, {"how", "done"}, {"proof", seen.proof}});
    run.restart_pending = false;
    run.emit(event::kind::restarted, seen.proof, {{"took_ms", seen.took.count()}});
    remember(s, acted(true, false));
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

void passes::remember(const step& s, nlohmann::json result) {
    if (!s.register_as.empty()) run.names[s.register_as] = std::move(result);
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
    change c;
    c.step_id = s.id;
    c.step_name = s.name;
    c.cites = s.cites;
    c.what = plan.what;
    c.from = plan.from;
    c.to = plan.to;
    c.why = plan.why;
    c.risk = plan.risk;
    c.undo = plan.undo;
    c.residue = plan.residue;
    c.effective = plan.effective;
    all.push_back(std::move(c));
    return all.size() - 1;
}

void passes::set_run_table() {
    run.names["run"] = {{"phase", to_string(run.phase)},
                        {"apply", options_.mode == run_mode::apply},
                        {"restart_pending", run.restart_pending},
                        {"restarted", restart.has_value()},
                        {"changed", run.done.size()}};
}

}  // namespace emsctl::scripts
