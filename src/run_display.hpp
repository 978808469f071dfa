// What a person sees while a runbook works: one line per event on standard error.
#pragma once

#include "scripts/runner.hpp"
#include "src/conversation.hpp"

namespace emsctl {

class run_display final : public scripts::observer {
  public:
    explicit run_display(const conversation& talk) : talk_(talk) {}
    void on(const scripts::event& happened) override;

  private:
    const conversation& talk_;
};

// The whole account on standard output.
void print_account(const scripts::report& account, bool json);

}  // namespace emsctl
