#include "scripts/pass.hpp"

#include <algorithm>

#include "scripts/lua_names.hpp"
#include "scripts/runbook_texts.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

// What a name holds before its step ran, or when it was skipped.
nlohmann::json skipped_result() {
    return {{"skipped", true}, {"changed", false}, {"acts", false}, {"failed", false}};
}

}  // namespace

asio::awaitable<void> passes::through(run_phase phase) {
    run.phase = phase;
    run.current = nullptr;
    run.emit(event::kind::phase_started, std::string(to_string(phase)));
    anything_wrong = anything_planned = blind = has_snapshot_ = false;
    has_started_ = options_.start_at.empty();
    if (phase == run_phase::look) {
        open_decisions_.clear();
        open_confirmations_.clear();
        high_risk_step_.clear();
    }
    if (phase == run_phase::repair) run.restart_pending = before_.restart_pending;
    run.forget_clock();
    if (phase == run_phase::repair && !before_.seen.empty()) run.take_facts(before_.facts);
    enter(*book_, {});
    co_await walk(book_->steps, phase == run_phase::repair);
    run.current = nullptr;
}

// The names of a runbook as they are before its first step.
void passes::enter(const runbook& book, const std::map<std::string, nlohmann::json>& parameters) {
    book_ = &book;
    run.names.clear();
    run.names["facts"] = run.facts();
    for (const auto& v : book.variables) {
        if (const auto given = parameters.find(v.name); given != parameters.end())
            answers_[v.full_name] = given->second;
        const auto answer = answers_.find(v.full_name);
        const auto open = v.type == variable_type::secret ? secret_in_expressions(v.full_name) : nlohmann::json();
        run.names[v.name] = answer == answers_.end() ? open : answer->second;
    }
    for (const char* name : {"item", "proof", "result", "failure"}) run.names[name] = nullptr;
    forget_results(book.steps);
}

void passes::forget_results(const std::vector<step>& steps) {
    for (const auto& s : steps) {
        if (!s.register_as.empty())
            run.names[s.register_as] =
                std::holds_alternative<judge_step>(s.action) ? nlohmann::json() : skipped_result();
        if (const auto* block = std::get_if<block_step>(&s.action))
            for (const auto* part : {&block->steps, &block->rescue, &block->always}) forget_results(*part);
        if (const auto* hive = std::get_if<hive_step>(&s.action)) forget_results(hive->steps);
    }
}

// With `throws` a failed step ends the walk; else it is noted, and the walk goes on.
asio::awaitable<void> passes::walk(const std::vector<step>& steps, bool throws) {
    for (const auto& s : steps) co_await one_step(s, throws);
}

asio::awaitable<void> passes::one_step(const step& s, bool throws) {
    const auto* outer = run.current;
    run.current = &s;
    if (run.phase != run_phase::proof) stop_when_asked(s);
    if (s.id == options_.start_at) has_started_ = true;
    set_run_table();
    std::string problem;
    const auto facts = facts_of_condition(s);
    try {
        co_await run.gather(facts);
        co_await step_once(s);
    } catch (const step_error& error) {
        problem = error.what();
    } catch (const nlohmann::json::exception& error) {
        problem = error.what();
    }
    run.current = outer;
    if (problem.empty()) co_return;
    auto result = skipped_result();
    result["failed"] = true;
    if (!s.register_as.empty() && !std::holds_alternative<judge_step>(s.action))
        run.names[s.register_as] = std::move(result);
    if (s.optional) {
        run.warn(s.name + ": " + problem);
    } else if (throws) {
        throw step_error(s.name + ": " + problem);
    } else {
        blind = true;
        add_finding(s, severity::fault, "this could not be determined: " + problem);
    }
}

void passes::stop_when_asked(const step& s) {
    auto why = run.reason_to_stop();
    if (!why && limit_.count() > 0 && run.elapsed() > limit_)
        why = "the run took longer than the " + std::to_string(limit_.count()) + " s it may take";
    if (why) throw stop_asked("stopped before \"" + s.name + "\": " + *why);
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
    const auto outer_item = run.names["item"];
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
    run.names["item"] = outer_item;
    if (!s.register_as.empty()) run.names[s.register_as] = std::move(whole);
}

