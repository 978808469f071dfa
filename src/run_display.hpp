// What a person or a program sees while a runbook works: on a terminal one line for each step that is done and a living
// one for the step that works, elsewhere a line for each event, or each event as JSON.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "scripts/runner.hpp"
#include "src/conversation.hpp"
#include "src/report_files.hpp"
#include "src/this_computer.hpp"

namespace emsctl {

class run_display final : public scripts::observer {
  public:
    explicit run_display(const conversation& talk) : talk_(talk) {}
    void on(const scripts::event& happened) override;
    std::optional<std::string> reason_to_stop() override { return talk_.reason_to_stop(); }

  private:
    void tell_line(const scripts::event& happened);
    void tell_step(const scripts::event& happened);
    void end_step();

    const conversation& talk_;
    std::string step_;  // that works now, on a terminal
    std::string state_ = "ok";
    int colour_ = 0;
    transport::line_clock::time_point began_{};
};

// Carries out `body` in a session of the conversation, shows it, and prints and writes its account. The exit status.
using told_run = std::function<boost::asio::awaitable<scripts::report>(scripts::target&, scripts::observer&)>;
// `about`: for the hook before, with the console's address; a hook that fails keeps the run from beginning.
int tell_run(conversation& talk, const account_options& how, const this_computer& here, nlohmann::json about,
             const told_run& body);

// The whole account on standard output, as text, JSON, or the last of the events.
void print_account(const scripts::report& account, const console_options& options, bool diff = false);

}  // namespace emsctl
