#include "scripts/gate.hpp"

#include "scripts/azure_request.hpp"

namespace emsctl::scripts {
namespace {

std::optional<std::string> azure_refusal(std::string_view text) {
    const auto request = read_azure_request(text);
    if (!request) return "it is no call of Azure: a path with its api-version is needed";
    if (request->method != "GET") return "only GET reads, not " + request->method;
    return std::nullopt;
}

}  // namespace

std::optional<std::string> refusal(const command& what) {
    if (what.changes) return "the step says that it changes something";
    switch (what.in) {
        case shell::cmd:
            return cmd_refusal(what.text);
        case shell::powershell:
            return powershell_refusal(what.text);
        case shell::local:
            return local_refusal(what.text);
        case shell::azure:
            return azure_refusal(what.text);
        case shell::console:
            break;
    }
    return "nobody can know what a conversation does";
}

}  // namespace emsctl::scripts
