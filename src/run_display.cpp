#include "src/run_display.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/report_files.hpp"
#include "src/session_target.hpp"

namespace emsctl {
namespace {

constexpr int bold = 1, red = 31, yellow = 33;  // SGR

std::string json_line(const nlohmann::json& document) {
    return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

void run_display::on(const scripts::event& happened) {
    if (talk_.options().streams_events()) print_text(json_line(scripts::to_json(happened)));
    if (talk_.has_living_line())
        tell_step(happened);
    else
        tell_line(happened);
}

// The step that ends says how it went; what matters stays on a line of its own at once.
void run_display::tell_step(const scripts::event& happened) {
    using kind = scripts::event::kind;
    const auto note = [this](const char* state, int colour) {
        state_ = state;
        colour_ = colour;
    };
    switch (happened.what) {
        case kind::phase_started:
            end_step();
            talk_.tell("-- " + happened.text, bold);
            break;
        case kind::step_started:
            end_step();
            step_ = happened.step_name;
            began_ = transport::line_clock::now();
            talk_.doing(step_);
            break;
        case kind::found:
            if (happened.details.value("severity", "") == "fault") note("fault", red);
            talk_.tell("   found: " + happened.text, state_ == "fault" ? red : 0);
            break;
        case kind::change_started:
            talk_.doing("changing: " + happened.text);
            break;
        case kind::change_planned:
            note("would", yellow);
            break;
        case kind::change_done:
            note("changed", yellow);
            break;
        case kind::change_failed:
            note("failed", red);
            tell_line(happened);
            break;
        case kind::restarting:
            talk_.doing("restarting: " + happened.text);
            break;
        case kind::verdict:
            end_step();
            talk_.doing("leaving the console");
            break;
        default:
            tell_line(happened);
            break;
    }
}

void run_display::end_step() {
    if (step_.empty()) return;
    const double took = std::chrono::duration<double>(transport::line_clock::now() - began_).count();
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%-8s%6.1f s  ", state_.c_str(), took);
    talk_.tell(text.data() + step_, colour_);
    step_.clear();
    state_ = "ok";
    colour_ = 0;
}

void run_display::tell_line(const scripts::event& happened) {
    using kind = scripts::event::kind;
    switch (happened.what) {
        case kind::phase_started:
            talk_.tell("-- " + happened.text);
            break;
        case kind::step_started:
            talk_.tell(happened.step_name);
            break;
        case kind::found:
            talk_.tell("   found: " + happened.text);
            break;
        case kind::decided:
            talk_.tell("   decided: " + happened.text + " " + happened.details.value("how", ""));
            break;
        case kind::change_started:
            talk_.tell("   changing: " + happened.text);
            break;
        case kind::change_failed:
            talk_.tell("   failed: " + happened.text);
            break;
        case kind::change_undone:
            talk_.tell("   taken back: " + happened.text);
            break;
        case kind::restarting:
            talk_.tell("   restarting: " + happened.text);
            break;
        case kind::restarted:
            talk_.tell("   restarted: " + happened.text);
            break;
        case kind::warning:
            talk_.tell("   warning: " + happened.text);
            break;
        case kind::looked:
        case kind::change_planned:
        case kind::change_done:
        case kind::proved:
        case kind::verdict:
            break;  // in the account
    }
}

void print_account(const scripts::report& account, const console_options& options, bool diff) {
    if (options.json()) return print_json(scripts::to_json(account));
    if (options.streams_events())
        return print_text(json_line({{"event", "report"}, {"report", scripts::to_json(account)}}));
    scripts::text_style style;
    style.width = terminal_width();
    style.colour = standard_output_wants_colour();
    style.diff = diff;
    print_text(scripts::to_text(account, style));
}

int tell_run(conversation& talk, const account_options& how, const this_computer& here, nlohmann::json about,
             const told_run& body) {
    // No program that is started here may find a secret in its environment; ours have been read.
    for (const auto* source : {&talk.options().password, &talk.options().road_password})
        if (!source->environment.empty()) ::unsetenv(source->environment.c_str());
    std::optional<transport::azure_manager> azure;
    if (auto chosen = chosen_azure(here, talk.options().address))
        azure.emplace(std::move(*chosen), talk.road_context_beside());
    about["schema"] = 1;
    about["console"] = talk.options().address;
    if (!here.before.empty()) {
        if (const auto why = run_hook(here.before, about); !why.empty()) {
            std::cerr << "emsctl: nothing was done: the hook before the run: " << why << "\n";
            return exit_found;
        }
    }
    run_display display(talk);
    std::optional<scripts::report> account;
    int status = talk.run_in_session([&](sac::session& session) -> boost::asio::awaitable<int> {
        session_target target(session, here.allow_local, azure ? &*azure : nullptr);
        account = co_await body(target, display);
        co_return scripts::exit_status(account->result);
    });
    if (account) {
        note_recording_hash(*account, talk.seal());
        print_account(*account, talk.options(), how.diff);
        write_reports(how.files, *account, talk.recording());
    }
    if (here.after.empty()) return status;
    about["exit_status"] = status;
    about["problem"] = talk.problem();
    about["report"] = account ? scripts::to_json(*account) : nlohmann::json();
    if (const auto why = run_hook(here.after, about); !why.empty())
        std::cerr << "emsctl: the hook after the run: " << why << "\n";
    return status;
}

}  // namespace emsctl
