// The session's part in a dialogue: each line is typed at what the program shows before the cursor, read back, and
// entered only when it stands there; what it says is looked for behind the line that was entered last.
#include "sac/sac_error.hpp"
#include "sac/session.hpp"
#include "sac/shell_screen.hpp"

namespace emsctl::sac {

using namespace std::chrono_literals;

namespace {
constexpr std::size_t screen_width = 80;
}

asio::awaitable<dialogue_end> session::converse(std::vector<dialogue_turn> turns) {
    begun_ = false;
    if (!in_shell_) fail(sac_error::not_supported, "there is no shell to talk in");
    co_await keys_->run("cls", 20s);
    const std::string shell_prompt = keys_->prompt();
    const auto said = [this](const std::string& last) {
        return lines_behind(console_.seen().picture().lines(), screen_width, last);
    };
    dialogue_end end;
    std::string entered;
    for (auto& turn : turns) {
        if (!turn.expect.empty()) {
            const auto is_said = [&](const far_end&) { return first_expected(said(entered), turn.expect).has_value(); };
            const auto is_over = [&](const far_end& e) { return begun_ && e.before_cursor() == shell_prompt; };
            const auto either = [&](const far_end& e) { return is_said(e) || is_over(e); };
            const bool came = co_await console_.comes_true(either, turn.limit);
            const auto which = first_expected(said(entered), turn.expect);
            if (which && !turn.expect[*which].fail.empty())
                end.problem = turn.expect[*which].fail;
            else if (!which)
                end.problem = std::string(came ? "the program ended" : "nothing came in time") + " before \"" +
                              turn.expect.front().text + "\" stood there; " + console_.situation();
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
        co_await keys_->enter("an answer to \"" + turn.send + "\"", anything, std::max(turn.limit, span_of_time(5s)));
    }
    keys_->set_prompt(shell_prompt);
    const auto limit = turns.empty() ? span_of_time(20s) : turns.back().limit;
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
