#include "src/guest_choice.hpp"

#include <algorithm>

#include "sac/guest/profile.hpp"
#include "sac/guest/scenario.hpp"
#include "src/usage.hpp"
#include "transport/endpoint.hpp"

namespace emsctl {
namespace {

void check(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    std::string text = "there is no " + what + " \"" + name + "\"; there are";
    for (const auto& one : known) text += (&one == &known.front() ? " " : ", ") + one;
    const auto near = transport::nearest_word(name, known);
    throw usage_error(text + (near.empty() ? "" : "; did you mean " + near + "?"));
}

}  // namespace

std::shared_ptr<guest::machine> make_machine(const std::string& scenario, const std::string& profile,
                                             guest::machine_options options) {
    check("scenario", scenario, guest::scenario_names());
    check("profile", profile, guest::profile_names());
    return std::make_shared<guest::machine>(scenario, profile, std::move(options));
}

}  // namespace emsctl
