#include "tests/support/both_ways.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>

namespace emsctl::tests {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> push(transport::byte_stream& road, const std::string& bytes, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = std::min<std::size_t>(1 + random() % 9000, bytes.size() - at);
        std::string piece = bytes.substr(at, size);
        at += size;
        co_await road.write_all(std::move(piece));
    }
}

asio::awaitable<std::string> pull(transport::byte_stream& road, const std::string& expected) {
    std::array<char, 16384> buffer{};
    for (std::size_t at = 0; at < expected.size();) {
        const std::size_t count = co_await road.read_some(buffer);
        for (std::size_t i = 0; i < count; ++i, ++at) {
            if (at >= expected.size()) co_return "more came back than was sent";
            if (buffer[i] == expected[at]) continue;
            co_return "byte " + std::to_string(at) + " came back as " +
                std::to_string(static_cast<unsigned char>(buffer[i])) + ", not " +
                std::to_string(static_cast<unsigned char>(expected[at]));
        }
    }
    co_return "";
}

}  // namespace

std::string noise(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string bytes(count, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    for (std::size_t i = 0; i < std::min<std::size_t>(count, 256); ++i) bytes[i] = static_cast<char>(i);
    return bytes;
}

asio::awaitable<std::string> echo_both_ways(transport::byte_stream& road, std::size_t count, std::uint64_t seed) {
    const auto executor = co_await asio::this_coro::executor;
    const std::string bytes = noise(count, seed);
    auto both =
        asio::experimental::make_parallel_group(asio::co_spawn(executor, push(road, bytes, seed), asio::deferred),
                                                asio::co_spawn(executor, pull(road, bytes), asio::deferred));
    auto done = co_await both.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    // The reader's error says more: the writer only hears that it was cancelled.
    const std::exception_ptr pull_error = std::get<2>(done);
    const std::exception_ptr push_error = std::get<1>(done);
    const auto order = std::get<0>(done);
    const auto first = order[0] == 0 ? push_error : pull_error;
    if (first) std::rethrow_exception(first);
    if (push_error) std::rethrow_exception(push_error);
    if (pull_error) std::rethrow_exception(pull_error);
    co_return std::get<3>(done);
}

}  // namespace emsctl::tests
