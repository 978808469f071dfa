#include "src/run_display.hpp"

#include "src/output.hpp"

namespace emsctl {

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

void print_account(const scripts::report& account, bool json) {
    if (json) return print_json(scripts::to_json(account));
    scripts::text_style style;
    style.width = terminal_width();
    style.colour = standard_output_wants_colour();
    print_text(scripts::to_text(account, style));
}

}  // namespace emsctl
