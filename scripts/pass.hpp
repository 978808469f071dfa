// One way through a runbook's steps: looking (and planning), repairing, or proving. Internal to scripts/.
#pragma once

#include <map>
#include <set>

#include "scripts/engine.hpp"

namespace emsctl::scripts {

// Somebody has to decide first; what() is the name of the variable.
class decision_missing : public std::runtime_error {
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

    // After looking: puts every open decision and every confirmation to whoever can answer.
    boost::asio::awaitable<void> settle_questions();
    void take_over(const report& looked);  // questions of an earlier look

    engine run;
    std::optional<journal_writer> journal;
    bool anything_wrong = false;  // in the last pass: a fault or a planned change
    bool anything_planned = false;
    bool blind = false;     // in the last pass: something could not be read
    bool declined = false;  // somebody said no to something
    std::optional<restart_outcome> restart;

  private:
    boost::asio::awaitable<void> step_once(const step& s);
    boost::asio::awaitable<void> act(const step& s);
    boost::asio::awaitable<void> act_on(const step& s, const read_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const judge_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const decision_step& action);
    boost::asio::awaitable<void> act_on(const step& s, const restart_step& action);
    template <class Change>
    boost::asio::awaitable<void> change_by(const step& s, const Change& action);
    boost::asio::awaitable<bool> is_confirmed(const step& s, std::string what, undo_class undo);
    boost::asio::awaitable<void> confirm(std::string step_id, std::string what, risk_level risk, undo_class undo);
    bool needs_confirmation(const step& s) const;
    boost::asio::awaitable<void> decide(const std::string& variable, bool safe);
    boost::asio::awaitable<std::optional<std::string>> ask(question what);

    void judge_findings(const step& s, const std::vector<finding_rule>& rules, const scope& extra);
    void add_finding(const step& s, severity level, std::string text);
    void remember(const step& s, nlohmann::json result);
    std::size_t add_change(const step& s, const change_plan& plan);
    void set_run_table();
    decision& decision_of(const std::string& variable);
    const variable& variable_of(const std::string& name) const;

    const runbook& book_;
    target& machine_;
    const run_options& options_;
    std::map<std::string, bool> confirmed_;  // by step id
    struct open_decision {
        std::string variable;
        bool safe;
    };
    std::vector<open_decision> open_decisions_;
    std::set<std::string> decided_;  // variables somebody or a default has set
    struct open_confirmation {
        std::string step_id, what;
        risk_level risk;
        undo_class undo;
    };
    std::vector<open_confirmation> open_confirmations_;
};

}  // namespace emsctl::scripts
