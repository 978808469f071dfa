// What opening a road may need from the program around it: secrets, trust, somebody to tell. Every part has a harmless
// default, so that a road can be opened with an empty one.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace emsctl::transport {

// The stations of a road, in the order they are passed; `doctor` prints them and says at which one the road ends.
enum class station { name, connection, proxy, tls, ssh, host_key, cloud, authentication, handshake, bytes };

struct road_context {
    // How long one step of opening (a name, a connection, a handshake, one HTTP call) may take.
    std::chrono::milliseconds step_limit = std::chrono::seconds(20);

    // How long to wait in all for a service that says it is busy and when to come back.
    std::chrono::milliseconds patience = std::chrono::seconds(60);

    // A secret the road asks for: "password of admin@host", "passphrase of /home/me/.ssh/id_ed25519". Nothing: there is
    // none to be had. Called at most once for one question; the road says so when the answer was wrong.
    std::function<std::optional<std::string>(const std::string& what)> secret;

    // Something a person should know that is no error: a fallback taken, a pre-flight check that looks bad.
    std::function<void(const std::string& text)> warn;

    // A station was passed, with what was found there: (tls, "TLS 1.3, certificate of vm1.example until 2027-01-01").
    // Never a secret.
    std::function<void(station where, const std::string& found)> passed;

    // PEM certificates trusted beside the system's own store; empty: none.
    std::string ca_file;

    std::optional<std::string> ask(const std::string& what) const { return secret ? secret(what) : std::nullopt; }
    void tell(const std::string& text) const {
        if (warn) warn(text);
    }
    void pass(station where, const std::string& found) const {
        if (passed) passed(where, found);
    }
};

const char* name_of(station where);

}  // namespace emsctl::transport
