// ec2: addresses: the serial console of an EC2 instance: a key made for the session is pushed by EC2 Instance Connect,
// and the region's SSH gateway is the line ("EC2 Serial Console for instances" in the EC2 user guide).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct ec2_settings {
    std::string region;
    std::string instance;
    std::string profile;               // of the shared files; empty: AWS_PROFILE, or "default"
    std::string credentials = "auto";  // see get_aws_credentials
    std::string endpoint;      // instead of the services' own; empty: the environment's AWS_ENDPOINT_URL..., or theirs
    std::string gateway;       // HOST:PORT; empty: the region's
    std::string host_key;      // strict, accept-new or SHA256:...; empty: the region's published one, else strict
    std::string via = "auto";  // as for ssh:

    // How long a console that somebody else has is asked for again. EC2 frees it about 30 s after a session's end.
    std::chrono::milliseconds patience = std::chrono::seconds(60);
};

// REGION/INSTANCE; an endpoint is https, or loopback.
address_result<ec2_settings> parse_ec2_settings(const endpoint& where);

// "SHA256:..." of the region's gateway as the user guide publishes it; "" for a region that was not in it.
std::string published_ec2_host_key(const std::string& region);

// Throws what get_aws_credentials, explain_ec2 and connect_ssh say; busy after `patience`. signal() does NMI and reset
// through the EC2 API.
asio::awaitable<std::unique_ptr<byte_stream>> connect_ec2(ec2_settings settings, road_context context);

}  // namespace emsctl::transport
