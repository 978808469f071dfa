#include "transport/azure_manager.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "transport/line_clock.hpp"
#include "transport/patient_http.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

// Between two looks at what Azure goes on doing, where it does not say how long.
constexpr std::chrono::seconds usual_pause{5};

std::string state_in(const std::string& body) {
    const auto document = nlohmann::json::parse(body, nullptr, false);
    const auto found = document.is_object() ? document.find("status") : document.end();
    return document.is_object() && found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

bool is_same_path(std::string_view a, std::string_view b) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, low, low);
}

}  // namespace

asio::awaitable<azure_token> get_manager_token(azure_settings settings, road_context context) {
    const std::string resource =
        settings.manager.find("usgov") != std::string::npos ? settings.manager : "https://management.azure.com";
    return get_azure_token(settings.token, resource, settings.subscription, std::move(context));
}

http_request manager_request(const std::string& method, const std::string& url, const azure_token& token) {
    http_request request;
    request.method = method;
    request.url = url;
    request.headers = {{"Authorization", "Bearer " + token.value},
                       {"Accept", "application/json"},
                       {"Content-Type", "application/json"}};
    return request;
}

std::string azure_manager::url_of(const std::string& path) const {
    if (!path.starts_with('/')) {
        const bool is_itself = path.empty() || path.starts_with('?');
        return settings_.manager + settings_.path() + (is_itself ? "" : "/") + path;
    }
    const std::string ours = "/subscriptions/" + settings_.subscription + "/";
    if (!is_same_path(std::string_view(path).substr(0, ours.size()), ours) || path.find("..") != std::string::npos)
        fail(transport_error::bad_protocol, "only resources of the machine's own subscription are called: " + path);
    return settings_.manager + path;
}

asio::awaitable<http_reply> azure_manager::request(std::string method, std::string url, std::string body) {
    if (!token_ || token_->ends_soon()) {
        auto asking = get_manager_token(settings_, context_);
        token_ = co_await std::move(asking);
    }
    auto request = manager_request(method, url, *token_);
    request.body = std::move(body);
    auto calling = patient_http_call(std::move(request), context_);
    co_return co_await std::move(calling);
}

asio::awaitable<http_reply> azure_manager::call(std::string method, std::string path, std::string body,
                                                std::chrono::seconds limit) {
    const bool looks = method == "GET";
    auto asking = request(std::move(method), url_of(path), std::move(body));
    auto reply = co_await std::move(asking);
    const bool goes_on = reply.status == 202 || !reply.header("azure-asyncoperation").empty();
    if (looks || reply.status >= 300 || !goes_on) co_return reply;
    auto following = follow(std::move(reply), limit);
    co_return co_await std::move(following);
}

asio::awaitable<http_reply> azure_manager::follow(http_reply begun, std::chrono::seconds limit) {
    const auto monitor = begun.header("azure-asyncoperation");
    const auto where = monitor.empty() ? begun.header("location") : monitor;
    if (where.empty()) fail(transport_error::bad_protocol, describe() + ": Azure does not say where its work is seen");
    if (!where.starts_with(settings_.manager + "/"))  // the token goes there
        fail(transport_error::not_trusted, describe() + ": Azure's work is to be seen at another host");
    const auto deadline = line_clock::now() + limit;
    line_timer timer(co_await asio::this_coro::executor);
    auto pause = retry_after(begun).value_or(usual_pause);
    for (;;) {
        if (line_clock::now() + pause > deadline)
            fail(transport_error::timed_out, describe() + ": Azure is still at it after " +
                                                 std::to_string(limit.count()) + " s; whether it gets done is unknown");
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
        auto asking = request("GET", where, {});
        auto seen = co_await std::move(asking);
        if (seen.status >= 300) co_return seen;
        pause = retry_after(seen).value_or(usual_pause);
        const auto state = state_in(seen.body);
        if (seen.status == 202 || (!monitor.empty() && (state == "InProgress" || state == "Accepted"))) continue;
        if (state == "Failed" || state == "Canceled") seen.status = 409;
        co_return seen;
    }
}

}  // namespace emsctl::transport
