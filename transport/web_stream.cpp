#include "transport/web_stream.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <charconv>

#include "transport/transport_error.hpp"
#include "transport/web_address.hpp"

namespace emsctl::transport {
namespace {

constexpr std::size_t largest_outgoing = 65536;

class message_bytes final : public byte_stream {
  public:
    message_bytes(std::unique_ptr<websocket> socket, websocket_message::kind outgoing)
        : socket_(std::move(socket)), outgoing_(outgoing) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        while (at_ == message_.size()) {
            auto message = co_await socket_->read();
            message_ = std::move(message.bytes);
            at_ = 0;
        }
        const std::size_t count = std::min(buffer.size(), message_.size() - at_);
        std::copy_n(message_.begin() + static_cast<std::ptrdiff_t>(at_), count, buffer.begin());
        at_ += count;
        co_return count;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        for (std::size_t at = 0; at < bytes.size(); at += largest_outgoing) {
            websocket_message message{outgoing_, bytes.substr(at, largest_outgoing)};
            co_await socket_->write(std::move(message), kind);
        }
    }

    void close() noexcept override { socket_->close(); }
    std::string describe() const override { return socket_->describe(); }
    asio::any_io_executor get_executor() override { return socket_->get_executor(); }

  private:
    std::unique_ptr<websocket> socket_;
    websocket_message::kind outgoing_;
    std::string message_;
    std::size_t at_ = 0;
};

std::string set_option(web_stream_settings& settings, const std::string& name, const std::string& value) {
    if (name == "subprotocol") {
        settings.socket.subprotocols.clear();
        if (value != "none") settings.socket.subprotocols.push_back(value);
        return "";
    }
    if (name == "send") {
        if (value != "text" && value != "binary") return "send is text or binary, not \"" + value + "\"";
        settings.outgoing = value == "text" ? websocket_message::kind::text : websocket_message::kind::binary;
        return "";
    }
    if (name == "ping") {
        int seconds = -1;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (error != std::errc() || end != value.data() + value.size() || seconds < 0)
            return "ping is a number of seconds, 0 for none, not \"" + value + "\"";
        settings.socket.ping_every = std::chrono::seconds(seconds);
        return "";
    }
    if (name == "header") {
        const auto colon = value.find(':');
        if (colon == std::string::npos || colon == 0 || colon + 1 == value.size())
            return "header is NAME:VARIABLE; the variable of the environment holds the header's value";
        const auto content = process_environment()(value.substr(colon + 1));
        if (!content) return "header: there is no variable " + value.substr(colon + 1) + " in the environment";
        if (content->find_first_of("\r\n") != std::string::npos) return "header: the variable holds a line break";
        settings.socket.headers[value.substr(0, colon)] = *content;
        return "";
    }
    return "no such option: " + name + "; there are subprotocol, send, ping and header";
}

}  // namespace

std::unique_ptr<byte_stream> bytes_over(std::unique_ptr<websocket> socket, websocket_message::kind outgoing) {
    return std::make_unique<message_bytes>(std::move(socket), outgoing);
}

address_result<web_stream_settings> parse_web_stream(const endpoint& where) {
    web_stream_settings settings;
    settings.socket.subprotocols = {"binary"};
    std::string target = where.target;
    std::string options;
    if (const auto hash = target.find('#'); hash != std::string::npos) {
        options = target.substr(hash + 1);
        target.resize(hash);
    }
    if (target.starts_with("//")) target.erase(0, 2);
    settings.socket.url = where.kind + "://" + target;
    const auto url = parse_web_address(settings.socket.url);
    if (url.has_error()) return bad_address{where.kind + ": " + url.error().text};
    while (!options.empty()) {
        const auto end = std::min(options.find('&'), options.size());
        const std::string item = options.substr(0, end);
        options.erase(0, end + 1);
        const auto equals = item.find('=');
        if (equals == std::string::npos)
            return bad_address{where.kind + ": after '#' come options as name=value joined by '&'"};
        const auto wrong = set_option(settings, item.substr(0, equals), item.substr(equals + 1));
        if (!wrong.empty()) return bad_address{where.kind + ": " + wrong};
    }
    return settings;
}

asio::awaitable<std::unique_ptr<byte_stream>> open_web_stream(endpoint where, road_context context) {
    const auto settings = parse_web_stream(where).value();
    auto connecting = connect_websocket(settings.socket, std::move(context));
    auto socket = co_await std::move(connecting);
    co_return bytes_over(std::move(socket), settings.outgoing);
}

}  // namespace emsctl::transport
