#include "src/command_exec.hpp"

#include <cstdio>
#include <memory>

#include "src/conversation.hpp"
#include "src/exit_status.hpp"
#include "src/failure.hpp"
#include "src/output.hpp"
#include "transport/transport_error.hpp"

namespace emsctl {

namespace asio = boost::asio;

namespace {

constexpr int largest_status = 253;

int as_status(std::int64_t code) {
    return code >= 0 && code <= largest_status ? static_cast<int>(code) : exit_exec_no_fit;
}

nlohmann::json as_json(const sac::command_result& result, const std::string& text, sac::session& session) {
    return {{"command", text},
            {"exit_code", result.exit_code},
            {"stdout", result.out},
            {"stderr", result.err},
            {"stdout_bytes", result.out_bytes.size()},
            {"stderr_bytes", result.err_bytes.size()},
            {"took_ms", std::chrono::duration_cast<std::chrono::milliseconds>(result.took).count()},
            {"proof", "length and SHA-256 computed in the guest"},
            {"windows_version", session.windows_version()},
            {"channel", session.channel_name()},
            {"line", {{"sent", session.line().bytes_sent()}, {"received", session.line().bytes_received()}}}};
}

// What is known of a command whose result did not come back.
int tell_lost(const exec_options& options, const std::string& text, const std::string& problem, bool may_have_run) {
    if (options.console.json())
        print_json({{"command", text}, {"error", problem}, {"may_have_run", may_have_run}});
    else if (may_have_run)
        std::fprintf(stderr, "the command had begun; whether it did its work is not known\n");
    return exit_exec_failed;
}

asio::awaitable<int> execute(sac::session& session, const exec_options& options, std::string text) {
    const auto shell = options.shell == "powershell" ? sac::shell_kind::powershell : sac::shell_kind::cmd;
    session.line().mark(text.substr(0, 80));
    const auto result = co_await session.run(shell, text, std::chrono::seconds(options.timeout_seconds));
    if (options.console.json()) {
        print_json(as_json(result, text, session));
    } else {
        print_text(result.out);
        std::fwrite(result.err.data(), 1, result.err.size(), stderr);
    }
    co_return as_status(result.exit_code);
}

}  // namespace

void setup_exec(CLI::App& app, std::function<int()>& chosen) {
    auto options = std::make_shared<exec_options>();
    auto* verb = app.add_subcommand("exec", "run one command in the guest; its output and exit code are ours");
    verb->add_option("address", options->console.address, "the console")->required();
    verb->add_option("command", options->words, "after --, as it would stand in a .cmd or .ps1 file")->required();
    verb->add_option("--shell", options->shell, "cmd or powershell [cmd]")->check(CLI::IsMember({"cmd", "powershell"}));
    add_duration(*verb, "--timeout", options->timeout_seconds, "how long the command may take in the guest [5min]")
        ->check(CLI::PositiveNumber);
    add_console_options(*verb, options->console, true);
    verb->footer("Exit status: the guest's own; 254 when it does not fit, 255 when emsctl itself could not.");
    verb->callback([options, &chosen] { chosen = [options] { return run_exec(*options); }; });
}

int run_exec(exec_options options) {
    std::string text;
    for (const auto& word : options.words) text += (text.empty() ? "" : " ") + word;
    bool answered = false;
    bool may_have_run = false;
    std::string problem;
    try {
        conversation talk(options.console, "exec", true);
        const int status = talk.run_in_session([&](sac::session& session) -> asio::awaitable<int> {
            if (const auto why = talk.reason_to_stop())
                transport::fail(transport::transport_error::recording_full, "not run: " + *why);
            talk.doing(text);
            int code = 0;
            try {
                code = co_await execute(session, options, text);
            } catch (...) {
                may_have_run = session.run_has_begun();
                throw;
            }
            answered = true;
            co_return code;
        });
        if (answered) return status;
        problem = talk.problem();
    } catch (const std::exception&) {
        problem = text_of(std::current_exception());
        std::fprintf(stderr, "emsctl: %s\n", problem.c_str());
    }
    return tell_lost(options, text, problem, may_have_run);
}

}  // namespace emsctl
