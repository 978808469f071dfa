// One HTTP call: name, connection (through HTTPS_PROXY where it applies), TLS, request, reply. For the control planes
// of clouds; nothing is kept open between calls.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct http_request {
    std::string method = "GET";
    std::string url;                             // http:// or https://, with its query
    std::map<std::string, std::string> headers;  // Host and Content-Length are added
    std::string body;
    bool may_use_proxy = true;            // false for link-local services, which a proxy cannot reach
    std::size_t largest_reply = 1 << 20;  // bytes; a longer one is bad_protocol
};

struct http_reply {
    unsigned status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    // "" when there is no such header.
    std::string header(const std::string& lower_case_name) const;
};

// Any status is an answer, not an error, and redirects are not followed. Throws not_found, refused, timed_out,
// not_trusted, bad_protocol; the context names host and path and never the query, a header or the body.
asio::awaitable<http_reply> http_call(http_request request, road_context context);

}  // namespace emsctl::transport
