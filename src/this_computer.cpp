#include "src/this_computer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <optional>

#include "src/usage.hpp"
#include "transport/child_output.hpp"
#include "transport/command_line.hpp"

namespace emsctl {

namespace {
constexpr std::chrono::minutes hook_limit{5};
}

void add_this_computer_options(CLI::App& verb, this_computer& options) {
    const std::string group = "This computer";
    verb.add_flag("--allow-local", options.allow_local, "let the runbook start the programs it names here")
        ->group(group);
    verb.add_option("--azure", options.azure,
                    "SUBSCRIPTION/GROUP/MACHINE, or same (that of the console): let its steps ask and change Azure")
        ->group(group);
    verb.add_option("--before", options.before,
                    "command that gets what is about to be done as JSON; when it fails, nothing is done")
        ->group(group);
    verb.add_option("--after", options.after, "command that gets the account as JSON")->group(group);
}

void need_local_permission(const std::set<std::string>& programs, const this_computer& options) {
    if (options.allow_local || programs.empty()) return;
    std::string names;
    for (const auto& name : programs) names += (names.empty() ? "" : ", ") + name;
    throw usage_error("the runbook starts programs on this computer: " + names +
                      ". Look at it with `emsctl runbook show`, then allow it with --allow-local");
}

std::optional<transport::azure_settings> chosen_azure(const this_computer& options, const std::string& console) {
    if (options.azure.empty()) return std::nullopt;
    const bool is_same = options.azure == "same";
    if (is_same && !console.starts_with("azure:"))
        throw usage_error("--azure same: the console " + console +
                          " is not one of Azure's; name the machine as SUBSCRIPTION/GROUP/MACHINE");
    const auto where = transport::parse_endpoint(is_same ? console : "azure:" + options.azure);
    if (where.has_error()) throw usage_error("--azure " + options.azure + ": " + where.error().text);
    const auto settings = transport::parse_azure_settings(*where);
    if (settings.has_error()) throw usage_error("--azure " + options.azure + ": " + settings.error().text);
    return *settings;
}

std::string run_hook(const std::string& command_line, const nlohmann::json& document) {
    const auto words = transport::split_command_line(command_line);
    if (words.has_error()) return command_line + ": " + words.error().text;
    if (words->empty()) return "a hook's command is empty";
    boost::asio::io_context context;
    std::optional<transport::child_output> ended;
    std::string problem;
    const auto text = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    boost::asio::co_spawn(context, transport::run_for_output(*words, hook_limit, text),
                          [&](const std::exception_ptr& error, transport::child_output output) {
                              try {
                                  if (error) std::rethrow_exception(error);
                                  ended = std::move(output);
                              } catch (const std::exception& failed) {
                                  problem = failed.what();
                              }
                          });
    context.run();
    if (!ended) return problem;
    std::cerr << ended->out << ended->err;
    if (ended->exit_status == 0) return {};
    return words->front() + " ended with " + std::to_string(ended->exit_status);
}

}  // namespace emsctl
