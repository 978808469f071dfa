// Drives azure_double.py from a test: starts it, changes what it does, asks what it saw. Needs the transport library.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/peer.hpp"
#include "tests/support/spin.hpp"
#include "transport/http_client.hpp"

namespace emsctl::test {

class azure_double {
  public:
    // `settings` are of azure_double.py --help: {"frames=text", "fail=connect:locked"}. With a folder, an "az" is
    // written there, to be put in front of PATH.
    explicit azure_double(const std::vector<std::string>& settings = {}, const std::string& az_folder = "")
        : peer_(command(settings, az_folder), "listening on ") {}

    std::string url(const std::string& path = "") const { return "http://127.0.0.1:" + peer_.port() + path; }

    // Whatever is set holds for the next call or message.
    void set(const nlohmann::json& settings) { post("/double", settings); }

    // {{"do", "close"}, {"code", 1001}}, to every open console.
    void act(const nlohmann::json& what) { post("/double/act", what); }

    nlohmann::json seen() const { return nlohmann::json::parse(call("GET", "/double").body); }
    std::vector<std::string> violations() const { return seen().at("violations"); }
    std::string token() const { return nlohmann::json::parse(call("GET", "/double/token").body).at("token"); }

    // Waits for a line it says: "trusted", "kicked", "call: connect". See azure_double.py.
    bool says(const std::string& text) { return peer_.says(text); }

    transport::http_reply call(const std::string& method, const std::string& path,
                               const std::map<std::string, std::string>& headers = {},
                               const std::string& body = "") const {
        transport::http_request request;
        request.method = method;
        request.url = url(path);
        request.headers = headers;
        request.body = body;
        request.largest_reply = 8 << 20;
        boost::asio::io_context io;
        return tests::spin(io, transport::http_call(request, {}));
    }

  private:
    static std::vector<std::string> command(const std::vector<std::string>& settings, const std::string& az_folder) {
        std::vector<std::string> words = {"/usr/bin/python3", EMSCTL_SOURCE_DIR "/tests/support/azure_double.py"};
        for (const auto& setting : settings) {
            words.push_back("--set");
            words.push_back(setting);
        }
        if (!az_folder.empty()) {
            words.push_back("--az-dir");
            words.push_back(az_folder);
        }
        return words;
    }

    void post(const std::string& path, const nlohmann::json& what) { call("POST", path, {}, what.dump()); }

    peer peer_;
};

}  // namespace emsctl::test
