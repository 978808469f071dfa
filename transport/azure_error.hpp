// What Azure's refusals mean and what to do about each: status and body in, one sentence out. Pure.
#pragma once

#include <string>

#include "transport/http_client.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {

struct azure_refusal {
    transport_error code = transport_error::bad_protocol;
    std::string text;
};

// Resource Manager's error bodies ({"error":{"code","message"}}, or flat), whatever a proxy says in their place, and
// Entra ID's ({"error","error_description"}).
azure_refusal explain_azure(const http_reply& reply);

// The same in Azure's words alone, for calls that have nothing to do with a console: "409 Conflict: ...".
std::string azure_words(const http_reply& reply);

}  // namespace emsctl::transport
