// A line that goes dead after so many bytes, counted in both directions.
#pragma once

#include <memory>

#include "transport/byte_stream.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::test {

class cut_stream final : public transport::byte_stream {
  public:
    cut_stream(std::unique_ptr<transport::byte_stream> road, std::uint64_t bytes_until_cut)
        : road_(std::move(road)), left_(bytes_until_cut) {}

    transport::asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        check();
        const auto count = co_await road_->read_some(buffer.first(std::min<std::uint64_t>(buffer.size(), left_)));
        check();
        left_ -= std::min<std::uint64_t>(left_, count);
        co_return count;
    }
    transport::asio::awaitable<void> write_all(std::string bytes, transport::sensitivity kind) override {
        check();
        const bool is_cut = bytes.size() >= left_;
        bytes.resize(std::min<std::uint64_t>(bytes.size(), left_));
        left_ -= bytes.size();
        if (!bytes.empty()) co_await road_->write_all(std::move(bytes), kind);
        if (is_cut) check();
    }
    void close() noexcept override {
        left_ = 0;
        road_->close();
    }
    std::string describe() const override { return road_->describe(); }
    transport::asio::any_io_executor get_executor() override { return road_->get_executor(); }

  private:
    void check() const {
        if (left_ == 0) transport::fail(transport::transport_error::closed, "cut by the test");
    }

    std::unique_ptr<transport::byte_stream> road_;
    std::uint64_t left_;
};

}  // namespace emsctl::test
