#include "src/journal_console.hpp"

#include "src/usage.hpp"

namespace emsctl {
namespace {

void fill(std::string& option, const nlohmann::json& console, const char* name) {
    if (option.empty() && console.is_object()) option = console.value(name, std::string{});
}

}  // namespace

void complete_from(const scripts::journal_content& journal, const std::string& path, console_options& options) {
    if (journal.entries.empty()) throw usage_error(path + " is not a journal, or an empty one");
    const auto console = journal.header().value("console", nlohmann::json());
    const bool password_given = options.password.is_given();
    fill(options.address, console, "address");
    fill(options.user, console, "user");
    fill(options.domain, console, "domain");
    if (!password_given) {
        fill(options.password.environment, console, "password_env");
        fill(options.password.file, console, "password_file");
        fill(options.password.command, console, "password_command");
    }
    if (!options.road_password.is_given()) {
        fill(options.road_password.environment, console, "road_password_env");
        fill(options.road_password.file, console, "road_password_file");
        fill(options.road_password.command, console, "road_password_command");
    }
    fill(options.ca_file, console, "ca_file");
    if (options.address.empty())
        throw usage_error("the journal does not say which console it is about: give an address");
}

}  // namespace emsctl
