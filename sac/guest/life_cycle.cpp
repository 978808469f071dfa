#include "sac/guest/life_cycle.hpp"

#include <algorithm>

#include "sac/guest/painter.hpp"

namespace emsctl::guest {
namespace {

constexpr instant one_second = std::chrono::seconds(1);
constexpr int countdown_row = 15;
// A prompt of the kernel itself; its help and its texts are not known.
constexpr std::string_view stop_prompt = "\r\n!SAC>";

}  // namespace

void life_cycle::power_on(instant now) {
    line_.clear();
    out_ += profile_.firmware_text;
    enter(phase::firmware, now + profile_.firmware);
}

void life_cycle::draw_menu(instant now) {
    menu_end_ = now + profile_.menu_timeout;
    out_ += "\x1b[2J\x1b[1;1H\x1b[0m\x1b[37;40m";
    const auto row = [&](int number, std::string_view text) { out_ += cursor_to(number, 0) + std::string(text); };
    row(0, "                             Windows Boot Manager");
    row(2, "Choose an operating system to start, or press TAB to select a tool:");
    row(3, "(Use the arrow keys to highlight your choice, then press ENTER.)");
    row(5, "    " + profile_.product + " [EMS Enabled]");
    row(12, "To specify an advanced option for this choice, press F8.");
    row(18, "Tools:");
    row(20, "    Windows Memory Diagnostic");
    row(23, "ENTER=Choose            TAB=Menu                          ESC=Cancel");
    draw_countdown(now);
}

void life_cycle::draw_countdown(instant now) {
    const auto left = std::max<long long>(0, (menu_end_ - now + one_second - instant(1)) / one_second);
    out_ += cursor_to(countdown_row, 0) +
            "Seconds until the highlighted choice will be started automatically: " + std::to_string(left) + " ";
    enter(phase::boot_menu, std::min(menu_end_, now + one_second));
}

void life_cycle::load(instant now) {
    out_ += "\x1b[2J\x1b[H";  // the kernel opens the port; then silence
    enter(phase::loading, now + profile_.loading);
}

void life_cycle::shut_down(bool is_restart, instant now) {
    is_restart_ = is_restart;
    enter(phase::shutting_down, now + profile_.shutdown);
}

void life_cycle::stop(std::string_view machine_info, instant) {
    out_ +=
        "\r\n<?xml>\r\n<BP>\r\n<INSTANCE CLASSNAME=\"BLUESCREEN\">\r\n"
        "<PROPERTY NAME=\"STOPCODE\" TYPE=\"string\"><VALUE>\"0xE2\"</VALUE>\r\n</PROPERTY>\r\n" +
        std::string(machine_info) + "</INSTANCE>\r\n</BP>\r\n" + profile_.stop_text + std::string(stop_prompt);
    line_.clear();
    enter(phase::stopped, std::nullopt);
}

life_cycle::step life_cycle::advance(instant now) {
    if (!due_ || *due_ > now) return step::nothing;
    const instant when = *due_;
    due_.reset();
    switch (phase_) {
        case phase::firmware:
            if (has_boot_menu_)
                draw_menu(when);
            else
                load(when);
            return step::nothing;
        case phase::boot_menu:
            if (when >= menu_end_)
                load(when);
            else
                draw_countdown(when);
            return step::nothing;
        case phase::loading:
            enter(phase::running, when + profile_.cmd_event);
            return step::kernel_is_up;
        case phase::running:
            return step::command_is_ready;
        case phase::shutting_down:
            if (is_restart_)
                enter(phase::resetting, when + profile_.power_off);
            else
                enter(phase::off, std::nullopt);
            return step::windows_is_gone;
        case phase::resetting:
            power_on(when);
            return step::nothing;
        case phase::off:
        case phase::stopped:
            break;
    }
    return step::nothing;
}

void life_cycle::input(char byte, instant now) {
    if (phase_ == phase::boot_menu) {
        if (byte == '\r')
            load(now);
        else if (byte == '\t' || byte == 0x1b)
            refuse_("boot menu key other than Enter");
        return;
    }
    if (phase_ != phase::stopped) return;
    if (byte == '\r') {
        stop_command(now);
    } else if ((byte == 0x08 || byte == 0x7f) && !line_.empty()) {
        line_.pop_back();
        out_ += "\b \b";
    } else if (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f) {
        line_ += byte;
        out_ += byte;
    }
}

void life_cycle::stop_command(instant now) {
    const std::string command = std::exchange(line_, {});
    if (command == "restart" || command == "q") {
        out_ += "\r\n";
        enter(phase::resetting, now + profile_.power_off);
        return;
    }
    if (!command.empty()) refuse_("!SAC command " + command);
    out_ += stop_prompt;
}

}  // namespace emsctl::guest
