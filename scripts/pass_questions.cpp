#include <algorithm>

#include "scripts/parsers.hpp"
#include "scripts/pass.hpp"
#include "scripts/variables.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

passes::passes(const runbook& book, target& machine, observer& watcher, report& account, const run_options& options)
    : run(machine, watcher, account, options.clock), book_(book), machine_(machine), options_(options) {
    for (const auto& v : book.variables) {
        run.names[v.name] = v.fallback;
        if (!v.fallback.is_null()) decided_.insert(v.name);
        const auto given = options.variables.find(v.name);
        if (given == options.variables.end()) continue;
        run.names[v.name] = typed(v, given->second).value;
        decided_.insert(v.name);
    }
    for (const auto& [name, text] : options.variables)
        if (name.starts_with("confirm:")) confirmed_[name.substr(8)] = means_yes(text);
    run.names["item"] = nullptr;
    run.names["proof"] = nullptr;
    run.names["result"] = nullptr;
}

const variable& passes::variable_of(const std::string& name) const {
    return *std::find_if(book_.variables.begin(), book_.variables.end(), [&](const auto& v) { return v.name == name; });
}

decision& passes::decision_of(const std::string& variable) {
    auto& all = run.account.decisions;
    for (auto& d : all)
        if (d.variable == variable) return d;
    all.emplace_back();
    all.back().variable = variable;
    return all.back();
}

asio::awaitable<void> passes::act_on(const step& s, const decision_step& action) {
    const auto& v = variable_of(action.variable);
    std::string text = run.say(action.question);
    if (text.empty()) text = v.question.empty() ? s.name : run.say({v.question, v.at});
    std::string proposal;
    if (!action.proposal.text.empty())
        proposal = as_text(run.value(action.proposal)).value_or("");
    else if (!v.proposal.empty())
        proposal = run.say({v.proposal, v.at});
    {
        auto& d = decision_of(v.name);
        d.step_id = s.id;
        d.question = std::move(text);
        d.proposal = proposal;
        if (options_.variables.contains(v.name))
            d.how = decision::origin::given;
        else if (!v.fallback.is_null())
            d.how = decision::origin::fallback;
    }
    if (!decided_.contains(v.name)) {
        if (run.phase == run_phase::repair) {
            co_await decide(v.name, action.safe);
        } else {
            // While looking, the plan is shown as it would be with the proposed answer.
            auto& d = decision_of(v.name);
            const auto assumed = typed(v, proposal);
            const bool usable = !proposal.empty() && assumed.problem.empty();
            run.names[v.name] = usable ? assumed.value : nlohmann::json();
            d.how = usable ? decision::origin::assumed : decision::origin::missing;
            open_decisions_.push_back({v.name, action.safe});
        }
    }
    const auto& answer = run.names[v.name];
    const bool accepted =
        !answer.is_null() && (action.accept.text.empty() ? is_true(answer) : run.holds(action.accept));
    auto& d = decision_of(v.name);
    d.answer = answer;
    d.accepted = accepted;
    for (const auto& id : action.confirms)
        if (!options_.variables.contains("confirm:" + id)) confirmed_[id] = accepted;
    if (!accepted && decided_.contains(v.name)) declined = true;
    auto result = nlohmann::json{{"accepted", accepted}, {"answer", answer}, {"skipped", false},
                                 {"changed", false},     {"acts", false},    {"failed", false}};
    remember(s, std::move(result));
    run.emit(event::kind::decided, d.question,
             {{"variable", v.name},
              {"answer", d.answer},
              {"proposal", d.proposal},
              {"how", to_string(d.how)},
              {"accepted", accepted}});
}

asio::awaitable<std::optional<std::string>> passes::ask(question what) {
    if (!options_.ask) co_return std::nullopt;
    for (const auto& f : run.account.findings)
        if (f.phase == run_phase::look) what.evidence.push_back(f.text);
    co_return co_await options_.ask(std::move(what));
}

asio::awaitable<void> passes::decide(const std::string& variable, bool safe) {
    const auto& v = variable_of(variable);
    question what;
    {
        const auto& d = decision_of(variable);
        what.variable = variable;
        what.type = v.type;
        what.choices = v.choices;
        what.text = d.question;
        what.proposal = d.proposal;
        what.safe = safe;
    }
    std::optional<std::string> answer;
    auto how = decision::origin::asked;
    if (safe && options_.confirm == confirm_policy::none && !what.proposal.empty()) {
        answer = what.proposal;
        how = decision::origin::taken;
    } else {
        answer = co_await ask(std::move(what));
    }
    if (answer) {
        auto checked = typed(v, trimmed(*answer));
        if (checked.problem.empty()) {
            run.names[variable] = std::move(checked.value);
            decided_.insert(variable);
            decision_of(variable).how = how;
            co_return;
        }
        run.warn(checked.problem);
    }
    decision_of(variable).how = decision::origin::missing;
    throw decision_missing(variable);
}

bool passes::needs_confirmation(const step& s) const {
    if (options_.confirm == confirm_policy::none) return false;
    return options_.confirm == confirm_policy::each || s.risk == risk_level::medium || s.risk == risk_level::high;
}

asio::awaitable<bool> passes::is_confirmed(const step& s, std::string what, undo_class undo) {
    if (const auto known = confirmed_.find(s.id); known != confirmed_.end()) co_return known->second;
    if (!needs_confirmation(s)) co_return true;
    if (run.phase != run_phase::repair) {
        open_confirmations_.push_back({s.id, std::move(what), s.risk, undo});
        co_return true;
    }
    co_await confirm(s.id, std::move(what), s.risk, undo);
    co_return confirmed_[s.id];
}

asio::awaitable<void> passes::confirm(std::string step_id, std::string what, risk_level risk, undo_class undo) {
    question asked;
    asked.what = question::kind::confirmation;
    asked.variable = "confirm:" + step_id;
    asked.type = variable_type::boolean;
    asked.text = what + "?";
    asked.proposal = "yes";
    asked.risk = risk;
    asked.undo = undo;
    const auto answer = co_await ask(std::move(asked));
    if (!answer || (!means_yes(*answer) && !means_no(*answer))) throw decision_missing("confirm:" + step_id);
    confirmed_[step_id] = means_yes(*answer);
}

asio::awaitable<void> passes::settle_questions() {
    const auto decisions = open_decisions_;
    for (const auto& open : decisions)
        if (!decided_.contains(open.variable)) co_await decide(open.variable, open.safe);
    const auto confirmations = open_confirmations_;
    for (const auto& open : confirmations)
        if (!confirmed_.contains(open.step_id)) co_await confirm(open.step_id, open.what, open.risk, open.undo);
}

void passes::take_over(const report& looked) {
    run.account.looks = looked.looks;
    run.account.findings = looked.findings;
    run.account.decisions = looked.decisions;
    run.account.warnings = looked.warnings;
    run.account.changes = looked.changes;
    for (const auto& s : book_.steps) {
        const auto* action = std::get_if<decision_step>(&s.action);
        for (const auto& d : looked.decisions) {
            if (!action || d.variable != action->variable) continue;
            if (!decided_.contains(d.variable)) open_decisions_.push_back({d.variable, action->safe});
            // Whether the answer means yes is seen when the step is reached; until then nothing more is asked.
            for (const auto& id : action->confirms)
                if (!confirmed_.contains(id)) confirmed_[id] = true;
        }
        for (const auto& c : looked.changes)
            if (c.step_id == s.id && needs_confirmation(s) && !confirmed_.contains(s.id))
                open_confirmations_.push_back({s.id, c.what, s.risk, c.undo});
    }
}

}  // namespace emsctl::scripts
