// A console session as the machine that a runbook works on.
#pragma once

#include "sac/session.hpp"
#include "scripts/target.hpp"
#include "transport/azure_manager.hpp"

namespace emsctl {

class session_target final : public scripts::target {
  public:
    // `may_start_programs`: steps of the operator's computer are carried out there, else refused. `azure`: the machine
    // as Azure knows it, or null; must outlive this.
    explicit session_target(sac::session& session, bool may_start_programs = false,
                            transport::azure_manager* azure = nullptr);

    boost::asio::awaitable<scripts::outcome> run(scripts::command what) override;
    boost::asio::awaitable<scripts::restart_outcome> restart(std::string reason, std::chrono::seconds limit,
                                                             scripts::restarted_by who) override;
    void mark(const std::string& label) override;
    scripts::line_use used() const override;
    std::string describe() const override;
    bool reaches_azure() const override { return azure_ != nullptr; }
    std::string next_trace() const override { return session_.next_trace(); }
    bool certainly_not_run(const std::exception_ptr& error) const override;

  private:
    boost::asio::awaitable<scripts::outcome> run_here(scripts::command what);
    boost::asio::awaitable<scripts::outcome> talk(scripts::command what);
    boost::asio::awaitable<scripts::outcome> call_azure(scripts::command what);
    boost::asio::awaitable<std::string> restart_by_azure(std::chrono::seconds limit);

    sac::session& session_;
    bool may_start_programs_;
    transport::azure_manager* azure_;
    transport::line_clock::time_point start_;
};

}  // namespace emsctl
