// A console session as the machine that a runbook works on.
#pragma once

#include "sac/session.hpp"
#include "scripts/target.hpp"

namespace emsctl {

class session_target final : public scripts::target {
  public:
    // `may_start_programs`: steps of the operator's computer are carried out there, else refused.
    explicit session_target(sac::session& session, bool may_start_programs = false);

    boost::asio::awaitable<scripts::outcome> run(scripts::command what) override;
    boost::asio::awaitable<scripts::restart_outcome> restart(std::string reason, std::chrono::seconds limit) override;
    void mark(const std::string& label) override;
    scripts::line_use used() const override;
    std::string describe() const override;
    std::string next_trace() const override { return session_.next_trace(); }
    bool certainly_not_run(const std::exception_ptr& error) const override;

  private:
    boost::asio::awaitable<scripts::outcome> run_here(scripts::command what);
    boost::asio::awaitable<scripts::outcome> talk(scripts::command what);

    sac::session& session_;
    bool may_start_programs_;
    transport::line_clock::time_point start_;
};

}  // namespace emsctl
