#include "scripts/azure_request.hpp"

#include <algorithm>

namespace emsctl::scripts {

std::string written_request(const azure_request& request) {
    return request.method + " " + request.path + (request.body.empty() ? "" : "\n" + request.body);
}

std::optional<azure_request> read_azure_request(std::string_view text) {
    azure_request request;
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (end != text.npos) request.body = text.substr(end + 1);
    const auto blank = line.find(' ');
    if (blank == line.npos) return std::nullopt;
    request.method = line.substr(0, blank);
    request.path = line.substr(blank + 1);
    constexpr std::string_view methods[] = {"GET", "PUT", "POST", "DELETE"};
    if (std::find(std::begin(methods), std::end(methods), request.method) == std::end(methods)) return std::nullopt;
    if (request.path.find_first_of(" \t\r") != std::string::npos) return std::nullopt;
    if (request.path.find("?api-version=") == std::string::npos &&
        request.path.find("&api-version=") == std::string::npos)
        return std::nullopt;
    return request;
}

}  // namespace emsctl::scripts
