#include <algorithm>

#include "scripts/lua_names.hpp"
#include "scripts/parsers.hpp"
#include "scripts/pass.hpp"
#include "scripts/variables.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

std::string to_be_decided(const std::vector<std::string>& variables) {
    std::string list;
    for (const auto& name : variables) list += (list.empty() ? "\"" : "\", \"") + name;
    return "somebody has to decide " + list + "\" first";
}

}  // namespace

decision_missing::decision_missing(std::vector<std::string> variables)
    : std::runtime_error(to_be_decided(variables)), names(std::move(variables)) {}

passes::passes(const runbook& book, target& machine, observer& watcher, report& account, const run_options& options)
    : run(machine, watcher, account, options.clock),
      book_(&book),
      machine_(machine),
      options_(options),
      limit_(options.limit.count() > 0 ? options.limit : book.limit) {
    run.secrets = options.secrets;
    for (const auto* v : settable_variables(book)) {
        if (!v->fallback.is_null()) answers_[v->full_name] = v->fallback;
        const auto given = options.variables.find(v->full_name);
        if (given != options.variables.end()) answers_[v->full_name] = typed(*v, given->second).value;
    }
    for (const auto& [name, text] : options.variables) {
        if (name.starts_with("confirm:")) confirmed_[name.substr(8)] = means_yes(text);
        if (name.starts_with("done:")) by_hand_[name.substr(5)] = means_yes(text);
    }
}

const variable& passes::variable_of(const std::string& name) const {
    return *std::find_if(book_->variables.begin(), book_->variables.end(),
                         [&](const auto& v) { return v.name == name; });
}

decision& passes::decision_of(const std::string& variable) {
    auto& all = run.account.decisions;
    for (auto& d : all)
        if (d.variable == variable) return d;
    all.emplace_back();
    all.back().variable = variable;
    return all.back();
}

bool passes::has_answer(const variable& v) const {
    return answers_.contains(v.full_name) || run.secrets.contains(v.full_name);
}

asio::awaitable<void> passes::settle_variables() {
    std::vector<std::string> missing;
    for (const auto* v : settable_variables(*book_)) {
        if (has_answer(*v) && !v->is_prompted) continue;
        if (options_.variables.contains(v->full_name) || before_.answers.contains(v->full_name)) continue;
        if (!v->computed.text.empty()) co_await compute_default(*v);
        if (!v->is_prompted) continue;
        auto asking = prompt_for(*v);
        const bool is_known = co_await std::move(asking);
        if (!is_known) missing.push_back(v->full_name);
    }
    if (!missing.empty()) throw decision_missing(missing);
}

// It sees the facts and the variables before it.
asio::awaitable<void> passes::compute_default(const variable& v) {
    auto facts = members_named(v.computed.text, "facts");
    co_await run.gather(facts);
    const auto prefix = v.full_name.substr(0, v.full_name.size() - v.name.size());
    run.names.clear();
    run.names["facts"] = run.facts();
    for (const auto& [name, value] : answers_)
        if (name.starts_with(prefix)) run.names[name.substr(prefix.size())] = value;
    const auto text = run.say(v.computed);
    auto checked = typed(v, text);
    if (!checked.problem.empty()) throw step_error("the default of " + v.full_name + ": " + checked.problem);
    answers_[v.full_name] = std::move(checked.value);
}

// The default is the proposal, and what counts when nobody answers.
asio::awaitable<bool> passes::prompt_for(const variable& v) {
    const auto known = answers_.find(v.full_name);
    const bool has_default = known != answers_.end();
    question what;
    what.variable = v.full_name;
    what.type = v.type;
    what.choices = v.choices;
    what.text = v.question.empty() ? v.full_name + "?" : v.question;
    if (has_default) what.proposal = as_text(known->second).value_or("");
    what.safe = has_default;
    auto& d = decision_of(v.full_name);
    d.question = what.text;
    d.proposal = what.proposal;
    d.how = has_default ? decision::origin::fallback : decision::origin::missing;
    auto asking = ask(std::move(what));
    const auto answer = co_await std::move(asking);
    if (answer) {
        auto checked = typed(v, trimmed(*answer));
        if (!checked.problem.empty()) throw step_error(checked.problem);
        answers_[v.full_name] = std::move(checked.value);
        decision_of(v.full_name).how = decision::origin::asked;
    }
    const bool is_known = answers_.contains(v.full_name);
    auto& told = decision_of(v.full_name);
    told.accepted = is_known;
    if (is_known) told.answer = answers_[v.full_name];
    co_return is_known;
}

