#include "transport/websocket.hpp"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cctype>

#include "transport/deadline.hpp"
#include "transport/detail/base64.hpp"
#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"
#include "transport/web_connection.hpp"
#include "transport/websocket_frame.hpp"

namespace emsctl::transport {
namespace {

using opcode = websocket_frame::opcode;

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
    std::array<unsigned char, Size> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(Size)) != 1)
        fail(transport_error::unsupported, "this system gives no random numbers");
    return bytes;
}

std::string fresh_key() {
    const auto bytes = random_bytes<16>();
    return detail::to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// RFC 6455 section 4.2.2, step 5.4.
std::string expected_accept(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return detail::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// Everything of one connection that its reader, its writers and its keep-alive share.
struct connection {
    connection(std::unique_ptr<byte_stream> stream, std::size_t largest_message)
        : road(std::move(stream)),
          decoder(largest_message),
          free(road->get_executor()),
          next_ping(road->get_executor()) {}

    std::unique_ptr<byte_stream> road;
    websocket_decoder decoder;
    line_timer free;       // never runs out; cancelled when a frame has been written
    line_timer next_ping;  // of the keep-alive
    bool is_writing = false;
    bool is_closed = false;
    bool is_dead = false;  // no answer to pings
    line_clock::time_point last_heard = line_clock::now();
    unsigned close_code = 0;
    std::string close_reason;

    // One frame after the other, whoever writes.
    static asio::awaitable<void> write(std::shared_ptr<connection> self, websocket_frame frame, sensitivity kind) {
        while (self->is_writing) {
            self->free.expires_at(line_clock::time_point::max());
            boost::system::error_code woken;
            co_await self->free.async_wait(asio::redirect_error(asio::use_awaitable, woken));
            if (self->is_closed) fail(transport_error::closed, self->road->describe());
            const auto state = co_await asio::this_coro::cancellation_state;
            if (state.cancelled() != asio::cancellation_type::none)
                throw boost::system::system_error(asio::error::operation_aborted, self->road->describe());
        }
        const auto mask = random_bytes<4>();
        std::string bytes = encode_frame(frame, mask);
        self->is_writing = true;
        std::exception_ptr error;
        try {
            co_await self->road->write_all(std::move(bytes), kind);
        } catch (...) {
            error = std::current_exception();
        }
        self->is_writing = false;
        self->free.cancel();
        if (error) std::rethrow_exception(error);
    }
};

asio::awaitable<void> keep_alive(std::shared_ptr<connection> self, line_clock::duration every) {
    while (!self->is_closed) {
        self->next_ping.expires_after(every);
        boost::system::error_code woken;
        co_await self->next_ping.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (self->is_closed) co_return;
        if (line_clock::now() - self->last_heard > 2 * every) {
            self->is_dead = true;
            self->road->close();
            co_return;
        }
        websocket_frame ping{opcode::ping, true, "emsctl"};
        co_await connection::write(self, std::move(ping), sensitivity::plain);
    }
}

class client final : public websocket {
  public:
    client(std::shared_ptr<connection> state, std::string subprotocol)
        : state_(std::move(state)), subprotocol_(std::move(subprotocol)) {}
    ~client() override { client::close(); }

    asio::awaitable<websocket_message> read() override {
        std::array<char, 16384> buffer{};
        while (true) {
            while (auto frame = state_->decoder.next()) {
                if (frame->what == opcode::text)
                    co_return websocket_message{websocket_message::kind::text, std::move(frame->payload)};
                if (frame->what == opcode::binary)
                    co_return websocket_message{websocket_message::kind::binary, std::move(frame->payload)};
                if (frame->what == opcode::close) co_await answer_close(std::move(frame->payload));
                if (frame->what == opcode::ping) {
                    websocket_frame pong{opcode::pong, true, std::move(frame->payload)};
                    co_await connection::write(state_, std::move(pong), sensitivity::plain);
                }
            }
            if (state_->decoder.problem()) co_await refuse();
            std::size_t count = 0;
            try {
                count = co_await state_->road->read_some(buffer);
            } catch (const boost::system::system_error& error) {
                if (error.code() != transport_error::closed) throw;
            }
            if (count == 0) gone();
            state_->last_heard = line_clock::now();
            state_->decoder.feed({buffer.data(), count});
        }
    }

    asio::awaitable<void> write(websocket_message message, sensitivity kind) override {
        if (state_->is_closed) fail(transport_error::closed, describe());
        const auto what = message.what == websocket_message::kind::text ? opcode::text : opcode::binary;
        websocket_frame frame{what, true, std::move(message.bytes)};
        co_await connection::write(state_, std::move(frame), kind);
    }

    unsigned close_code() const override { return state_->close_code; }
    std::string close_reason() const override { return state_->close_reason; }

    void close() noexcept override {
        if (state_->is_closed) return;
        state_->is_closed = true;
        state_->next_ping.cancel();
        state_->free.cancel();
        if (state_->close_code != 0) {
            state_->road->close();
            return;
        }
        // A close frame tells the far end that this is meant; the road goes when it is out, or after a second.
        try {
            asio::co_spawn(get_executor(), say_goodbye(state_), [](std::exception_ptr) {});
        } catch (...) {
            state_->road->close();
        }
    }

    std::string subprotocol() const override { return subprotocol_; }
    std::string describe() const override { return state_->road->describe(); }
    asio::any_io_executor get_executor() override { return state_->road->get_executor(); }

  private:
    static asio::awaitable<void> say_goodbye(std::shared_ptr<connection> state) {
        try {
            websocket_frame frame{opcode::close, true, close_payload(1000, "")};
            const auto mask = random_bytes<4>();
            std::string bytes = encode_frame(frame, mask);
            if (!state->is_writing) {
                auto writing = state->road->write_all(std::move(bytes), sensitivity::plain);
                co_await within(std::chrono::seconds(1), std::move(writing));
            }
        } catch (const boost::system::system_error&) {
        }
        state->road->close();
    }

    asio::awaitable<void> answer_close(std::string payload) {
        const auto cause = read_close_payload(payload);
        state_->close_code = cause.code;
        state_->close_reason = cause.reason;
        websocket_frame echo{opcode::close, true, payload.substr(0, 2)};
        try {
            co_await connection::write(state_, std::move(echo), sensitivity::plain);
        } catch (const boost::system::system_error&) {
        }
        close();
        std::string text = describe() + ": the far end closed it with " + std::to_string(cause.code);
        if (!cause.reason.empty()) text += " (" + cause.reason + ")";
        fail(transport_error::closed, text);
    }

    asio::awaitable<void> refuse() {
        const auto problem = *state_->decoder.problem();
        state_->close_code = problem.code;
        websocket_frame farewell{opcode::close, true, close_payload(problem.code, "")};
        try {
            co_await connection::write(state_, std::move(farewell), sensitivity::plain);
        } catch (const boost::system::system_error&) {
        }
        close();
        fail(transport_error::bad_protocol, describe() + ": " + problem.text);
    }

    [[noreturn]] void gone() {
        const bool is_ours = state_->is_closed;
        if (state_->close_code == 0) state_->close_code = 1006;
        close();
        if (is_ours) fail(transport_error::closed, describe());
        fail(transport_error::closed,
             describe() + (state_->is_dead ? ": no answer to pings any more"
                                           : ": the far end left without a close frame (1006)"));
    }

    std::shared_ptr<connection> state_;
    std::string subprotocol_;
};

struct handshake_answer {
    unsigned status = 0;
    std::string accept;
    std::string subprotocol;
    std::string upgrade;
};

std::string in_lower_case(std::string text) {
    for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

// The head of the server's answer (RFC 9112 section 4): a status line and fields, without a body.
handshake_answer read_head(const std::string& head, const std::string& name) {
    handshake_answer answer;
    if (!head.starts_with("HTTP/1.1 ") || head.size() < 12)
        fail(transport_error::bad_protocol, name + ": what answers there is no HTTP/1.1 server");
    for (std::size_t i = 9; i < 12; ++i)
        answer.status = answer.status * 10 + static_cast<unsigned>(static_cast<unsigned char>(head[i]) - '0');
    std::size_t at = head.find("\r\n");
    while (at != std::string::npos && at + 2 < head.size()) {
        const auto start = at + 2;
        at = head.find("\r\n", start);
        const std::string line = head.substr(start, at == std::string::npos ? at : at - start);
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string field = in_lower_case(line.substr(0, colon));
        const auto first = line.find_first_not_of(" \t", colon + 1);
        const std::string value =
            first == std::string::npos ? "" : line.substr(first, line.find_last_not_of(" \t") - first + 1);
        if (field == "sec-websocket-accept") answer.accept = value;
        if (field == "sec-websocket-protocol") answer.subprotocol = value;
        if (field == "upgrade") answer.upgrade = in_lower_case(value);
    }
    return answer;
}

void check(const handshake_answer& answer, const std::string& key, const websocket_settings& settings,
           const std::string& name) {
    const std::string status = std::to_string(answer.status);
    if (answer.status == 401)
        fail(transport_error::login_refused, name + ": the server wants a login or another token (401)");
    if (answer.status == 403) fail(transport_error::forbidden, name + ": the server does not let us in (403)");
    if (answer.status == 404) fail(transport_error::not_found, name + ": there is no such console (404)");
    if (answer.status == 429) fail(transport_error::throttled, name + ": too many calls (429); try again in a minute");
    if (answer.status != 101)
        fail(transport_error::bad_protocol, name + ": the server opens no websocket there, it answers " + status);
    if (answer.upgrade != "websocket" || answer.accept != expected_accept(key))
        fail(transport_error::bad_protocol, name + ": the server's answer to the websocket handshake is wrong");
    if (answer.subprotocol.empty()) return;
    for (const auto& offered : settings.subprotocols)
        if (offered == answer.subprotocol) return;
    fail(transport_error::bad_protocol, name + ": the server took a subprotocol that was not offered");
}

asio::awaitable<std::unique_ptr<websocket>> shake_hands(std::unique_ptr<byte_stream> road, websocket_settings settings,
                                                        web_address where) {
    const std::string key = fresh_key();
    std::string request = "GET " + where.target + " HTTP/1.1\r\nHost: " + where.authority() +
                          "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: " +
                          key + "\r\n";
    std::string offered;
    for (const auto& name : settings.subprotocols) offered += (offered.empty() ? "" : ", ") + name;
    if (!offered.empty()) request += "Sec-WebSocket-Protocol: " + offered + "\r\n";
    for (const auto& [name, value] : settings.headers) request += name + ": " + value + "\r\n";
    request += "\r\n";
    co_await road->write_all(std::move(request), sensitivity::secret);
    const std::string name = where.shown();
    std::string head;
    std::array<char, 4096> buffer{};
    std::size_t end = std::string::npos;
    while (end == std::string::npos) {
        if (head.size() > 65536) fail(transport_error::bad_protocol, name + ": the answer to the handshake never ends");
        std::size_t count = 0;
        try {
            count = co_await road->read_some(buffer);
        } catch (const boost::system::system_error& error) {
            if (error.code() != transport_error::closed) throw;
        }
        if (count == 0)
            fail(transport_error::bad_protocol, name + ": the server hung up instead of opening a websocket");
        head.append(buffer.data(), count);
        end = head.find("\r\n\r\n");
    }
    const auto answer = read_head(head.substr(0, end + 2), name);
    check(answer, key, settings, name);
    auto state = std::make_shared<connection>(std::move(road), settings.largest_message);
    state->decoder.feed(std::string_view(head).substr(end + 4));
    if (settings.ping_every.count() > 0)
        asio::co_spawn(state->road->get_executor(), keep_alive(state, settings.ping_every), [](std::exception_ptr) {});
    co_return std::make_unique<client>(state, answer.subprotocol);
}

}  // namespace

asio::awaitable<std::unique_ptr<websocket>> connect_websocket(websocket_settings settings, road_context context) {
    const auto where = parse_web_address(settings.url).value();
    auto connecting = connect_web(where, true, context);
    auto road = co_await std::move(connecting);
    auto shaking = shake_hands(std::move(road), std::move(settings), where);
    std::unique_ptr<websocket> open;
    try {
        open = co_await within(context.step_limit, std::move(shaking));
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::timed_out) throw;
    }
    if (!open) fail(transport_error::timed_out, where.shown() + ": no answer to the websocket handshake");
    const std::string spoken = open->subprotocol();
    context.pass(station::handshake, "websocket" + (spoken.empty() ? "" : ", subprotocol " + spoken));
    co_return open;
}

}  // namespace emsctl::transport
