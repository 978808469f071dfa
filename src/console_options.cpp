#include "src/console_options.hpp"

#include <CLI/CLI.hpp>

namespace emsctl {

CLI::Option* add_duration(CLI::App& verb, const std::string& name, int& seconds, const std::string& help) {
    const std::map<std::string, int> units = {{"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
    return verb.add_option(name, seconds, help)
        ->transform(CLI::AsNumberWithUnit(units))
        ->check(CLI::NonNegativeNumber)
        ->option_text("DURATION");
}

void add_console_options(CLI::App& verb, console_options& options, bool with_login, bool with_events) {
    if (with_login) {
        verb.add_option("--user", options.user, "account to log in with [Administrator]")->group("Login");
        verb.add_option("--domain", options.domain, "its domain; none: a local account")->group("Login");
        auto* environment = verb.add_option("--password-env", options.password.environment,
                                            "environment variable that holds the password");
        environment->group("Login");
        verb.add_option("--password-file", options.password.file, "file whose first line is the password")
            ->excludes(environment)
            ->group("Login");
        verb.add_option("--profile", options.profile,
                        "console profile: conpty, stream, painter [by the shell's banner]")
            ->group("Console");
    }
    auto* environment = verb.add_option("--road-password-env", options.road_password.environment,
                                        "variable with the password or passphrase of the road itself (SSH)");
    environment->group("Console");
    verb.add_option("--road-password-file", options.road_password.file, "file whose first line is that")
        ->excludes(environment)
        ->group("Console");
    verb.add_option("--ca-file", options.ca_file, "PEM certificates to trust beside the system's")->group("Console");
    add_duration(verb, "--wait", options.wait_seconds, "how long to wait for a device or socket to appear [0]")
        ->group("Console");
    add_duration(verb, "--limit", options.limit_seconds, "how long all may take; then as after Ctrl-C [none]")
        ->group("Console");
    auto* record = verb.add_option("--record", options.record, "recording file [a new one in the state folder]");
    record->group("Console");
    verb.add_flag("--no-record", options.no_record, "keep no recording")->excludes(record)->group("Console");
    verb.add_flag("--unrecorded-ok", options.unrecorded_ok, "go on when the recording cannot, as on a full disk")
        ->group("Console");
    verb.add_option("--seed", options.seed, "seed of the session's names [random]")->group("Console");
    auto* output =
        verb.add_option("--output", options.output,
                        with_events ? "text, json, or jsonl for events as they happen [text]" : "text or json [text]");
    output->group("Console");
    if (with_events)
        output->check(CLI::IsMember({"text", "json", "jsonl"}));
    else
        output->check(CLI::IsMember({"text", "json"}));
}

}  // namespace emsctl
