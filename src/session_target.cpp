#include "src/session_target.hpp"

#include "scripts/azure_request.hpp"
#include "scripts/dialogue_text.hpp"
#include "scripts/parsers.hpp"
#include "scripts/runbook.hpp"
#include "transport/azure_error.hpp"
#include "transport/child_output.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {
namespace {

std::chrono::milliseconds in_ms(sac::span_of_time t) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(t);
}

}  // namespace

session_target::session_target(sac::session& session, bool may_start_programs, transport::azure_manager* azure)
    : session_(session), may_start_programs_(may_start_programs), azure_(azure), start_(transport::line_clock::now()) {}

boost::asio::awaitable<scripts::outcome> session_target::run(scripts::command what) {
    if (what.in == scripts::shell::local) co_return co_await run_here(std::move(what));
    if (what.in == scripts::shell::console) co_return co_await talk(std::move(what));
    if (what.in == scripts::shell::azure) co_return co_await call_azure(std::move(what));
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

// What a program says is no proof of anything: the exit code is read from the screen.
boost::asio::awaitable<scripts::outcome> session_target::talk(scripts::command what) {
    std::vector<sac::dialogue_turn> turns;
    for (const auto& part : scripts::read_dialogue(what.text)) {
        auto& turn = turns.emplace_back();
        turn.limits = {part.within, part.idle};
        turn.send = part.send;
        for (const auto& one : part.expect) {
            auto& awaited = turn.expect.emplace_back();
            awaited.what.text = one.text;
            awaited.what.is_regex = one.is_regex;
            awaited.fail = one.fail;
        }
    }
    session_.line().mark(what.label);
    const auto began = transport::line_clock::now();
    auto talking = session_.converse(std::move(turns));
    const auto end = co_await std::move(talking);
    scripts::outcome answer;
    const bool is_known = end.problem.empty() && end.exit_code;
    answer.exit_code = is_known ? *end.exit_code : 125;
    answer.out = end.transcript;
    answer.err = end.problem;
    answer.captures = end.captures;
    if (!is_known && answer.err.empty()) answer.err = "the screen does not show with which code the program ended";
    answer.took = in_ms(transport::line_clock::now() - began);
    co_return answer;
}

// Exit codes for what never ran are those of shells: 126 not allowed, 127 not found, 124 not ended in its time.
boost::asio::awaitable<scripts::outcome> session_target::run_here(scripts::command what) {
    scripts::outcome answer;
    answer.proof = scripts::proof_level::hashed;  // it came by no line
    if (!may_start_programs_) {
        answer.exit_code = 126;
        answer.err = "programs of this computer are started with --allow-local only";
        co_return answer;
    }
    session_.line().mark("here: " + scripts::for_people(what.in, what.text).substr(0, 80));
    std::vector<std::string> words;
    for (const auto word : scripts::lines_of(what.text)) words.emplace_back(word);
    const auto began = std::chrono::steady_clock::now();
    try {
        auto running = transport::run_for_output(std::move(words), what.limit);
        const auto ended = co_await std::move(running);
        answer.exit_code = ended.exit_status;
        answer.out = ended.out;
        answer.err = ended.err;
    } catch (const boost::system::system_error& error) {
        const bool is_missing = error.code() == transport::transport_error::not_found;
        if (!is_missing && error.code() != transport::transport_error::timed_out) throw;
        answer.exit_code = is_missing ? 127 : 124;
        answer.err = error.what();
    }
    answer.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    co_return answer;
}

// The exit code of a call that Azure does not carry out is its HTTP status; 124 when it has not ended in its time, 125
// when there is no answer; whether something was changed shows when it is looked at.
boost::asio::awaitable<scripts::outcome> session_target::call_azure(scripts::command what) {
    scripts::outcome answer;
    answer.proof = scripts::proof_level::hashed;  // it came by no line
    answer.exit_code = 125;
    const auto request = scripts::read_azure_request(what.text);
    if (!request || !azure_) {
        answer.err = request ? scripts::azure_is_not_reached : "no call of Azure: " + what.text;
        co_return answer;
    }
    session_.line().mark("azure: " + scripts::for_people(what.in, what.text).substr(0, 80));
    const auto began = transport::line_clock::now();
    try {
        auto calling = azure_->call(request->method, request->path, request->body, what.limit);
        const auto reply = co_await std::move(calling);
        const bool is_good = reply.status >= 200 && reply.status < 300;
        answer.exit_code = is_good ? 0 : static_cast<std::int64_t>(reply.status);
        answer.out = is_good ? reply.body : std::string();
        answer.err = is_good ? std::string() : "Azure answers " + transport::azure_words(reply);
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted) throw;
        answer.exit_code = error.code() == transport::transport_error::timed_out ? 124 : 125;
        answer.err = error.what();
    }
    answer.took = in_ms(transport::line_clock::now() - began);
    co_return answer;
}

boost::asio::awaitable<scripts::restart_outcome> session_target::restart(std::string reason, std::chrono::seconds limit,
                                                                         scripts::restarted_by who) {
    session_.line().mark("restart: " + reason);
    std::function<boost::asio::awaitable<std::string>()> by_azure;
    if (who == scripts::restarted_by::azure) by_azure = [this, limit] { return restart_by_azure(limit); };
    auto restarting = session_.restart(reason, limit, std::move(by_azure));
    const auto proof = co_await std::move(restarting);
    scripts::restart_outcome outcome;
    outcome.took = in_ms(proof.took);
    outcome.proof = proof.evidence;
    outcome.refusal = proof.refusal;
    co_return outcome;
}

// Without an answer, or when Azure has not ended in its time, the machine may be restarting: its console tells.
boost::asio::awaitable<std::string> session_target::restart_by_azure(std::chrono::seconds limit) {
    scripts::command asked;
    asked.in = scripts::shell::azure;
    asked.text = scripts::written_request({"POST", "restart?api-version=2022-11-01", {}});
    asked.limit = limit;
    auto calling = call_azure(asked);
    const auto answer = co_await std::move(calling);
    const bool is_refused = answer.exit_code >= 300;
    co_return is_refused ? answer.err : std::string();
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
