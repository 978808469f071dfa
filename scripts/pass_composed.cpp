// What a pass does at a step that holds other steps: a block, the hive of another Windows, an included runbook.
#include <boost/system/system_error.hpp>

#include "scripts/lua_names.hpp"
#include "scripts/pass.hpp"

namespace emsctl::scripts {

namespace asio = boost::asio;

namespace {

nlohmann::json begun() {
    return {{"skipped", false}, {"changed", false}, {"acts", false}, {"failed", false}};
}

// Which keys HKLM has; of the loaded hive only whether it is there.
reading presence_of(const std::string& name) {
    reading look;
    look.command.text = "reg query HKLM | findstr /i /x /c:\"HKEY_LOCAL_MACHINE\\" + name + "\"";
    look.expect_exit = {0, 1};
    return look;
}

ready_command load(const std::string& name, const std::string& file) {
    return {shell::cmd, "reg load \"HKLM\\" + name + "\" " + cmd_quoted(file), {0}, {}};
}

ready_command unload(const std::string& name) {
    return {shell::cmd, "reg unload \"HKLM\\" + name + "\"", {0}, {}};
}

constexpr std::chrono::seconds hive_limit{120};

}  // namespace

asio::awaitable<void> passes::act_on(const step& s, const block_step& action) {
    const bool repairs = may_change();
    const auto first = run.done.size(), planned = run.account.changes.size();
    auto result = begun();
    result["rescued"] = false;
    std::string problem;
    std::exception_ptr ended;
    around_.push_back(&s);
    try {
        co_await walk(action.steps, repairs || !action.rescue.empty());
    } catch (const step_error& error) {
        problem = error.what();
        ended = std::current_exception();
    } catch (const stop_asked&) {
        ended = std::current_exception();
    } catch (const decision_missing&) {
        ended = std::current_exception();
    }
    if (!problem.empty() && !action.rescue.empty()) {
        run.warn(s.name + ": " + problem + "; going on with the rescue");
        // A block holds as a whole, or what it did is taken back.
        while (repairs && run.done.size() > first) {
            if (!co_await run.take_back(run.done.back(), *journal))
                throw step_error(problem + "; and a change of the block could not be taken back");
            run.done.pop_back();
        }
        ended = nullptr;
        run.names["failure"] = problem;
        result["rescued"] = true;
        try {
            co_await walk(action.rescue, repairs);
        } catch (const step_error&) {
            ended = std::current_exception();
        }
        run.names["failure"] = nullptr;
    }
    co_await walk(action.always, repairs && !ended);
    around_.pop_back();
    if (ended) std::rethrow_exception(ended);
    result["changed"] = run.done.size() > first || was_done_before(action.steps);
    result["acts"] = result["changed"] == true || (!repairs && run.account.changes.size() > planned);
    remember(s, std::move(result));
}

asio::awaitable<void> passes::act_on(const step& s, const include_step& action) {
    std::map<std::string, nlohmann::json> parameters;
    for (const auto& [name, expression] : action.parameters) parameters[name] = run.value(expression);
    const auto* outer_book = book_;
    auto outer_names = run.names;
    const auto outer_planned = planned_inside_;
    const auto first = run.done.size();
    const auto findings = run.account.findings.size(), decisions = run.account.decisions.size();
    std::exception_ptr ended;
    auto result = begun();
    around_.push_back(&s);
    if (action.only_looks) {
        ++only_looks_;
        planned_inside_.clear();
    }
    enter(*action.book, parameters);
    try {
        co_await walk(action.book->steps, may_change());
        std::set<std::string> facts;
        for (const auto& [name, expression] : action.book->outputs)
            facts.merge(members_named(expression.text, "facts"));
        co_await run.gather(facts);
        for (const auto& [name, expression] : action.book->outputs) result[name] = run.value(expression);
    } catch (const std::exception&) {
        ended = std::current_exception();
    }
    if (action.only_looks) {
        --only_looks_;
        run.account.decisions.resize(decisions);
        result["plans"] = planned_inside_;
    }
    around_.pop_back();
    planned_inside_ = outer_planned;
    outer_names["facts"] = run.facts();
    run.names = std::move(outer_names);
    book_ = outer_book;
    if (ended) std::rethrow_exception(ended);
    result["changed"] = result["acts"] = run.done.size() > first || was_done_before(action.book->steps);
    result["runbook"] = action.book->name;
    result["title"] = action.book->title;
    result["faults"] = nlohmann::json::array();
    for (auto at = findings; at < run.account.findings.size(); ++at)
        if (const auto& f = run.account.findings[at]; f.level == severity::fault) result["faults"].push_back(f.text);
    remember(s, std::move(result));
}

// A change of the engine's own, through the journal like any other.
asio::awaitable<void> passes::journaled(const step& s, change_plan plan) {
    if (was_done_before(s, plan)) {
        reveal(s.id, plan.what);
        co_return;
    }
    const auto at = add_change(s, plan);
    plan.context = take_context();
    co_await run.perform(std::move(plan), *journal, at);
}

asio::awaitable<void> passes::act_on(const step& s, const hive_step& action) {
    const auto file = run.say(action.file);
    const auto first = run.done.size();
    const auto presence = presence_of(action.name);
    auto plan = plan_of(s);
    plan.risk = risk_level::low;
    plan.undo = undo_class::exact;
    plan.present = presence;
    plan.limit = hive_limit;
    plan.what = "load the registry file " + file + " as HKLM\\" + action.name;
    plan.commands = {load(action.name, file)};
    plan.way_back = {unload(action.name)};
    auto away = plan;
    away.what = "unload the registry file " + file;
    std::swap(away.commands, away.way_back);
    plan.present_before = {{"rc", 1}, {"value", ""}};
    const auto key = "HKEY_LOCAL_MACHINE\\" + action.name;
    away.present_before = {{"rc", 0}, {"value", key}};
    if (run.phase == run_phase::look && was_done_before(s, plan) && !was_done_before(s, away)) {
        co_await inside(s, action);  // the interrupted run has left it loaded
        co_return;
    }
    if (!may_change() || !any_acts(action.steps)) {
        co_await look_inside(s, action, file);
        co_return;
    }
    plan.until_restart = true;
    co_await journaled(s, std::move(plan));
    co_await inside(s, action);  // when it fails, the hive is unloaded after its changes were taken back
    const bool anything = run.done.size() > first + 1 || was_done_before(action.steps);
    co_await journaled(s, std::move(away));
    auto result = begun();
    result["changed"] = result["acts"] = anything;
    remember(s, std::move(result));
}

asio::awaitable<void> passes::inside(const step& s, const hive_step& action) {
    const auto planned = run.account.changes.size();
    std::exception_ptr ended;
    around_.push_back(&s);
    try {
        co_await walk(action.steps, may_change());
    } catch (const std::exception&) {
        ended = std::current_exception();
    }
    around_.pop_back();
    if (ended) std::rethrow_exception(ended);
    auto result = begun();
    result["acts"] = run.account.changes.size() > planned;
    remember(s, std::move(result));
}

// The file and its logs are copied into our folder for temporary files, and the copy is loaded: looking leaves the
// other Windows as it is, byte for byte.
asio::awaitable<void> passes::look_inside(const step& s, const hive_step& action, std::string file) {
    const std::string folder = "%SystemRoot%\\Temp\\" + action.name;
    const std::string copy = folder + "\\hive";
    const std::string name = "HKLM\\" + action.name;
    const auto source = cmd_quoted(file), logs = cmd_quoted(file + ".LOG1"), more_logs = cmd_quoted(file + ".LOG2");
    const std::string tidy = "reg unload \"" + name + "\" >nul 2>nul\nif exist \"" + folder + "\" rd /s /q \"" +
                             folder + "\"\nif exist \"" + folder + "\" exit /b 1\nexit /b 0";
    const ready_command away{shell::cmd, tidy, {0}, {}};
    const ready_command bring{shell::cmd,
                              tidy.substr(0, tidy.rfind("\nexit")) + "\nmd \"" + folder + "\"\ncopy /b /y " + source +
                                  " \"" + copy + "\" || exit /b 1\nif exist " + logs + " copy /b /y " + logs + " \"" +
                                  copy + ".LOG1\"\nif exist " + more_logs + " copy /b /y " + more_logs + " \"" + copy +
                                  ".LOG2\"\nreg load \"" + name + "\" \"" + copy + "\" || exit /b 1",
                              {0},
                              {}};
    const outcome got = co_await run.send(bring, hive_limit, s.id);
    std::exception_ptr ended;
    try {
        if (got.exit_code != 0)
            throw step_error("the registry file " + file + " cannot be loaded: " + got.err + got.out);
        co_await inside(s, action);
    } catch (const boost::system::system_error&) {
        throw;  // without a console nothing can be tidied up
    } catch (const std::exception&) {
        ended = std::current_exception();
    }
    const outcome gone = co_await run.send(away, hive_limit, s.id);
    if (gone.exit_code != 0)
        run.warn("a copy of a registry file may still be loaded as " + name + " or be in " + folder);
    if (ended) std::rethrow_exception(ended);
}

}  // namespace emsctl::scripts
