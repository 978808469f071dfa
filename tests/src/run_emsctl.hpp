// The program under test with the simulated guest's account.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/program.hpp"

namespace emsctl::test {

inline const std::string canary = "Passw0rd!";  // the simulated guest's password; must never be seen anywhere

inline ended_program run_emsctl(const scratch_folder& where, std::vector<std::string> arguments,
                                const std::string& password = canary) {
    return run_program(EMSCTL_PROGRAM, std::move(arguments), where, {{"EMS_PASSWORD", password}});
}

inline std::vector<std::string> with_account(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, {"--user", "Administrator", "--password-env", "EMS_PASSWORD"});
    return arguments;
}

// A check of the runbook; its report as JSON.
inline nlohmann::json look(const scratch_folder& where, const std::string& address, const std::string& runbook) {
    const auto ended = run_emsctl(where, with_account({"run", runbook, address, "--output", "json", "--no-record"}));
    return nlohmann::json::parse(ended.out);
}

// The name of the service that a look proposes to stop, or "".
inline std::string proposed_service(const nlohmann::json& report) {
    for (const auto& d : report.at("decisions"))
        if (d.at("variable") == "stop_other_service") return d.at("proposal").get<std::string>();
    return {};
}

// All of a repair's command line but the address.
inline std::vector<std::string> repair(const std::string& runbook, const std::string& address,
                                       const std::string& service, const std::string& journal) {
    return with_account({"run", runbook, address, "--apply", "--yes", "--journal", journal, "--var",
                         "stop_other_service=" + service, "--var", "restart_now=yes"});
}

}  // namespace emsctl::test
