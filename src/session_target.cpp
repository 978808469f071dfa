#include "src/session_target.hpp"

namespace emsctl {
namespace {

std::chrono::milliseconds in_ms(sac::span_of_time t) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(t);
}

}  // namespace

session_target::session_target(sac::session& session) : session_(session), start_(transport::line_clock::now()) {}

boost::asio::awaitable<scripts::outcome> session_target::run(scripts::command what) {
    const auto shell = what.in == scripts::shell::powershell ? sac::shell_kind::powershell : sac::shell_kind::cmd;
    if (!what.no_log) session_.line().mark(what.label.empty() ? what.text.substr(0, 80) : what.label);
    const auto result = co_await session_.run(shell, what.text, what.limit, what.no_log);
    scripts::outcome answer;
    answer.exit_code = result.exit_code;
    answer.out = result.out;
    answer.err = result.err;
    answer.took = in_ms(result.took);
    answer.proof = scripts::proof_level::hashed;
    co_return answer;
}

boost::asio::awaitable<scripts::restart_outcome> session_target::restart(std::string reason,
                                                                         std::chrono::seconds limit) {
    session_.line().mark("restart: " + reason);
    const auto proof = co_await session_.restart(reason, limit);
    scripts::restart_outcome outcome;
    outcome.took = in_ms(proof.took);
    outcome.proof = proof.evidence;
    co_return outcome;
}

void session_target::mark(const std::string& label) {
    session_.line().mark(label);
}

scripts::line_use session_target::used() const {
    scripts::line_use use;
    use.bytes_sent = session_.line().bytes_sent();
    use.bytes_received = session_.line().bytes_received();
    use.elapsed = in_ms(transport::line_clock::now() - start_);
    return use;
}

std::string session_target::describe() const {
    return session_.line().describe();
}

bool session_target::certainly_not_run(const std::exception_ptr&) const {
    return !session_.run_has_begun();
}

}  // namespace emsctl
