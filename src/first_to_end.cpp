#include "src/first_to_end.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace emsctl {

namespace asio = boost::asio;

asio::awaitable<void> first_to_end(asio::awaitable<void> one, asio::awaitable<void> other) {
    const auto executor = co_await asio::this_coro::executor;
    auto race = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(one), asio::deferred),
                                                        asio::co_spawn(executor, std::move(other), asio::deferred));
    const auto [order, error_of_one, error_of_other] =
        co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const std::exception_ptr error = order[0] == 0 ? error_of_one : error_of_other;
    if (error) std::rethrow_exception(error);
}

}  // namespace emsctl
