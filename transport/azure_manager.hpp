// Azure's Resource Manager as its client: calls about one machine and what belongs to it, each followed to its end.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "transport/azure_settings.hpp"
#include "transport/azure_token.hpp"
#include "transport/byte_stream.hpp"
#include "transport/http_client.hpp"
#include "transport/road_context.hpp"

namespace emsctl::transport {

// Errors as get_azure_token.
asio::awaitable<azure_token> get_manager_token(azure_settings settings, road_context context);

// One call with this token; the body is JSON.
http_request manager_request(const std::string& method, const std::string& url, const azure_token& token);

class azure_manager {
  public:
    azure_manager(azure_settings settings, road_context context)
        : settings_(std::move(settings)), context_(std::move(context)) {}

    // `path`, with its query: of a resource of the machine's subscription, or, without a slash before it, below the
    // machine itself; anything else is bad_protocol before a token goes out. What Azure goes on doing after its answer
    // (202, or a header Azure-AsyncOperation or Location; "Track asynchronous Azure operations" of its documentation)
    // is waited for: the reply is then how that ended, a failure as status 409 with Azure's words. timed_out when it
    // has not ended in `limit`. Throws as patient_http_call and get_azure_token do.
    asio::awaitable<http_reply> call(std::string method, std::string path, std::string body,
                                     std::chrono::seconds limit);

    std::string describe() const { return "azure:" + settings_.group + "/" + settings_.machine; }

  private:
    std::string url_of(const std::string& path) const;
    asio::awaitable<http_reply> request(std::string method, std::string url, std::string body);
    asio::awaitable<http_reply> follow(http_reply begun, std::chrono::seconds limit);

    azure_settings settings_;
    road_context context_;
    std::optional<azure_token> token_;
};

}  // namespace emsctl::transport