// In a repair, what each single step gave is kept for the journal: whoever resumes the run walks by it.
asio::awaitable<void> passes::act(const step& s) {
    const bool is_composed = std::holds_alternative<block_step>(s.action) ||
                             std::holds_alternative<hive_step>(s.action) ||
                             std::holds_alternative<include_step>(s.action);
    if (is_composed || run.phase != run_phase::repair) co_return co_await act_anew(s);
    if (acted_before(s)) co_return;
    std::string problem;
    try {
        co_await act_anew(s);
    } catch (const step_error& error) {
        problem = error.what();
    }
    reveal(s.id);
    remember_earlier(s);
    note_seen(s, problem);
    if (!problem.empty()) throw step_error(problem);
}

bool passes::acted_before(const step& s) {
    const auto found = before_.seen.find(s.id);
    if (found == before_.seen.end()) return false;
    const auto one = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty()) before_.seen.erase(found);
    if (before_.seen.empty()) run.forget_clock();
    reveal(s.id);
    if (one.contains("problem")) throw step_error(one["problem"].get<std::string>());
    if (!s.register_as.empty()) run.names[s.register_as] = one["result"];
    return true;
}

void passes::note_seen(const step& s, const std::string& problem) {
    nlohmann::json one{{"step", s.id}};
    if (!problem.empty())
        one["problem"] = problem;
    else
        one["result"] = s.register_as.empty() ? nlohmann::json() : run.names[s.register_as];
    seen_.push_back(std::move(one));
}

nlohmann::json passes::take_context() {
    nlohmann::json context{{"seen", std::move(seen_)}, {"facts", run.facts()}};
    seen_ = nlohmann::json::array();
    return context;
}

void passes::reveal(const std::string& step_id, const std::string& what) {
    for (auto one = before_.done.begin(); one != before_.done.end();) {
        if (one->plan.step_id != step_id || (!what.empty() && one->plan.what != what)) {
            ++one;
            continue;
        }
        run.done.push_back(std::move(*one));
        one = before_.done.erase(one);
    }
}

void passes::reveal_all() {
    run.done.insert(run.done.begin(), std::make_move_iterator(before_.done.begin()),
                    std::make_move_iterator(before_.done.end()));
    before_.done.clear();
}

asio::awaitable<void> passes::act_anew(const step& s) {
    const auto facts = facts_of(s);
    co_await run.gather(facts);
    auto acting = std::visit([&](const auto& action) { return act_on(s, action); }, s.action);
    co_await std::move(acting);
}

bool passes::was_done_before(const std::vector<step>& steps) const {
    if (run.phase != run_phase::repair || before_.of.empty()) return false;
    return std::any_of(steps.begin(), steps.end(), [&](const step& s) {
        if (const auto* block = std::get_if<block_step>(&s.action))
            return was_done_before(block->steps) || was_done_before(block->rescue) || was_done_before(block->always);
        if (const auto* hive = std::get_if<hive_step>(&s.action)) return was_done_before(hive->steps);
        if (const auto* include = std::get_if<include_step>(&s.action)) return was_done_before(include->book->steps);
        return before_.of.contains(s.id);
    });
}

bool passes::was_done_before(const step& s, const change_plan& plan) const {
    const auto found = before_.of.find(s.id);
    return found != before_.of.end() && found->second.contains(plan.what);
}

bool passes::is_selected(const step& s) const {
    if (!has_started_) return false;
    if (options_.tags.empty()) return true;
    const auto has_one = [&](const step& one) {
        return std::any_of(one.tags.begin(), one.tags.end(), [&](const auto& t) { return options_.tags.contains(t); });
    };
    return has_one(s) || std::any_of(around_.begin(), around_.end(), [&](const step* one) { return has_one(*one); });
}

void passes::remember(const step& s, nlohmann::json result) {
    if (!s.register_as.empty()) run.names[s.register_as] = std::move(result);
}

// A step that had changed something before the run was interrupted has changed something, whatever it finds now.
void passes::remember_earlier(const step& s) {
    if (run.phase != run_phase::repair || s.register_as.empty() || !before_.of.contains(s.id)) return;
    auto& result = run.names[s.register_as];
    if (!result.is_object()) return;
    result["skipped"] = false;
    result["changed"] = result["acts"] = true;
}

void passes::set_run_table() {
    run.names["run"] = {{"phase", to_string(run.phase)},
                        {"apply", options_.mode == run_mode::apply},
                        {"restart_pending", run.restart_pending},
                        {"restarted", restart.has_value()},
                        {"changed", run.done.size()}};
}

}  // namespace emsctl::scripts
