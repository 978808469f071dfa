#include "src/told_outcomes.hpp"

#include "src/usage.hpp"

namespace emsctl {

void add_outcome_option(CLI::App& verb, std::vector<std::string>& outcomes) {
    verb.add_option("--outcome", outcomes, "STEP=done or STEP=not-run, where nobody else can know; repeatable")
        ->allow_extra_args(false);
}

std::map<std::string, bool> told_outcomes(const std::vector<std::string>& outcomes) {
    std::map<std::string, bool> all;
    for (const auto& text : outcomes) {
        const auto equals = text.rfind('=');
        const auto word = equals == std::string::npos ? std::string() : text.substr(equals + 1);
        if (equals == 0 || (word != "done" && word != "not-run"))
            throw usage_error("--outcome " + text + ": must be STEP=done or STEP=not-run");
        all[text.substr(0, equals)] = word == "done";
    }
    return all;
}

}  // namespace emsctl
