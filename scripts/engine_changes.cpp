#include <algorithm>
#include <boost/system/system_error.hpp>
#include <map>

#include "scripts/engine.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

std::string what_failed(const ready_command& sent, const outcome& got) {
    auto words = trimmed(got.err.empty() ? got.out : got.err);
    // A conversation tells at length why it ended: what was awaited, how near it came, the screen.
    const std::size_t longest = sent.in == shell::console ? 6000 : 400;
    return "exit " + std::to_string(got.exit_code) + ": " + for_people(sent.in, sent.text).substr(0, 200) + ": " +
           std::string(words.substr(0, longest));
}

bool is_expected(const ready_command& sent, const outcome& got) {
    return std::find(sent.expect_exit.begin(), sent.expect_exit.end(), got.exit_code) != sent.expect_exit.end();
}

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    }
}

}  // namespace

asio::awaitable<outcome> engine::send(const ready_command& what, std::chrono::seconds limit, std::string label) {
    command sent;
    sent.in = what.in;
    sent.text = what.text;
    sent.no_log = holds_secret(what.text);
    if (sent.no_log) sent.text = with_secrets(what.text, secrets).value();
    sent.changes = true;
    sent.limit = limit;
    sent.label = std::move(label);
    outcome got = co_await machine_.run(sent);
    got.out = without_secrets(std::move(got.out), secrets);
    got.err = without_secrets(std::move(got.err), secrets);
    for (auto& [name, text] : got.captures) text = without_secrets(std::move(text), secrets);
    if (got.proof != proof_level::hashed) account.weaker_proof = true;
    co_return got;
}

asio::awaitable<nlohmann::json> engine::perform(change_plan plan, journal_writer& journal, std::size_t in_report) {
    for (const auto& one : plan.commands)
        if (!with_secrets(one.text, secrets))
            throw step_error("nobody has given the secret that this needs: " + for_people(one.in, one.text));
    const auto began = machine_.used().elapsed;
    auto entry = to_json(plan);
    entry["type"] = "change";
    if (!plan.commands.empty() && is_framed(plan.commands.front().in)) entry["trace"] = machine_.next_trace();
    const auto number = journal.write(std::move(entry));  // on disk before anything is sent
    account.changes[in_report].number = number;
    emit(event::kind::change_started, plan.what);

    std::string problem, proof;
    std::exception_ptr lost;
    bool nothing_sent = true;
    nlohmann::json captures = nlohmann::json::object();
    for (const auto& one : plan.commands) {
        try {
            const outcome got = co_await send(one, plan.limit, plan.step_id);
            nothing_sent = false;
            for (const auto& [name, text] : got.captures) captures[name] = text;
            if (!is_expected(one, got)) problem = what_failed(one, got);
        } catch (const boost::system::system_error&) {
            lost = std::current_exception();
        }
        if (lost || !problem.empty()) break;
    }
    if (lost) {
        const bool not_run = nothing_sent && machine_.certainly_not_run(lost);
        auto& shown = account.changes[in_report];
        shown.how = not_run ? change::state::not_run : change::state::unknown;
        shown.problem = text_of(lost);
        journal.write({{"type", "outcome"}, {"of", number}, {"how", to_string(shown.how)}, {"problem", shown.problem}});
        emit(event::kind::change_failed, shown.problem);
        std::rethrow_exception(lost);
    }
    done_change one{plan, number, std::nullopt, in_report};
    try {
        if (problem.empty() && plan.proof) {
            const auto result = co_await read_until(*plan.proof, plan.holds, plan.within);
            if (plan.holds(result))
                proof = for_people(plan.proof->in, plan.proof->command.text);
            else
                problem =
                    "it did not take: " + for_people(plan.proof->in, plan.proof->command.text) + " does not show it";
        }
        if (plan.present) one.left = co_await read_state(*plan.present);
    } catch (const step_error& error) {
        if (problem.empty()) problem = error.what();
    }
    auto& shown = account.changes[in_report];
    shown.took = machine_.used().elapsed - began;
    shown.proof = proof;
    shown.problem = problem;
    shown.how = problem.empty() ? change::state::done : change::state::failed;
    nlohmann::json end{
        {"type", "outcome"}, {"of", number}, {"how", to_string(shown.how)}, {"proof", proof}, {"problem", problem}};
    if (one.left) end["left"] = *one.left;
    if (!captures.empty()) end["captures"] = captures;
    if (one.left) shown.after = one.left->value("value", nlohmann::json());
    const bool as_before = one.left && *one.left == plan.present_before;
    done.push_back(std::move(one));
    journal.write(std::move(end));
    if (!problem.empty()) {
        if (as_before) done.pop_back();
        emit(event::kind::change_failed, problem);
        throw step_error(problem);
    }
    if (plan.effective == takes_effect::restart) restart_pending = true;
    emit(event::kind::change_done, plan.what, {{"took_ms", shown.took.count()}});
    if (!proof.empty()) emit(event::kind::proved, plan.to.empty() ? plan.what : plan.to, {{"by", proof}});
    co_return captures;
}

