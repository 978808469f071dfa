// Drives ec2_double.py and gcp_double.py from a test: starts one, changes what it does, asks what it saw. Needs the
// transport library.
#pragma once

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/peer.hpp"
#include "tests/support/spin.hpp"
#include "transport/http_client.hpp"

namespace emsctl::test {

class cloud_double {
  public:
    // `kind` is ec2 or gcp; `settings` are of its --help: {"tail=0.1"}.
    explicit cloud_double(const std::string& kind, const std::vector<std::string>& settings = {})
        : peer_(command(kind, settings), "listening on ") {}

    static bool can_run() { return peers_are_there({"/usr/bin/python3", "/usr/lib/python3/dist-packages/asyncssh"}); }

    std::string url(const std::string& path = "") const { return "http://127.0.0.1:" + peer_.port() + path; }
    void set(const nlohmann::json& settings) { call("POST", settings.dump()); }
    nlohmann::json seen() const { return nlohmann::json::parse(call("GET")); }
    std::string gateway() const { return seen().at("gateway"); }
    std::string fingerprint() const { return seen().at("fingerprint"); }
    std::string host_key() const { return seen().at("host_key"); }
    bool says(const std::string& text) { return peer_.says(text); }

  private:
    static std::vector<std::string> command(const std::string& kind, const std::vector<std::string>& settings) {
        std::vector<std::string> words = {"/usr/bin/python3", "-W", "ignore",
                                          EMSCTL_SOURCE_DIR "/tests/support/" + kind + "_double.py"};
        for (const auto& setting : settings) {
            words.push_back("--set");
            words.push_back(setting);
        }
        return words;
    }

    std::string call(const std::string& method, const std::string& body = "") const {
        transport::http_request request;
        request.method = method;
        request.url = url("/double");
        request.body = body;
        boost::asio::io_context io;
        return tests::spin(io, transport::http_call(request, {})).body;
    }

    peer peer_;
};

}  // namespace emsctl::test
