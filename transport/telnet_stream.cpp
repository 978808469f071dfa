#include "transport/telnet_stream.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "transport/com_port.hpp"
#include "transport/deadline.hpp"
#include "transport/line_clock.hpp"
#include "transport/socket_stream.hpp"
#include "transport/telnet_codec.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

using namespace std::chrono_literals;

// What ser2net writes to those it will not serve, each before it hangs up.
struct refusal {
    const char* text;
    transport_error code;
};
constexpr std::array refusals = {
    refusal{"Port already in use", transport_error::busy},
    refusal{"Port's device already in use", transport_error::busy},
    refusal{"kicked off, new user is coming", transport_error::evicted},
    refusal{"Port disabled", transport_error::wrong_state},
    refusal{"Port closing", transport_error::wrong_state},
    refusal{"Accessed denied due to your net address", transport_error::forbidden},
    refusal{"Port's device failed open", transport_error::wrong_state},
    refusal{"Device open failure", transport_error::wrong_state},
};
constexpr std::size_t longest_refusal = 300;

// What the stream, and whatever of it still writes after it is gone, share.
struct telnet_line {
    telnet_line(std::unique_ptr<byte_stream> stream, const telnet_settings& settings)
        : inner(std::move(stream)), codec(settings.with_com_port, settings.is_raw), change(inner->get_executor()) {}

    std::unique_ptr<byte_stream> inner;
    telnet_codec codec;
    std::string arrived;  // data that nobody has read yet
    std::string tail;     // of all data, where a refusal would stand
    std::vector<std::string> com_port;
    std::string outgoing;
    bool is_writing = false;
    bool is_suspended = false;
    bool is_closed = false;
    std::exception_ptr write_error;
    std::exception_ptr end;  // of what can be read
    line_timer change;       // never runs out; cancelled when something of the above changed

    void news() { change.cancel(); }

    void take(std::string_view bytes, const std::shared_ptr<telnet_line>& self) {
        auto got = codec.feed(bytes);
        arrived += got.data;
        tail = (tail + got.data)
                   .substr(tail.size() + got.data.size() > longest_refusal
                               ? tail.size() + got.data.size() - longest_refusal
                               : 0);
        for (auto& sub : got.com_port) {
            if (const auto wish = suspends(sub))
                is_suspended = *wish;
            else
                com_port.push_back(std::move(sub));
        }
        if (!got.answer.empty()) send(std::move(got.answer), self);
        news();
    }

    // In the background: what is read must not wait for what is written.
    void send(std::string bytes, const std::shared_ptr<telnet_line>& self) {
        outgoing += bytes;
        if (is_writing) return;
        is_writing = true;
        asio::co_spawn(inner->get_executor(), write_out(self), [self](std::exception_ptr error) {
            self->is_writing = false;
            if (error) self->write_error = error;
            self->news();
        });
    }

    static asio::awaitable<void> write_out(std::shared_ptr<telnet_line> self) {
        while (!self->outgoing.empty()) {
            std::string bytes = std::exchange(self->outgoing, {});
            co_await self->inner->write_all(std::move(bytes), sensitivity::secret);
        }
    }

    static asio::awaitable<void> changed(std::shared_ptr<telnet_line> self) {
        self->change.expires_at(line_clock::time_point::max());
        boost::system::error_code woken;
        co_await self->change.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted, self->inner->describe());
    }

    static asio::awaitable<void> read_more(std::shared_ptr<telnet_line> self) {
        std::array<char, 4096> buffer{};
        std::size_t count = 0;
        try {
            count = co_await self->inner->read_some(buffer);
        } catch (const boost::system::system_error& error) {
            if (error.code() != transport_error::closed) throw;
            self->end = std::current_exception();
        }
        if (count > 0) self->take({buffer.data(), count}, self);
    }
};

class telnet_stream final : public byte_stream {
  public:
    telnet_stream(std::shared_ptr<telnet_line> line, telnet_settings settings)
        : line_(std::move(line)), settings_(std::move(settings)) {}
    ~telnet_stream() override { telnet_stream::close(); }

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        while (line_->arrived.empty()) {
            if (line_->end) ended(line_->end);
            co_await telnet_line::read_more(line_);
        }
        const std::size_t count = std::min(buffer.size(), line_->arrived.size());
        std::copy_n(line_->arrived.begin(), count, buffer.begin());
        line_->arrived.erase(0, count);
        co_return count;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity) override {
        while (line_->is_suspended && !line_->is_closed) co_await telnet_line::changed(line_);
        if (line_->is_closed) fail(transport_error::closed, describe());
        line_->send(line_->codec.encode(bytes), line_);
        co_await written();
    }

    asio::awaitable<void> signal(out_of_band what) override {
        if (what.what != out_of_band::kind::line_break || settings_.is_raw) {
            co_await byte_stream::signal(what);
            co_return;
        }
        if (!line_->codec.may_send_com_port()) {
            line_->send({static_cast<char>(telnet::iac), static_cast<char>(telnet::brk)}, line_);
            co_await written();
            co_return;
        }
        line_->send(telnet_sub(telnet::com_port, com_port_break(true)), line_);
        co_await written();
        line_timer held(get_executor());
        held.expires_after(300ms);
        co_await held.async_wait(asio::use_awaitable);
        line_->send(telnet_sub(telnet::com_port, com_port_break(false)), line_);
        co_await written();
    }

    void close() noexcept override {
        line_->is_closed = true;
        line_->inner->close();
        line_->news();
    }
    std::string describe() const override {
        return settings_.with_com_port ? "rfc2217:" + place() : "telnet:" + place();
    }
    asio::any_io_executor get_executor() override { return line_->inner->get_executor(); }

  private:
    std::string place() const { return settings_.where.host + ":" + settings_.where.port; }

    asio::awaitable<void> written() {
        while (line_->is_writing && !line_->is_closed) co_await telnet_line::changed(line_);
        if (line_->is_closed) fail(transport_error::closed, describe());
        if (line_->write_error) std::rethrow_exception(line_->write_error);
    }

    [[noreturn]] void ended(const std::exception_ptr& end) {
        for (const auto& one : refusals)
            if (line_->tail.find(one.text) != std::string::npos)
                fail(one.code, describe() + ": the terminal server says: " + one.text);
        std::rethrow_exception(end);
    }

    std::shared_ptr<telnet_line> line_;
    telnet_settings settings_;
};

