#include "transport/http_client.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/system_error.hpp>

#include "transport/deadline.hpp"
#include "transport/line_clock.hpp"
#include "transport/transport_error.hpp"
#include "transport/web_connection.hpp"

namespace emsctl::transport {
namespace {

namespace http = boost::beast::http;

std::string text_of(const http_request& request, const web_address& where) {
    std::string text = request.method + " " + where.target + " HTTP/1.1\r\nHost: " + where.host_header() +
                       "\r\nConnection: close\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
    for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
    return text + "\r\n" + request.body;
}

http_reply reply_of(const http::response<http::string_body>& message) {
    http_reply reply;
    reply.status = message.result_int();
    for (const auto& field : message) {
        std::string name(field.name_string());
        for (auto& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        reply.headers[name] = std::string(field.value());
    }
    reply.body = message.body();
    return reply;
}

class reply_reader {
  public:
    reply_reader(const http_request& request, std::string name) : name_(std::move(name)) {
        begin(request.largest_reply, request.method == "HEAD");
    }

    // All that has arrived and was not used yet; true when the reply is whole.
    bool take(std::string& bytes) {
        boost::system::error_code error;
        while (!bytes.empty() && !parser_->is_done()) {
            const std::size_t used = parser_->put(boost::asio::buffer(bytes), error);
            bytes.erase(0, used);
            if (error == http::error::need_more) return false;
            if (error) refuse(error);
            // An interim answer (1xx) comes before the real one.
            if (parser_->is_done() && parser_->get().result_int() / 100 == 1) begin(limit_, is_head_);
        }
        return parser_->is_done();
    }

    void end() {
        boost::system::error_code error;
        if (!parser_->got_some()) fail(transport_error::bad_protocol, name_ + ": the server hung up without an answer");
        parser_->put_eof(error);
        if (error || !parser_->is_done()) fail(transport_error::bad_protocol, name_ + ": the reply breaks off");
    }

    http_reply reply() const { return reply_of(parser_->get()); }

  private:
    void begin(std::size_t limit, bool is_head) {
        limit_ = limit;
        is_head_ = is_head;
        parser_.emplace();
        parser_->eager(true);
        parser_->skip(is_head);
        parser_->body_limit(limit);
        parser_->header_limit(64 * 1024);
    }

    [[noreturn]] void refuse(const boost::system::error_code& error) {
        if (error == http::error::body_limit)
            fail(transport_error::bad_protocol,
                 name_ + ": the reply is longer than " + std::to_string(limit_) + " bytes");
        fail(transport_error::bad_protocol, name_ + ": the reply is no HTTP (" + error.message() + ")");
    }

    std::string name_;
    std::size_t limit_ = 0;
    bool is_head_ = false;
    std::optional<http::response_parser<http::string_body>> parser_;
};

asio::awaitable<http_reply> call(http_request request, web_address where, road_context context) {
    auto connecting = connect_web(where, request.may_use_proxy, context);
    const auto road = co_await std::move(connecting);
    std::string text = text_of(request, where);
    co_await road->write_all(std::move(text), sensitivity::secret);
    reply_reader reader(request, where.shown());
    std::array<char, 16384> buffer{};
    std::string unused;
    while (true) {
        std::size_t count = 0;
        bool has_ended = false;
        try {
            count = co_await road->read_some(buffer);
        } catch (const boost::system::system_error& error) {
            if (error.code() != transport_error::closed) throw;
            has_ended = true;
        }
        if (has_ended) {
            reader.end();
            break;
        }
        unused.append(buffer.data(), count);
        if (reader.take(unused)) break;
    }
    road->close();
    co_return reader.reply();
}

}  // namespace

std::string http_reply::header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
}

asio::awaitable<http_reply> http_call(http_request request, road_context context) {
    const auto where = parse_web_address(request.url).value();
    const auto limit = context.step_limit;
    // Connecting has a limit for each of its steps; this one is for a server that takes the request and says nothing.
    const real_work outside;
    auto calling = call(std::move(request), where, std::move(context));
    try {
        auto reply = co_await within(limit * 3, std::move(calling));
        co_return reply;
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::timed_out) throw;
        if (std::string(error.what()).find(where.authority()) != std::string::npos) throw;
    }
    fail(transport_error::timed_out, where.shown() + ": no whole reply");
}

}  // namespace emsctl::transport
