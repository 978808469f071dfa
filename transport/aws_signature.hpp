// AWS Signature Version 4 as pure text: a call, a key and a moment in, the call with its Authorization header out.
// Reads no clock and no environment; for services whose path is "/" or is already encoded as it is to be signed.
#pragma once

#include <chrono>
#include <string>

#include "transport/http_client.hpp"

namespace emsctl::transport {

struct aws_key {
    std::string id;
    std::string secret;         // never shown, never sent
    std::string session_token;  // of temporary credentials; never shown
};

struct aws_scope {
    std::string region;
    std::string service;
    std::string date_time;  // "20150830T123600Z"
};

// UTC, as X-Amz-Date has it.
std::string aws_date_time(std::chrono::system_clock::time_point when);

// "Create a signed AWS API request" in the IAM user guide, steps 1 and 3. Every header of the request and Host are
// signed; the request's URL has to be a valid one.
std::string aws_canonical_request(const http_request& request);
std::string aws_string_to_sign(const std::string& canonical_request, const aws_scope& scope);

// Adds X-Amz-Date, X-Amz-Security-Token where the key has one, and Authorization.
void sign_aws_call(http_request& request, const aws_key& key, const aws_scope& scope);

}  // namespace emsctl::transport
