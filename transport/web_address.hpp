// A web URL taken apart (RFC 3986), and the proxy that the environment names for it. Pure: opens nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "transport/endpoint.hpp"

namespace emsctl::transport {

struct web_address {
    std::string scheme;  // http, https, ws, wss
    std::string host;    // without brackets
    std::string port;    // decimal; the scheme's own when the URL names none
    std::string target;  // path and query, at least "/"
    std::string user_info;

    bool is_secure() const { return scheme == "https" || scheme == "wss"; }
    std::string authority() const;    // "host:port", IPv6 in brackets; for CONNECT
    std::string host_header() const;  // the same without the scheme's own port, as signatures of calls want it
    std::string shown() const;        // scheme, authority and path: the query and the user may be secrets
};

address_result<web_address> parse_web_address(std::string_view url);

using environment_reader = std::function<std::optional<std::string>(const std::string& name)>;
environment_reader process_environment();

// HTTPS_PROXY (for https and wss) or HTTP_PROXY, in either case, unless NO_PROXY lists the host (a name, a suffix with
// its dot, or *). A loopback host is never reached through a proxy. Throws bad_address for a proxy that makes no sense.
std::optional<web_address> proxy_for(const web_address& where, const environment_reader& environment);

}  // namespace emsctl::transport
