#include "src/run_display.hpp"

#include <unistd.h>

#include <iostream>

#include "src/output.hpp"

namespace emsctl {

namespace asio = boost::asio;

void run_display::on(const scripts::event& happened) {
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

namespace {

std::optional<std::string> ask_at_terminal(const scripts::question& what) {
    std::cerr << '\n';
    for (const auto& line : what.evidence) std::cerr << "  found: " << line << '\n';
    std::cerr << what.text;
    if (what.what == scripts::question::kind::confirmation)
        std::cerr << " (risk " << scripts::to_string(what.risk) << ", undo " << scripts::to_string(what.undo) << ")";
    if (!what.proposal.empty()) std::cerr << " [" << what.proposal << "]";
    std::cerr << " ";
    std::string answer;
    if (!std::getline(std::cin, answer)) return std::nullopt;
    if (answer.empty() && what.what == scripts::question::kind::decision && what.safe) return what.proposal;
    if (answer.empty()) return std::nullopt;
    return answer;
}

bool may_be_taken(const scripts::question& what) {
    if (what.what == scripts::question::kind::decision) return what.safe && !what.proposal.empty();
    return what.risk != scripts::risk_level::high;
}

}  // namespace

scripts::ask_function make_ask(bool yes) {
    const bool has_person = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
    return [yes, has_person](scripts::question what) -> asio::awaitable<std::optional<std::string>> {
        if (yes && may_be_taken(what)) co_return what.proposal;
        if (has_person) co_return ask_at_terminal(what);
        co_return std::nullopt;
    };
}

void print_account(const scripts::report& account, bool json) {
    if (json) return print_json(scripts::to_json(account));
    scripts::text_style style;
    style.width = terminal_width();
    style.colour = standard_output_wants_colour();
    print_text(scripts::to_text(account, style));
}

}  // namespace emsctl
