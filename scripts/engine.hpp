// What a run and an undo share: reading through the gate, changing through the journal, taking back. It holds the
// names expressions see, and the report that grows. Internal to scripts/.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <stdexcept>

#include "scripts/change_plan.hpp"
#include "scripts/expressions.hpp"
#include "scripts/runner.hpp"
#include "scripts/template_text.hpp"

namespace emsctl::scripts {

// A step could not do what it should; the line is fine.
class step_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct done_change {
    change_plan plan;
    std::int64_t number = 0;             // of its journal entry
    std::optional<nlohmann::json> left;  // state of `present` when we left it; nullopt: not known
    std::size_t in_report = 0;
};

class engine {
  public:
    // `clock` is copied; the report's times count from now.
    engine(target& machine, observer& watcher, report& account, wall_clock clock)
        : machine_(machine), watcher_(watcher), clock_(std::move(clock)), began_(clock_()), account(account) {}

    scope names;
    secret_values secrets;  // as far as somebody has given them
    run_phase phase = run_phase::look;
    const step* current = nullptr;

    void emit(event::kind what, std::string text, nlohmann::json details = nlohmann::json::object());
    void warn(std::string text);
    std::optional<std::string> reason_to_stop() { return watcher_.reason_to_stop(); }

    // Expressions and templates over `names`; a mistake in one is a step_error.
    nlohmann::json value(const written& expression, const scope* extra = nullptr) const;
    bool holds(const written& expression, const scope* extra = nullptr) const;
    std::string say(const written& template_text, const scope* extra = nullptr) const;
    std::string command_text(const written& template_text, shell in) const;
    reading rendered(reading what) const;

    // {rc, stdout, stderr, stdout_lines, parsed, rows, changed, failed, skipped}. Refused by the gate, an unexpected
    // exit code or an output that is not understood is a step_error.
    boost::asio::awaitable<nlohmann::json> read(reading rendered_reading);
    boost::asio::awaitable<nlohmann::json> read_state(reading rendered_reading);
    // Reads again until `enough` or the time is over; the last result either way.
    boost::asio::awaitable<nlohmann::json> read_until(reading rendered_reading,
                                                      std::function<bool(const nlohmann::json&)> enough,
                                                      std::chrono::seconds within);
    // Reads again until `enough`, at most `retries` times more, `delay` apart; the last result either way.
    boost::asio::awaitable<nlohmann::json> read_times(reading rendered_reading,
                                                      std::function<bool(const nlohmann::json&)> enough,
                                                      std::int64_t retries, std::chrono::seconds delay);
    // What is known of the machine, for the name `facts`; gather() adds what is not (scripts/facts.hpp) and puts all of
    // it there. A fact that cannot be read is a step_error.
    const nlohmann::json& facts() const { return facts_; }
    boost::asio::awaitable<void> gather(const std::set<std::string>& wanted);
    // A call of Azure leads somewhere.
    bool reaches_azure() const { return machine_.reaches_azure(); }
    // When Windows started, as the machine tells it; null when it does not (WinPE has neither WMI nor PowerShell).
    boost::asio::awaitable<nlohmann::json> boot_time();
    void take_facts(nlohmann::json known) { facts_ = std::move(known); }
    void forget_facts() { facts_ = nlohmann::json::object(); }
    void forget_clock() { facts_.erase("clock"); }
    std::chrono::milliseconds elapsed() const;  // since the run began
    boost::asio::awaitable<void> identify();    // fills account.machine and computer_name

    // Journals, sends and proves; step_error when it failed (the change is then in `done` if anything may be left).
    // Answers with what a conversation captured, by name.
    boost::asio::awaitable<nlohmann::json> perform(change_plan plan, journal_writer& journal, std::size_t in_report);
    // False: not taken back, the report's change says why.
    boost::asio::awaitable<bool> take_back(const done_change& one, journal_writer& journal);

    // What is gone after a restart, or was ended by somebody, although what was done after it builds on it, is done
    // again. `changes`: those in place, in their order. step_error when it cannot be.
    boost::asio::awaitable<void> renew(const std::vector<done_change>& changes, journal_writer& journal);

    // Without a journal entry of its own.
    boost::asio::awaitable<outcome> send(const ready_command& what, std::chrono::seconds limit, std::string label);

    std::vector<done_change> done;
    bool restart_pending = false;

  private:
    target& machine_;
    observer& watcher_;
    wall_clock clock_;
    std::chrono::system_clock::time_point began_;
    nlohmann::json facts_ = nlohmann::json::object();

  public:
    report& account;
};

// What makes a step's action a plan; nullopt: the machine is already as wanted. Each in plan_<family>.cpp.
boost::asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const command_step& wanted);
boost::asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const registry_step& wanted);
boost::asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const service_step& wanted);
boost::asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const acl_step& wanted);
boost::asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const azure_snapshot_step& wanted);
boost::asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const azure_rule_step& wanted);

// A value in double quotes of cmd.exe, % doubled; throws step_error for what cannot stand there.
std::string cmd_quoted(std::string_view value);

}  // namespace emsctl::scripts
