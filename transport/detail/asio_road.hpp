// byte_stream over one Asio stream object (serial port, descriptor, socket): the same reading, writing and ending for
// all of them.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "transport/byte_stream.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport::detail {

template <class Handle, class Base = byte_stream>
class asio_road : public Base {
  public:
    asio_road(Handle handle, std::string description)
        : handle_(std::move(handle)), description_(std::move(description)) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        if (!handle_.is_open()) fail(transport_error::closed, description_);
        boost::system::error_code error;
        const auto into = asio::buffer(buffer.data(), buffer.size());
        const std::size_t n = co_await handle_.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
        if (n == 0) ended(error);
        co_return n;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity) override {
        if (!handle_.is_open()) fail(transport_error::closed, description_);
        boost::system::error_code error;
        const auto from = asio::buffer(bytes);
        co_await asio::async_write(handle_, from, asio::redirect_error(asio::use_awaitable, error));
        if (error) ended(error);
    }

    void close() noexcept override {
        boost::system::error_code ignored;
        handle_.close(ignored);
    }

    std::string describe() const override { return description_; }
    asio::any_io_executor get_executor() override { return handle_.get_executor(); }

  protected:
    // What the end of the stream means; a child process adds how it ended.
    virtual std::string end_text() { return description_; }

    [[noreturn]] void ended(const boost::system::error_code& error) {
        if (!handle_.is_open()) fail(transport_error::closed, description_);
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error, description_);
        if (classify(error) == transport_error::closed) fail(transport_error::closed, end_text());
        fail_because(error, description_);
    }

    Handle handle_;
    std::string description_;
};

}  // namespace emsctl::transport::detail
