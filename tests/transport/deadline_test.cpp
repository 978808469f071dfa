#include "transport/deadline.hpp"

#include <doctest/doctest.h>

#include "tests/support/scripted_stream.hpp"
#include "tests/support/spin.hpp"

using namespace emsctl::transport;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

asio::awaitable<int> after(line_clock::duration delay, int value) {
    line_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(delay);
    co_await timer.async_wait(asio::use_awaitable);
    co_return value;
}

asio::awaitable<void> lose_line(line_clock::duration delay) {
    co_await after(delay, 0);
    fail(transport_error::line_lost, "test");
}

boost::system::error_code error_of(asio::io_context& context, virtual_time& time, asio::awaitable<void> work) {
    try {
        emsctl::tests::spin(context, std::move(work), &time);
    } catch (const boost::system::system_error& e) {
        return e.code();
    }
    return {};
}

}  // namespace

TEST_SUITE("transport/deadline") {
    TEST_CASE("a value in time is the answer, and takes no longer than it took") {
        virtual_time time;
        asio::io_context context;
        CHECK(emsctl::tests::spin(context, within(10s, after(3s, 7)), &time) == 7);
        CHECK(line_clock::now().time_since_epoch() == 3s);
    }

    TEST_CASE("silence ends at the limit with timed_out") {
        virtual_time time;
        asio::io_context context;
        bool timed_out = false;
        try {
            emsctl::tests::spin(context, within(10s, after(30s, 7)), &time);
        } catch (const boost::system::system_error& e) {
            timed_out = e.code() == transport_error::timed_out;
        }
        CHECK(timed_out);
        CHECK(line_clock::now().time_since_epoch() == 10s);
    }

    TEST_CASE("an error of the operation surfaces at once, not as a timeout at the end") {
        virtual_time time;
        asio::io_context context;
        CHECK(error_of(context, time, within(10s, lose_line(2s))) == transport_error::line_lost);
        CHECK(line_clock::now().time_since_epoch() == 2s);
    }

    TEST_CASE("a cancelled wait is aborted, not timed out") {
        virtual_time time;
        asio::io_context context;
        boost::system::error_code outer;
        auto work = [&]() -> asio::awaitable<void> {
            try {
                co_await within(10s, within(60s, lose_line(50s)));
            } catch (const boost::system::system_error& e) {
                outer = e.code();
            }
        };
        emsctl::tests::spin(context, work(), &time);
        CHECK(outer == transport_error::timed_out);
        CHECK(line_clock::now().time_since_epoch() == 10s);
    }

    TEST_CASE("a timed-out read loses no bytes") {
        virtual_time time;
        asio::io_context context;
        emsctl::tests::scripted_stream stream(context.get_executor());
        std::array<char, 8> buffer{};
        auto first = within(1s, stream.read_some(buffer));
        CHECK_THROWS_AS(emsctl::tests::spin(context, std::move(first), &time), boost::system::system_error);
        stream.push("abc");
        CHECK(emsctl::tests::spin(context, within(1s, stream.read_some(buffer)), &time) == 3);
    }
}