asio::awaitable<void> engine::renew(const std::vector<done_change>& changes, journal_writer& journal) {
    std::map<std::string, const done_change*> last;  // of those that are seen in the same way
    for (const auto& one : changes)
        if (one.plan.present) last[one.plan.present->command.text] = &one;
    for (const auto& [_, one] : last) {
        const auto& plan = one->plan;
        if (!plan.until_restart) continue;
        const auto now = co_await read_state(*plan.present);
        if (now != plan.present_before) continue;
        journal.write({{"type", "renewed"}, {"of", one->number}});
        for (const auto& again : plan.commands) {
            const outcome got = co_await send(again, plan.limit, plan.step_id);
            if (!is_expected(again, got)) throw step_error("not possible again: " + what_failed(again, got));
        }
        emit(event::kind::proved, "again: " + plan.what, {{"by", "it was gone"}});
    }
}

asio::awaitable<bool> engine::take_back(const done_change& one, journal_writer& journal) {
    const auto& plan = one.plan;
    auto& shown = account.changes[one.in_report];
    const auto refuse = [&](change::state how, std::string why) {
        shown.how = how;
        shown.problem = std::move(why);
        journal.write({{"type", "undone"}, {"of", one.number}, {"how", to_string(how)}, {"problem", shown.problem}});
        emit(event::kind::change_undone, plan.what, {{"refused", true}, {"problem", shown.problem}});
        return false;
    };
    if (plan.undo == undo_class::none) {
        warn("not undone: " + plan.what + (plan.residue.empty() ? "" : " (" + plan.residue + ")"));
        co_return true;
    }
    std::string problem;
    bool already = false;
    nlohmann::json now;
    try {
        if (plan.present) {
            now = co_await read_state(*plan.present);
            already = now == plan.present_before;
            if (!already && !one.left) problem = "it is not known what the run left there";
            if (!already && one.left && now != *one.left)
                problem = "the present value is not the one that was left: it is " + now["value"].dump() +
                          ", left was " + (*one.left)["value"].dump();
        }
    } catch (const step_error& error) {
        problem = error.what();
    }
    if (!problem.empty()) co_return refuse(change::state::undo_refused, problem);
    if (!already) {
        journal.write({{"type", "undo"}, {"of", one.number}});
        for (const auto& back : plan.way_back) {
            bool wanted = true;
            if (!back.only_if_key_empty.empty()) {
                reading look;
                look.command.text = "reg query " + cmd_quoted(back.only_if_key_empty);
                look.parse = output_format::reg;
                look.expect_exit = {0, 1};
                const auto result = co_await read(look);
                const auto& keys = result["parsed"]["keys"];
                // A key without values and subkeys is answered with nothing, or with its name alone.
                wanted = result["rc"] == 0 && keys.size() <= 1 && (keys.empty() || keys[0]["values"].empty());
            }
            if (!wanted) continue;
            const outcome got = co_await send(back, plan.limit, plan.step_id + ":undo");
            if (!is_expected(back, got)) problem = what_failed(back, got);
            if (!problem.empty()) break;
        }
        try {
            if (problem.empty() && plan.present && plan.undo == undo_class::exact) {
                const auto& how = *plan.present;
                const auto& before = plan.present_before;
                const auto is_back = [&](const nlohmann::json& r) { return state_of(how, r) == before; };
                const auto result = co_await read_until(how, is_back, std::chrono::seconds(60));
                if (!is_back(result)) problem = "the old value did not come back: " + state_of(how, result).dump();
            }
        } catch (const step_error& error) {
            problem = error.what();
        }
        if (!problem.empty()) co_return refuse(change::state::undo_failed, problem);
    }
    shown.how = change::state::undone;
    journal.write({{"type", "undone"}, {"of", one.number}, {"how", "undone"}, {"already", already}});
    emit(event::kind::change_undone, plan.what, {{"already", already}, {"residue", plan.residue}});
    if (!plan.residue.empty()) warn(plan.what + ": " + plan.residue);
    if (plan.effective == takes_effect::restart) restart_pending = true;
    co_return true;
}

}  // namespace emsctl::scripts
