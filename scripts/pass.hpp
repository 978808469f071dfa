// One way through a runbook's steps: looking (and planning), repairing, or proving. Internal to scripts/.
#pragma once

#include <map>
#include <set>

#include "scripts/earlier_run.hpp"
#include "scripts/engine.hpp"

namespace emsctl::scripts {

// Somebody has to decide first; what() says what.
class decision_missing : public std::runtime_error {
  public:
    explicit decision_missing(std::vector<std::string> variables);
    std::vector<std::string> names;
};

// A step of high risk has neither a snapshot to go back to nor a reason why there is none; what() says what to do.
class snapshot_missing : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Whoever watches wants nothing new to be begun; what() says why.
class stop_asked : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class passes {
  public:
    passes(const runbook& book, target& machine, observer& watcher, report& account, const run_options& options);

    // Throws step_error (repair only), stop_asked (not while proving), decision_missing, system_error (the console
    // failed).
    boost::asio::awaitable<void> through(run_phase phase);

    // Before anything is looked at: defaults that depend on the machine, and what has to be asked for. Throws
    // step_error for a default that is not a value of its variable, and decision_missing.
    boost::asio::awaitable<void> settle_variables();

    // After looking: puts every open decision and every confirmation to whoever can answer.
    boost::asio::awaitable<void> settle_questions();
    void take_over(const report& looked);  // questions of an earlier look
    // What an interrupted run has done already, by its journal.
    void take_over(earlier_run before);
    // Everything an interrupted run had done counts from now on, also what the steps have not come to again.
    void reveal_all();

    engine run;
    std::optional<journal_writer> journal;
    bool anything_wrong = false;  // in the last pass: a fault or a planned change
    bool anything_planned = false;
    bool blind = false;     // in the last pass: something could not be read
    bool declined = false;  // somebody said no to something
    bool has_open_decisions() const { return !open_decisions_.empty(); }
    const std::map<std::string, nlohmann::json>& answers() const { return answers_; }
    const std::map<std::string, bool>& confirmed() const { return confirmed_; }
    std::optional<restart_outcome> restart;

  private:
    boost::asio::awaitable<void> walk(const std::vector<step>& steps, bool throws);
    boost::asio::awaitable<void> one_step(const step& s, bool throws);
    boost::asio::awaitable<void> step_once(const step& s);
    boost::asio::awaitable<void> act(const step& s);
    boost::asio::awaitable<void> act_anew(const step& s);
    bool acted_before(const step& s);
    void reveal(const std::string& step_id, const std::string& what = {});
    void note_seen(const step& s, const std::string& problem);
    nlohmann::json take_context();
    boost::asio::awaitable<void> act_on(const step& s, const read_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const judge_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const decision_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const azure_snapshot_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const restart_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const manual_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const block_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const hive_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const include_step& action);
    // A change that is planned by looking.
    template <class Change>
    boost::asio::awaitable<void> act_on(const step& s, const Change& action);
    boost::asio::awaitable<void> inside(const step& s, const hive_step& action);
    boost::asio::awaitable<void> look_inside(const step& s, const hive_step& action, std::string file);
    boost::asio::awaitable<void> journaled(const step& s, change_plan plan);
    // Whether this run, or the one that it resumes, changes it, or would.
    template <class Change>
    boost::asio::awaitable<bool> change_by(const step& s, const Change& action);
    // The change's place in the report when it is its turn; nullopt: it is left out, only foreseen, or somebody said
    // no.
    boost::asio::awaitable<std::optional<std::size_t>> go_ahead(const step& s, change_plan plan);
    boost::asio::awaitable<void> foresee(const step& s, change_plan plan);
    boost::asio::awaitable<nlohmann::json> read_for(const step& s, const read_step& action);

    boost::asio::awaitable<bool> is_confirmed(const step& s, std::string what, undo_class undo);
    boost::asio::awaitable<void> confirm(std::string step_id, std::string what, risk_level risk, undo_class undo);
    bool needs_confirmation(const step& s) const;
    boost::asio::awaitable<void> decide(const variable& v, bool safe);
    boost::asio::awaitable<void> compute_default(const variable& v);
    boost::asio::awaitable<bool> prompt_for(const variable& v);
    bool has_answer(const variable& v) const;
    boost::asio::awaitable<std::optional<std::string>> ask(question what);
    void need_snapshot(const std::string& step_name) const;
    boost::asio::awaitable<void> ask_whether_done(std::string step_id, std::string instruction, risk_level risk);

    void enter(const runbook& book, const std::map<std::string, nlohmann::json>& parameters);
    void forget_results(const std::vector<step>& steps);
    bool is_selected(const step& s) const;
    bool may_change() const { return run.phase == run_phase::repair && only_looks_ == 0; }
    bool was_done_before(const std::vector<step>& steps) const;
    bool was_done_before(const step& s, const change_plan& plan) const;
    void stop_when_asked(const step& s);
    change_plan plan_of(const step& s) const;
    void leave_out(const step& s, const std::string& what);

    void tell_look(const step& s, const std::string& text, const scope& extra);
    void judge_findings(const step& s, const std::vector<finding_rule>& rules, const scope& extra);
    void add_finding(const step& s, severity level, std::string text);
    void remember(const step& s, nlohmann::json result);
    void remember_earlier(const step& s);
    std::size_t add_change(const step& s, const change_plan& plan);
    void set_run_table();
    decision& decision_of(const std::string& variable);
    const variable& variable_of(const std::string& name) const;

    const runbook* book_;  // whose names are seen now
    target& machine_;
    const run_options& options_;
    std::map<std::string, bool> confirmed_;          // by step id
    std::map<std::string, bool> by_hand_;            // by step id: somebody said that it is done
    std::map<std::string, nlohmann::json> answers_;  // by full name: what somebody or a default has set
    struct open_decision {
        const variable* what;
        bool safe;
    };
    std::vector<open_decision> open_decisions_;
    struct open_confirmation {
        std::string step_id, what;
        risk_level risk;
        undo_class undo;
        bool by_hand;
    };
    std::vector<open_confirmation> open_confirmations_;
    std::string high_risk_step_;               // the first that is planned with nothing to go back to
    bool has_snapshot_ = false;                // in this pass: a step took one, or would
    std::vector<const step*> around_;          // the blocks and includes that are being carried out
    bool has_started_ = true;                  // the step to start at was reached
    std::vector<std::string> planned_inside_;  // while something only looks in a repair too
    int only_looks_ = 0;
    std::chrono::seconds limit_;  // for the whole run; 0: none
    earlier_run before_;
    nlohmann::json seen_ = nlohmann::json::array();  // of the repair, since the last change
};

}  // namespace emsctl::scripts
