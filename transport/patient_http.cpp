#include "transport/patient_http.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <random>

#include "transport/line_clock.hpp"
#include "transport/web_address.hpp"

namespace emsctl::transport {

using namespace std::chrono_literals;

std::optional<std::chrono::seconds> retry_after(const http_reply& reply) {
    const auto after = reply.header("retry-after");
    if (after.empty()) return std::nullopt;
    unsigned seconds = 0;
    const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), seconds);
    const bool is_number = error == std::errc() && end == after.data() + after.size();
    return is_number ? std::chrono::seconds(seconds) : 5s;
}

std::optional<std::chrono::seconds> wait_asked_by(const http_reply& reply) {
    const auto after = retry_after(reply);
    if (reply.status == 429) return after.value_or(5s);
    return reply.status == 503 ? after : std::nullopt;
}

asio::awaitable<http_reply> patient_http_call(http_request request, road_context context) {
    const auto deadline = line_clock::now() + context.patience;
    const std::string host = parse_web_address(request.url).value().authority();
    line_timer timer(co_await asio::this_coro::executor);
    std::minstd_rand random(std::random_device{}());
    while (true) {
        auto calling = http_call(request, context);
        auto reply = co_await std::move(calling);
        const auto asked = wait_asked_by(reply);
        if (!asked || line_clock::now() + *asked > deadline) co_return reply;
        // At least a moment, also where it asks for none.
        const auto extra = std::chrono::milliseconds(100 + random() % 900);
        context.tell(host + " takes no more calls for now; coming back in " + std::to_string(asked->count()) +
                     " s, as it asks");
        timer.expires_after(*asked + extra);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

}  // namespace emsctl::transport
