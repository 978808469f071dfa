#include "transport/azure_console.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "transport/azure_error.hpp"
#include "transport/azure_manager.hpp"
#include "transport/deadline.hpp"
#include "transport/patient_http.hpp"
#include "transport/web_address.hpp"
#include "transport/websocket.hpp"

namespace emsctl::transport {
namespace {

using nlohmann::json;

constexpr const char* compute_version = "2022-11-01";
constexpr const char* console_version = "2018-05-01";

std::string fresh_guid() {
    std::random_device entropy;
    std::string text = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    for (auto& c : text)
        if (c == 'x') c = "0123456789abcdef"[entropy() % 16];
    return text;
}

[[noreturn]] void refuse(const http_reply& reply, const std::string& what) {
    const auto why = explain_azure(reply);
    fail(why.code, what + ": " + why.text);
}

std::string state_of(const json& view) {
    if (!view.contains("statuses") || !view["statuses"].is_array()) return "";
    for (const auto& status : view["statuses"]) {
        const auto code = status.value("code", std::string());
        if (code.starts_with("PowerState/")) return code.substr(11);
    }
    return "";
}

json object_in(const json& from, const char* name) {
    const auto found = from.is_object() ? from.find(name) : from.end();
    return found != from.end() && found->is_object() ? *found : json::object();
}

// Nothing here stops the way: what the service allows changes, and it says so itself.
void warn_about(const json& machine, const road_context& context) {
    const json about = object_in(machine, "properties");
    const json diagnostics = object_in(object_in(about, "diagnosticsProfile"), "bootDiagnostics");
    const auto state = state_of(about.contains("instanceView") ? object_in(about, "instanceView") : machine);
    if (!state.empty() && state != "running") context.tell("the machine is " + state + "; az vm start starts it");
    if (!diagnostics.value("enabled", true))
        context.tell("boot diagnostics are off, which the serial console needs; az vm boot-diagnostics enable");
    const json disk = object_in(object_in(about, "storageProfile"), "osDisk");
    if (disk.value("osType", std::string("Windows")) != "Windows") context.tell("its system disk is not a Windows one");
    context.pass(station::cloud, "the machine is there" + (state.empty() ? "" : ", " + state));
}

asio::awaitable<void> look_before(azure_settings settings, azure_token token, road_context context) {
    context.passed = nullptr;
    const bool is_set = !settings.instance.empty();
    auto first =
        manager_request("GET",
                        settings.manager + settings.path() + (is_set ? "/instanceView?" : "?$expand=instanceView&") +
                            "api-version=" + compute_version,
                        token);
    auto asking = patient_http_call(std::move(first), context);
    const auto machine = co_await std::move(asking);
    if (machine.status != 200) refuse(machine, "the machine " + settings.machine);
    const auto about = json::parse(machine.body, nullptr, false);
    if (about.is_object()) warn_about(about, context);
    auto second =
        manager_request("GET",
                        settings.manager + "/subscriptions/" + settings.subscription +
                            "/providers/Microsoft.SerialConsole/consoleServices/default?api-version=" + console_version,
                        token);
    auto switching = patient_http_call(std::move(second), context);
    const auto state = co_await std::move(switching);
    const auto document = json::parse(state.body, nullptr, false);
    if (state.status == 200 && object_in(document, "properties").value("disabled", false))
        context.tell("the serial console is switched off for this subscription; az serial-console enable");
}

std::string gateway_in(const http_reply& reply) {
    const auto document = json::parse(reply.body, nullptr, false);
    const auto found = document.is_object() ? document.find("connectionString") : document.end();
    if (found == document.end() || !found->is_string())
        fail(transport_error::bad_protocol, "Azure's answer to connect names no gateway; is a proxy in between?");
    const std::string url = found->get<std::string>();
    const auto parts = parse_web_address(url);
    if (parts.has_error() || (parts->scheme != "wss" && parts->scheme != "ws"))
        fail(transport_error::bad_protocol, "Azure's answer to connect names no websocket");
    const bool is_local = parts->host == "127.0.0.1" || parts->host == "::1" || parts->host == "localhost";
    // The token goes there: not without TLS, unless it does not leave this host.
    if (!parts->is_secure() && !is_local)
        fail(transport_error::not_trusted, "Azure's answer to connect names a gateway without TLS: " + parts->shown());
    return url;
}

class azure_stream final : public byte_stream {
  public:
    azure_stream(std::unique_ptr<websocket> socket, azure_settings settings, azure_token token, std::string gateway,
                 road_context context)
        : socket_(std::move(socket)),
          settings_(std::move(settings)),
          entered_with_(token),
          token_(std::move(token)),
          gateway_(std::move(gateway)),
          context_(std::move(context)) {}

    asio::awaitable<std::size_t> read_some(std::span<char> buffer) override {
        while (at_ == message_.size()) {
            std::exception_ptr end;
            try {
                auto message = co_await socket_->read();
                message_ = std::move(message.bytes);
            } catch (const boost::system::system_error& error) {
                if (error.code() != transport_error::closed) throw;
                end = std::current_exception();
            }
            if (end) ended(end);
            at_ = 0;
            if (!is_end_told_ && entered_with_.has_ended()) {
                is_end_told_ = true;
                context_.tell(describe() +
                              ": the token of this console has expired; it goes on as long as Azure lets it, "
                              "and connecting again takes a new one");
            }
        }
        const std::size_t count = std::min(buffer.size(), message_.size() - at_);
        std::copy_n(message_.begin() + static_cast<std::ptrdiff_t>(at_), count, buffer.begin());
        at_ += count;
        co_return count;
    }

