#include "src/given_secrets.hpp"

#include <cstdlib>

#include "src/password.hpp"
#include "src/usage.hpp"

namespace emsctl {

void add_secret_option(CLI::App& verb, std::vector<std::string>& secrets) {
    verb.add_option("--secret", secrets, "NAME=env:VARIABLE or NAME=file:PATH, a secret of the runbook; repeatable")
        ->allow_extra_args(false);
}

scripts::secret_values given_secrets(const std::vector<std::string>& secrets) {
    scripts::secret_values all;
    for (const auto& text : secrets) {
        const auto equals = text.find('=');
        const auto name = text.substr(0, equals);
        const auto where = equals == std::string::npos ? std::string() : text.substr(equals + 1);
        password_source from;
        if (where.starts_with("env:")) from.environment = where.substr(4);
        if (where.starts_with("file:")) from.file = where.substr(5);
        // What stands there instead may be the secret itself, so that it is not repeated.
        if (name.empty() || !from.is_given())
            throw usage_error(
                "--secret: must be NAME=env:VARIABLE or NAME=file:PATH; the value itself never stands here");
        all[name] = read_password(from);
        if (!from.environment.empty()) ::unsetenv(from.environment.c_str());  // for programs that are started from here
    }
    return all;
}

}  // namespace emsctl
