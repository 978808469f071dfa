// A console session as the machine that a runbook works on.
#pragma once

#include "sac/session.hpp"
#include "scripts/target.hpp"

namespace emsctl {

class session_target final : public scripts::target {
  public:
    explicit session_target(sac::session& session);

    boost::asio::awaitable<scripts::outcome> run(scripts::command what) override;
    boost::asio::awaitable<scripts::restart_outcome> restart(std::string reason, std::chrono::seconds limit) override;
    void mark(const std::string& label) override;
    scripts::line_use used() const override;
    std::string describe() const override;
    std::string next_trace() const override { return session_.next_trace(); }
    bool certainly_not_run(const std::exception_ptr& error) const override;

  private:
    sac::session& session_;
    transport::line_clock::time_point start_;
};

}  // namespace emsctl