asio::awaitable<void> read_while(std::shared_ptr<telnet_line> line, std::function<bool()> more) {
    while (!line->end && more()) co_await telnet_line::read_more(line);
}

// True when `more` stopped being true in time. A line that ends meanwhile is told to whoever reads next.
asio::awaitable<bool> reads_in_time(std::shared_ptr<telnet_line> line, std::function<bool()> more,
                                    line_clock::duration limit) {
    try {
        auto reading = read_while(line, more);
        co_await within(limit, std::move(reading));
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::timed_out) throw;
    }
    co_return !more();
}

asio::awaitable<void> set_line(std::shared_ptr<telnet_line> line, telnet_settings settings, road_context context) {
    const auto requests = com_port_requests(settings.line);
    std::string unanswered;
    for (const auto& request : requests) {
        if (line->end) co_return;
        line->com_port.clear();
        line->send(telnet_sub(telnet::com_port, request.content), line);
        if (!request.is_worth_waiting) continue;
        std::optional<com_port_answer> answer;
        const std::function<bool()> is_missing = [&] {
            for (const auto& sub : line->com_port)
                if (const auto read = read_com_port(sub, request)) answer = read;
            return !answer;
        };
        const bool came = co_await reads_in_time(line, is_missing, settings.command_limit);
        if (!came) {
            unanswered += (unanswered.empty() ? "" : ", ") + request.what;
            continue;
        }
        if (!answer->is_what_was_asked)
            context.tell("the terminal server did not set the " + request.what + " to " + request.wanted);
    }
    if (!unanswered.empty()) context.tell("the terminal server did not answer about: " + unanswered);
}

}  // namespace

address_result<telnet_settings> parse_telnet_settings(const endpoint& where) {
    telnet_settings settings;
    const auto place = parse_host_and_port(where.target);
    if (!place) return place.error();
    settings.where = *place;
    settings.with_com_port = where.kind == "rfc2217";
    if (settings.with_com_port) {
        const auto line = parse_serial_settings(where.parameters);
        if (!line) return line.error();
        settings.line = *line;
        return settings;
    }
    if (const auto raw = where.parameters.find("raw"); raw != where.parameters.end()) {
        if (raw->second != "yes" && raw->second != "no")
            return bad_address{"raw is yes or no, not \"" + raw->second + "\""};
        settings.is_raw = raw->second == "yes";
    }
    return settings;
}

asio::awaitable<std::unique_ptr<byte_stream>> start_telnet(std::unique_ptr<byte_stream> inner, telnet_settings settings,
                                                           road_context context) {
    auto line = std::make_shared<telnet_line>(std::move(inner), settings);
    auto opening = line->codec.opening();
    if (!opening.empty()) line->send(std::move(opening), line);
    if (!settings.is_raw) {
        const std::function<bool()> negotiates = [line] { return !line->codec.is_settled(); };
        const bool settled = co_await reads_in_time(line, negotiates, settings.negotiation_limit);
        if (!settled && !line->codec.has_heard_telnet())
            context.tell(
                "the far end does not negotiate as telnet does; if it is a raw port, raw=yes or tcp: is right");
        if (line->codec.has_heard_telnet()) context.pass(station::handshake, "telnet options");
    }
    if (settings.with_com_port) {
        if (line->codec.may_send_com_port()) {
            co_await set_line(line, settings, context);
            context.pass(station::handshake, "COM port control, " + settings.line.text());
        } else {
            context.tell("the far end has no COM port control (RFC 2217); its line stays as it is set");
        }
    }
    co_return std::make_unique<telnet_stream>(std::move(line), std::move(settings));
}

asio::awaitable<std::unique_ptr<byte_stream>> connect_telnet(telnet_settings settings, road_context context) {
    auto connecting = connect_tcp(settings.where.host, settings.where.port, context);
    auto inner = co_await within(context.step_limit, std::move(connecting));
    auto starting = start_telnet(std::move(inner), std::move(settings), std::move(context));
    co_return co_await std::move(starting);
}

}  // namespace emsctl::transport
