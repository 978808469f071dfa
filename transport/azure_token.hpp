// Where a token for Azure's Resource Manager comes from: a client secret, a client certificate or a workload's
// federated token in the environment, a managed identity, or the az command line.
#pragma once

#include <chrono>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct azure_token {
    std::string value;                // never shown
    std::string source;               // "the az command line"
    std::chrono::sys_seconds ends{};  // when it expires; the epoch: nobody said

    bool has_ended() const { return ends_within(std::chrono::seconds(0)); }
    // Of no use for a call that begins now.
    bool ends_soon() const { return ends_within(std::chrono::minutes(2)); }
    bool ends_within(std::chrono::seconds time) const {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return ends != std::chrono::sys_seconds() && now + time >= ends;
    }
};

// `source`: auto (the first of secret, certificate, workload, managed, az that is there), one of these, or env:NAME for
// a variable that holds a token. auto takes a managed identity only where the environment names its endpoint; managed
// asks the machine's own. Endpoints are those of the environment where it names them (AZURE_AUTHORITY_HOST,
// IDENTITY_ENDPOINT, IMDS_ENDPOINT). A certificate is AZURE_CLIENT_CERTIFICATE_PATH, PEM or PKCS#12, and
// AZURE_CLIENT_CERTIFICATE_PASSWORD or the context's secret opens it. Throws login_refused with what was tried and what
// to do.
asio::awaitable<azure_token> get_azure_token(std::string source, std::string resource, std::string subscription,
                                             road_context context);

}  // namespace emsctl::transport
