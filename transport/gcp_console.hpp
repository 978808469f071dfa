// gcp: addresses: the interactive serial console of a Compute Engine machine, through Google's SSH gateway, whose host
// key is fetched from where Google publishes it ("Interacting with the serial console" in its documentation). The key
// that logs in is the user's, and has to be in the metadata or in OS Login already: this changes nothing in the cloud.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"
#include "transport/endpoint.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

struct gcp_settings {
    std::string project;  // may have a domain: "example.com:rescue"
    std::string zone;
    std::string instance;
    std::string user;                     // empty: who runs this, as for gcloud
    int port = 2;                         // of the machine, 1 to 4: Windows has SAC on the second
    std::vector<std::string> identities;  // empty: ~/.ssh/google_compute_engine, else the usual ones of ssh:
    bool use_agent = true;
    int replay = 0;            // lines of old output to begin with
    bool is_regional = false;  // the gateway of the zone's region instead of the global one
    std::string keys;          // URL of the gateway's host key; empty: Google's
    std::string gateway;       // HOST:PORT; empty: Google's
    std::string host_key;      // strict, accept-new or SHA256:...; empty: what `keys` has
    std::string via = "auto";  // as for ssh:

    std::string login() const;  // "rescue.us-central1-f.win1.alice.port=2.replay-lines=0"
    std::string host_key_url() const;
};

// PROJECT/ZONE/INSTANCE; keys is https, or loopback.
address_result<gcp_settings> parse_gcp_settings(const endpoint& where);

// Throws what connect_ssh says, not_trusted also where the published host key is not to be had; login_refused says what
// Google may have meant, since its gateway does not say which: the console is off, or the key unknown.
asio::awaitable<std::unique_ptr<byte_stream>> connect_gcp(gcp_settings settings, road_context context);

}  // namespace emsctl::transport
