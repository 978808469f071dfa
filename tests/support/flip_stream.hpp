// A line that turns over one bit of what arrives, as often as it is told, in characters of base64 behind "0.f:".
#pragma once

#include <memory>
#include <string>

#include "transport/byte_stream.hpp"

namespace emsctl::test {

class flip_stream final : public transport::byte_stream {
  public:
    flip_stream(std::unique_ptr<transport::byte_stream> road, int flips) : road_(std::move(road)), left_(flips) {}

    transport::asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        const auto count = co_await road_->read_some(buffer);
        for (std::size_t i = 0; i < count; ++i) {
            recent_ = (recent_ + buffer[i]).substr(recent_.size() < 9 ? 0 : 1);
            const bool is_data =
                recent_.starts_with("0.f:") && recent_.find(':', 4) < 8 && std::isalpha(recent_.back());
            if (left_ == 0 || !is_data) continue;
            buffer[i] = static_cast<char>(buffer[i] ^ 0x20);  // the other case of a letter
            --left_;
            recent_.clear();
        }
        co_return count;
    }
    transport::asio::awaitable<void> write_all(std::string bytes, transport::sensitivity kind) override {
        co_await road_->write_all(std::move(bytes), kind);
    }
    void close() noexcept override { road_->close(); }
    std::string describe() const override { return road_->describe(); }
    transport::asio::any_io_executor get_executor() override { return road_->get_executor(); }

  private:
    std::unique_ptr<transport::byte_stream> road_;
    int left_;
    std::string recent_;
};

}  // namespace emsctl::test