asio::awaitable<void> passes::act_on(const step& s, const decision_step& action) {
    const auto& v = variable_of(action.variable);
    const auto facts = members_named(v.proposal, "facts");
    co_await run.gather(facts);
    std::string text = run.say(action.question);
    if (text.empty()) text = v.question.empty() ? s.name : run.say({v.question, v.at});
    std::string proposal;
    if (!action.proposal.text.empty())
        proposal = as_text(run.value(action.proposal)).value_or("");
    else if (!v.proposal.empty())
        proposal = run.say({v.proposal, v.at});
    {
        auto& d = decision_of(v.full_name);
        d.step_id = s.id;
        d.question = std::move(text);
        d.proposal = proposal;
        if (options_.variables.contains(v.full_name) || options_.secrets.contains(v.full_name))
            d.how = decision::origin::given;
        else if (before_.answers.contains(v.full_name))
            d.how = decision::origin::asked;
        else if (answers_.contains(v.full_name) && d.how == decision::origin::missing)
            d.how = decision::origin::fallback;
    }
    const bool is_secret = v.type == variable_type::secret;
    if (!has_answer(v)) {
        if (may_change()) {
            co_await decide(v, action.safe);
            if (!is_secret) run.names[v.name] = answers_[v.full_name];
        } else {
            // While looking, the plan is shown as it would be with the proposed answer, or with some secret.
            auto& d = decision_of(v.full_name);
            const auto assumed = typed(v, proposal);
            const bool usable = is_secret || (!proposal.empty() && assumed.problem.empty());
            if (!is_secret) run.names[v.name] = usable ? assumed.value : nlohmann::json();
            d.how = usable ? decision::origin::assumed : decision::origin::missing;
            if (only_looks_ == 0) open_decisions_.push_back({&v, action.safe});
        }
    }
    const auto& answer = run.names[v.name];
    const bool accepted =
        !answer.is_null() && (action.accept.text.empty() ? is_true(answer) : run.holds(action.accept));
    auto& d = decision_of(v.full_name);
    d.answer = is_secret ? nlohmann::json(run.secrets.contains(v.full_name) ? "***" : "") : answer;
    d.accepted = accepted;
    for (const auto& id : action.confirms)
        if (!options_.variables.contains("confirm:" + id)) confirmed_[id] = accepted;
    if (!accepted && has_answer(v)) declined = true;
    auto result = nlohmann::json{{"accepted", accepted}, {"answer", answer}, {"skipped", false},
                                 {"changed", false},     {"acts", false},    {"failed", false}};
    remember(s, std::move(result));
    run.emit(event::kind::decided, d.question,
             {{"variable", v.full_name},
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

asio::awaitable<void> passes::decide(const variable& v, bool safe) {
    question what;
    {
        const auto& d = decision_of(v.full_name);
        what.variable = v.full_name;
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
        const bool is_secret = v.type == variable_type::secret;
        auto checked = typed(v, is_secret ? std::string_view(*answer) : trimmed(*answer));
        if (checked.problem.empty() && is_secret) {
            run.secrets[v.full_name] = *answer;
            decision_of(v.full_name).how = how;
            co_return;
        }
        if (checked.problem.empty()) {
            if (journal) journal->write({{"type", "answer"}, {"variable", v.full_name}, {"value", checked.value}});
            answers_[v.full_name] = std::move(checked.value);
            decision_of(v.full_name).how = how;
            co_return;
        }
        run.warn(checked.problem);
    }
    decision_of(v.full_name).how = decision::origin::missing;
    throw decision_missing({v.full_name});
}

bool passes::needs_confirmation(const step& s) const {
    if (options_.confirm == confirm_policy::none) return false;
    return options_.confirm == confirm_policy::each || s.risk == risk_level::medium || s.risk == risk_level::high;
}

asio::awaitable<bool> passes::is_confirmed(const step& s, std::string what, undo_class undo) {
    if (const auto known = confirmed_.find(s.id); known != confirmed_.end()) co_return known->second;
    if (!needs_confirmation(s)) co_return true;
    if (!may_change()) {
        open_confirmations_.push_back({s.id, std::move(what), s.risk, undo, false});
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
    if (!answer || (!means_yes(*answer) && !means_no(*answer))) throw decision_missing({"confirm:" + step_id});
    confirmed_[step_id] = means_yes(*answer);
    if (journal) journal->write({{"type", "answer"}, {"confirm", step_id}, {"value", confirmed_[step_id]}});
}

asio::awaitable<void> passes::ask_whether_done(std::string step_id, std::string instruction, risk_level risk) {
    question asked;
    asked.what = question::kind::by_hand;
    asked.variable = "done:" + step_id;
    asked.type = variable_type::boolean;
    asked.text = instruction + " - is it done?";
    asked.risk = risk;
    asked.undo = undo_class::none;
    const auto answer = co_await ask(std::move(asked));
    if (!answer || (!means_yes(*answer) && !means_no(*answer))) throw decision_missing({"done:" + step_id});
    by_hand_[step_id] = means_yes(*answer);
}

void passes::need_snapshot(const std::string& step_name) const {
    if (options_.snapshot_id.empty() && options_.no_snapshot.empty() && !has_snapshot_)
        throw snapshot_missing("\"" + step_name +
                               "\" is of high risk: take a snapshot of the machine first and give its name with "
                               "--snapshot-id, or say with --no-snapshot why there is none");
}

asio::awaitable<void> passes::settle_questions() {
    has_snapshot_ = false;
    if (!high_risk_step_.empty()) need_snapshot(high_risk_step_);
    // Whoever cannot be asked learns of everything that is missing at once.
    std::vector<std::string> missing;
    const auto decisions = open_decisions_;
    for (const auto& open : decisions) {
        if (has_answer(*open.what)) continue;
        try {
            co_await decide(*open.what, open.safe);
        } catch (const decision_missing& one) {
            missing.insert(missing.end(), one.names.begin(), one.names.end());
        }
    }
    const auto confirmations = open_confirmations_;
    for (const auto& open : confirmations) {
        // What is to be done by hand is asked when its turn has come; that somebody can be asked is known before.
        if (open.by_hand && !by_hand_.contains(open.step_id) && !options_.ask)
            missing.push_back("done:" + open.step_id);
        if (open.by_hand || confirmed_.contains(open.step_id)) continue;
        try {
            co_await confirm(open.step_id, open.what, open.risk, open.undo);
        } catch (const decision_missing& one) {
            missing.insert(missing.end(), one.names.begin(), one.names.end());
        }
    }
    if (!missing.empty()) throw decision_missing(missing);
}

void passes::take_over(const report& looked) {
    run.account.looks = looked.looks;
    run.account.findings = looked.findings;
    run.account.decisions = looked.decisions;
    run.account.warnings = looked.warnings;
    run.account.changes = looked.changes;
    const auto settable = settable_variables(*book_);
    for (const auto& d : looked.decisions)
        if (d.step_id.empty() && d.accepted) answers_[d.variable] = d.answer;  // asked for before anything else
    for (const auto* s : all_steps(*book_, true)) {
        const auto* action = std::get_if<decision_step>(&s->action);
        for (const auto& d : looked.decisions) {
            if (!action || d.step_id != s->id) continue;
            for (const auto* v : settable)
                if (v->full_name == d.variable && !has_answer(*v)) open_decisions_.push_back({v, action->safe});
            // Whether the answer means yes is seen when the step is reached; until then nothing more is asked.
            for (const auto& id : action->confirms)
                if (!confirmed_.contains(id)) confirmed_[id] = true;
        }
        const bool by_hand = std::holds_alternative<manual_step>(s->action);
        for (const auto& c : looked.changes)
            if (c.step_id == s->id && s->risk == risk_level::high) high_risk_step_ = s->name;
        for (const auto& c : looked.changes)
            if (c.step_id == s->id && (by_hand || (needs_confirmation(*s) && !confirmed_.contains(s->id))))
                open_confirmations_.push_back({s->id, c.what, s->risk, c.undo, by_hand});
    }
}

void passes::take_over(earlier_run before) {
    for (const auto& [name, value] : before.answers)
        if (!options_.variables.contains(name)) answers_[name] = value;
    for (const auto& [id, yes] : before.confirmed) confirmed_.emplace(id, yes);
    before_ = std::move(before);
}

}  // namespace emsctl::scripts