    asio::awaitable<void> write_all(std::string bytes, sensitivity kind) override {
        const bool is_ascii = std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        const bool as_text = settings_.send == "text" || (settings_.send == "auto" && is_ascii);
        websocket_message message;
        message.what = as_text ? websocket_message::kind::text : websocket_message::kind::binary;
        message.bytes = std::move(bytes);
        co_await socket_->write(std::move(message), kind);
    }

    asio::awaitable<void> signal(out_of_band what) override {
        if (what.what == out_of_band::kind::line_break)
            fail(transport_error::unsupported, describe() + ": Azure's serial console has no BREAK");
        const std::string command(name_of(what.what));
        json parameters = json::object();
        if (what.what == out_of_band::kind::sysrq) parameters["SysRqCommand"] = std::string(1, what.key);
        const std::string url = admin_url(command);
        if (token_.ends_soon()) {
            auto asking = get_manager_token(settings_, context_);
            token_ = co_await std::move(asking);
        }
        http_reply reply;
        // As the az extension does: twice, because the first may come before the gateway knows the session.
        for (int tries = 0; tries < 2 && reply.status != 200; ++tries) {
            auto request = manager_request("POST", url, token_);
            request.headers["Accept-Language"] = "en";
            request.body =
                json({{"command", command}, {"requestId", fresh_guid()}, {"commandParameters", parameters}}).dump();
            auto calling = patient_http_call(std::move(request), context_);
            reply = co_await std::move(calling);
        }
        if (reply.status != 200) refuse(reply, describe() + ": " + command);
    }

    void close() noexcept override { socket_->close(); }
    std::string describe() const override {
        return "azure:" + settings_.group + "/" + settings_.machine +
               (settings_.instance.empty() ? "" : "/" + settings_.instance);
    }
    asio::any_io_executor get_executor() override { return socket_->get_executor(); }

  private:
    std::string admin_url(const std::string& command) const {
        auto url = gateway_;
        url.replace(0, 2, "http");  // wss and ws
        const auto client = url.rfind("/client");
        return url.substr(0, client) + "/adminCommand/" + command;
    }

    [[noreturn]] void ended(const std::exception_ptr& end) {
        const auto code = socket_->close_code();
        const auto reason = socket_->close_reason();
        const std::string text = describe() + ": Azure closed the console (" + std::to_string(code) +
                                 (reason.empty() ? "" : ", " + reason) + ")";
        if (entered_with_.has_ended())
            fail(transport_error::closed, text + " after its token had expired; connecting again takes a new one");
        if (reason.find("not trusted") != std::string::npos)
            fail(transport_error::login_refused, text + ": the gateway did not take the token; az login?");
        // The gateway gives the console to who comes last, and says no more than that it ends.
        if (code != 0 && code != 1006 && code != 1011)
            fail(transport_error::evicted,
                 text + ": most likely another user connected, or the machine stopped; only one may have it");
        std::rethrow_exception(end);
    }

    std::unique_ptr<websocket> socket_;
    azure_settings settings_;
    azure_token entered_with_;  // the gateway takes no other for a console that is open
    azure_token token_;         // of calls beside it
    bool is_end_told_ = false;
    std::string gateway_;
    road_context context_;
    std::string message_;
    std::size_t at_ = 0;
};

asio::awaitable<void> say_token(websocket& socket, std::string token) {
    websocket_message message;
    message.what = websocket_message::kind::text;
    message.bytes = std::move(token);
    co_await socket.write(std::move(message), sensitivity::secret);
}

// In the query, at once, and again after the first message, which is thrown away: the only way known to work.
asio::awaitable<std::unique_ptr<websocket>> enter(std::string gateway, azure_token token, road_context context) {
    websocket_settings settings;
    settings.url =
        gateway + (gateway.find('?') == std::string::npos ? "?" : "&") + "authorization=" + token.value + "&new=1";
    auto connecting = connect_websocket(std::move(settings), context);
    auto socket = co_await std::move(connecting);
    co_await say_token(*socket, token.value);
    std::string problem;
    try {
        auto hearing = socket->read();
        co_await within(context.step_limit, std::move(hearing));
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::timed_out && error.code() != transport_error::closed) throw;
        problem = error.code() == transport_error::timed_out ? "it says nothing" : error.what();
    }
    if (problem.find("not trusted") != std::string::npos)
        fail(transport_error::login_refused, "the console's gateway did not take the token: az login?");
    if (!problem.empty()) fail(transport_error::wrong_state, "the console's gateway does not let us in: " + problem);
    co_await say_token(*socket, token.value);
    co_return socket;
}

}  // namespace

asio::awaitable<std::unique_ptr<byte_stream>> connect_azure(azure_settings settings, road_context context) {
    // One station for all of them, not four a call: a road's stations are passed once.
    road_context quiet = context;
    quiet.passed = nullptr;
    auto asking = get_manager_token(settings, quiet);
    const auto token = co_await std::move(asking);
    context.pass(station::authentication, "a token from " + token.source);
    if (token.ends_soon())
        context.tell("the token from " + token.source + " expires now or has expired; a fresh one is needed");
    co_await look_before(settings, token, context);
    auto request =
        manager_request("POST",
                        settings.manager + settings.path() +
                            "/providers/Microsoft.SerialConsole/serialPorts/0/connect?api-version=" + console_version,
                        token);
    auto connecting = patient_http_call(std::move(request), quiet);
    const auto reply = co_await std::move(connecting);
    if (reply.status != 200) refuse(reply, "connecting to the serial console of " + settings.machine);
    const std::string gateway = gateway_in(reply);
    context.pass(station::cloud, "gateway " + parse_web_address(gateway)->host);
    auto entering = enter(gateway, token, context);
    auto socket = co_await std::move(entering);
    co_return std::make_unique<azure_stream>(std::move(socket), std::move(settings), token, gateway, quiet);
}

}  // namespace emsctl::transport
