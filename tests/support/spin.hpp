// Runs one coroutine to its end and gives back its value or its error.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <type_traits>

#include "transport/line_clock.hpp"

namespace emsctl::tests {

template <class T>
T spin(boost::asio::io_context& context, boost::asio::awaitable<T> work, transport::virtual_time* time = nullptr) {
    std::exception_ptr error;
    std::conditional_t<std::is_void_v<T>, int, std::optional<T>> value{};
    if constexpr (std::is_void_v<T>)
        boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr e) { error = e; });
    else
        boost::asio::co_spawn(context, std::move(work), [&](std::exception_ptr e, T v) {
            error = e;
            value = std::move(v);
        });
    context.restart();
    if (time)
        time->run(context);
    else
        context.run();
    if (error) std::rethrow_exception(error);
    if constexpr (!std::is_void_v<T>) return std::move(*value);
}

}  // namespace emsctl::tests
