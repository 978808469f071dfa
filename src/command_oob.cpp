#include "src/command_oob.hpp"

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <iostream>
#include <memory>

#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/output.hpp"
#include "src/usage.hpp"

namespace emsctl {

namespace asio = boost::asio;
using transport::out_of_band;

namespace {

out_of_band wanted(const oob_options& options) {
    out_of_band signal;
    signal.what = *transport::out_of_band_named(options.what);
    const bool needs_key = signal.what == out_of_band::kind::sysrq;
    if (!needs_key && !options.key.empty()) throw usage_error(options.what + " takes no key");
    if (!needs_key) return signal;
    if (options.key.size() != 1 || !std::isalnum(static_cast<unsigned char>(options.key[0])))
        throw usage_error("sysrq needs its key, one letter or digit, such as: oob ADDRESS sysrq b");
    signal.key = options.key[0];
    return signal;
}

const char* consequence(out_of_band::kind what) {
    if (what == out_of_band::kind::nmi) return "An NMI makes Windows stop with a crash dump.";
    if (what == out_of_band::kind::reset) return "A reset is as if its power had failed: nothing is saved.";
    return "A SysRq key acts in the kernel at once.";
}

// A BREAK harms nothing that Windows' SAC does; the others end what runs there.
void ask_whether_really(const oob_options& options, out_of_band::kind what) {
    if (what == out_of_band::kind::line_break) return;
    const std::string& address = options.console.address;
    std::string typed = options.yes_really;
    if (typed.empty()) {
        if (::isatty(STDIN_FILENO) != 1)
            throw usage_error(options.what + " needs --yes-really " + address + " where nobody can be asked");
        std::fprintf(stderr, "%s Type %s if that is the machine: ", consequence(what), address.c_str());
        std::getline(std::cin, typed);
    }
    if (typed != address)
        throw usage_error("not confirmed: \"" + typed + "\" is not " + address + "; nothing was sent");
}

}  // namespace

void setup_oob(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<oob_options>();
    auto* verb = app.add_subcommand("oob", "break, nmi, reset or sysrq KEY, by the road itself");
    verb->add_option("address", options->console.address, "the console")->required();
    verb->add_option("what", options->what, "break, nmi, reset or sysrq")
        ->required()
        ->check(CLI::IsMember({"break", "nmi", "reset", "sysrq"}));
    verb->add_option("key", options->key, "of sysrq: one letter or digit");
    verb->add_option("--yes-really", options->yes_really, "the address once more, instead of being asked for it");
    add_console_options(*verb, options->console, false);
    verb->footer("Exit status: 0 the road took it, 2 not confirmed or this road has none, 5 no road, 6 not allowed.");
    verb->callback([options, &chosen] { chosen = [options] { return run_oob(*options); }; });
}

int run_oob(oob_options options) {
    const auto signal = wanted(options);
    conversation talk(options.console, "oob", false);
    ask_whether_really(options, signal.what);
    const bool json = options.console.json();
    const int status = talk.run_raw([&](std::unique_ptr<transport::byte_stream> line) -> asio::awaitable<int> {
        line->mark("out of band: " + options.what);
        co_await line->signal(signal);
        line->close();
        if (!json) print_text(options.what + " sent\n");
        co_return exit_ok;
    });
    if (json) print_json({{"signal", options.what}, {"sent", status == exit_ok}, {"problem", talk.problem()}});
    return status;
}

}  // namespace emsctl
