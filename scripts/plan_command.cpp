#include "scripts/engine.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

asio::awaitable<std::optional<change_plan>> plan_change(engine& run, const command_step& wanted) {
    change_plan plan;
    for (const auto& before : wanted.before) {
        const auto how = run.rendered(before);
        auto result = co_await run.read(how);
        plan.before[before.register_as] = result["parsed"];
        run.names[before.register_as] = std::move(result);
    }
    plan.what = run.say(wanted.changes);
    plan.commands.push_back(
        {wanted.command.in, run.command_text(wanted.command.text, wanted.command.in), wanted.command.expect_exit, {}});
    if (wanted.command.in == shell::console && holds_secret(plan.commands.back().text))
        throw step_error("a conversation may hold no secret: what is typed there is read back and recorded");
    for (const auto& back : wanted.undo.commands) {
        plan.way_back.push_back({back.in, run.command_text(back.text, back.in), back.expect_exit, {}});
        if (holds_secret(plan.way_back.back().text))
            throw step_error("an undo may hold no secret: it needs nothing but the journal, which keeps none");
    }
    plan.undo = wanted.undo.kind;
    plan.residue = run.say(wanted.undo.residue);
    plan.effective = wanted.effective;
    plan.limit = wanted.limit;
    if (wanted.undo.unless_changed) {
        plan.present = run.rendered(*wanted.undo.unless_changed);
        plan.present_before = co_await run.read_state(*plan.present);
    }
    if (wanted.proof) {
        plan.proof = run.rendered(wanted.proof->what);
        plan.within = wanted.proof->within;
        plan.holds = [&run, that = wanted.proof->that](const nlohmann::json& result) {
            const scope extra{{"proof", result}};
            return run.holds(that, &extra);
        };
    }
    co_return plan;
}

}  // namespace emsctl::scripts
