// A target that answers from a function and remembers what it was sent. No line, no time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scripts/target.hpp"

namespace emsctl::test {

class fake_target : public scripts::target {
  public:
    using answer_function = std::function<scripts::outcome(const scripts::command&)>;
    explicit fake_target(answer_function answer) : answer_(std::move(answer)) {}

    boost::asio::awaitable<scripts::outcome> run(scripts::command what) override;
    boost::asio::awaitable<scripts::restart_outcome> restart(std::string reason, std::chrono::seconds limit,
                                                             scripts::restarted_by who) override;
    void mark(const std::string&) override {}
    scripts::line_use used() const override { return {}; }
    std::string describe() const override { return "fake:"; }
    bool certainly_not_run(const std::exception_ptr&) const override { return never_began; }

    std::size_t changes_sent() const;
    bool was_sent(const std::string& part) const;

    std::vector<scripts::command> sent;
    std::string lose_line_at;  // a command that holds this text fails with "connection reset"
    bool never_began = false;
    int restarts = 0;
    std::function<void()> on_restart = [] {};

  private:
    answer_function answer_;
};

scripts::outcome said(std::string out, std::int64_t exit_code = 0);

}  // namespace emsctl::test
