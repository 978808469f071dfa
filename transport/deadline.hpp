// within(limit, operation): the operation's value, or transport_error::timed_out, or the operation's own error at once.
// Not `operation || timer`: that waits for a success, so a lost line would sit out the whole limit and then lie about
// it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <type_traits>

#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {

// Throws timed_out: "nothing for 30 s". The one who waits knows the better words and adds them.
[[noreturn]] void fail_timed_out(line_clock::duration limit);

// An arrived value wins, even if the limit passed at the same moment. T must be default constructible.
template <class T>
boost::asio::awaitable<T> within(line_clock::duration limit, boost::asio::awaitable<T> operation) {
    namespace asio = boost::asio;
    const auto executor = co_await asio::this_coro::executor;
    line_timer timer(executor);
    timer.expires_after(limit);
    auto race = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(operation), asio::deferred),
                                                        timer.async_wait(asio::deferred));
    auto finished = co_await race.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const std::exception_ptr error = std::get<1>(finished);
    const boost::system::error_code clock = std::get<std::tuple_size_v<decltype(finished)> - 1>(finished);
    if (error) {
        if (!clock) fail_timed_out(limit);
        std::rethrow_exception(error);
    }
    if constexpr (!std::is_void_v<T>) co_return std::move(std::get<2>(finished));
}

}  // namespace emsctl::transport
