// The session's part in a dialogue: each line is typed at what the program shows before the cursor, read back, and
// entered only when it stands there; what it says is looked for behind the line that was entered last.
#include "sac/sac_error.hpp"
#include "sac/session.hpp"
#include "sac/shell_screen.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t screen_width = 80;

// The screen's rows as far as something stands there, the cursor's with the blanks before the cursor.
std::vector<std::string> rows_shown(const far_end& seen) {
    auto rows = seen.picture().lines();
    const auto cursor = static_cast<std::size_t>(seen.picture().cursor_row());
    if (const auto before = seen.before_cursor(); before.size() > rows[cursor].size()) rows[cursor] = before;
    while (rows.size() > cursor + 1 && rows.back().empty()) rows.pop_back();
    return rows;
}

std::string reason_for(patience::verdict outcome, const wait_limits& limits) {
    const auto seconds = [](wait_limits::duration time) {
        return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
    };
    if (outcome == patience::verdict::wait) return "the program ended before one of these stood there:";
    if (outcome == patience::verdict::over) return "none of these stood there within " + seconds(limits.total) + ":";
    return "none of these stood there, and then nothing came for " + seconds(*limits.idle) + ":";
}

}  // namespace

// wait: the claim holds.
asio::awaitable<patience::verdict> session::wait_patiently(console::claim holds, wait_limits limits) {
    patience patient(limits);
    const auto began = transport::line_clock::now();
    while (true) {
        const auto left = patient.ends() - (transport::line_clock::now() - began);
        const bool came = co_await console_.comes_true(holds, left);
        if (came) co_return patience::verdict::wait;
        patient.heard(console_.last_heard() - began);
        const auto now = patient.at(transport::line_clock::now() - began);
        if (now != patience::verdict::wait) co_return now;
    }
}

asio::awaitable<dialogue_end> session::converse(std::vector<dialogue_turn> turns) {
    begun_ = false;
    if (!in_shell_) fail(sac_error::not_supported, "there is no shell to talk in");
    co_await keys_->run("cls", 20s);
    const std::string shell_prompt = keys_->prompt();
    dialogue_end end;
    std::string entered;
    for (auto& turn : turns) {
        if (!turn.expect.empty()) {
            expectation awaited(turn.expect);
            const auto is_said = [&](const far_end& e) {
                return awaited.is_met_by(lines_behind(rows_shown(e), screen_width, entered));
            };
            const auto is_over = [&](const far_end& e) { return begun_ && e.before_cursor() == shell_prompt; };
            const console::claim either = [&](const far_end& e) { return is_said(e) || is_over(e); };
            const auto outcome = co_await wait_patiently(either, turn.limits);
            if (const auto& found = awaited.found()) {
                for (const auto& one : found->captures)
                    if (!one.name.empty()) end.captures[one.name] = one.text.value_or("");
                end.problem = turn.expect[found->number].fail;
            } else {
                end.problem =
                    reason_for(outcome, turn.limits) + "\n" + awaited.explanation() + "\n" + console_.situation();
            }
            if (!end.problem.empty()) break;
        }
        if (turn.send.empty()) continue;
        co_await console_.settle(100ms, 5s);
        keys_->set_prompt(console_.seen().before_cursor());
        const bool typed = co_await keys_->try_type(turn.send);
        if (!typed) {
            end.problem = "the screen did not show what was typed, so it was not entered: \"" + turn.send + "\"; " +
                          console_.situation();
            break;
        }
        begun_ = true;
        entered = keys_->prompt() + turn.send;
        const auto mark = console_.seen().offset();
        const auto anything = [mark](const far_end& e) { return e.offset() != mark; };
        co_await keys_->enter("an answer to \"" + turn.send + "\"", anything,
                              std::max<span_of_time>(turn.limits.total, 5s));
    }
    keys_->set_prompt(shell_prompt);
    const auto limit = turns.empty() ? span_of_time(20s) : turns.back().limits.total;
    const auto is_back = [&](const far_end& e) { return keys_->is_at_prompt(e); };
    bool back = false;
    if (end.problem.empty()) back = co_await console_.comes_true(is_back, limit);
    for (const auto& row : console_.seen().picture().lines()) end.transcript += row + "\n";
    if (!back) {
        if (end.problem.empty()) end.problem = "the program did not end; " + console_.situation();
        back = co_await keys_->clear(20s);
        if (!back) fail(sac_error::timed_out, end.problem + "; ^C did not bring the shell back");
        co_return end;
    }
    co_await keys_->run("echo %ERRORLEVEL%", 20s);
    if (const auto code = number_above_prompt(console_.seen().picture())) end.exit_code = *code;
    co_return end;
}

}  // namespace emsctl::sac
