// An HTTP call that comes back when it was told to: 429, and 503 with a Retry-After, are waited for, and a person hears
// of it. Anything else is the caller's to judge.
#pragma once

#include <chrono>
#include <optional>

#include "transport/http_client.hpp"

namespace emsctl::transport {

// As http_call. Waits at most road_context::patience in all; a service that asks for more has its answer handed up at
// once. A little more than asked for is waited, differently each time, so that many callers do not come back together.
asio::awaitable<http_reply> patient_http_call(http_request request, road_context context);

// What the header Retry-After says (RFC 9110 section 10.2.3; a date instead of seconds counts as 5 s); nothing without
// one.
std::optional<std::chrono::seconds> retry_after(const http_reply& reply);

// How long a service that is busy asks to wait; nothing when it does not ask.
std::optional<std::chrono::seconds> wait_asked_by(const http_reply& reply);

}  // namespace emsctl::transport
