#include "transport/azure_token.hpp"

#define BOOST_PROCESS_USE_STD_FS 1
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <boost/process/search_path.hpp>
#include <boost/system/system_error.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "transport/azure_error.hpp"
#include "transport/client_assertion.hpp"
#include "transport/deadline.hpp"
#include "transport/http_client.hpp"
#include "transport/patient_http.hpp"
#include "transport/web_address.hpp"

namespace emsctl::transport {
namespace {

using namespace std::chrono_literals;

std::string variable(const std::string& name) {
    return process_environment()(name).value_or("");
}

std::string encoded(const std::string& text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~';
        if (is_plain)
            out.push_back(c);
        else
            out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

// When the token of this answer ends: a time, or a length from now; the metadata service gives its numbers as text.
std::chrono::sys_seconds end_in(const std::string& body) {
    const auto document = nlohmann::json::parse(body, nullptr, false);
    const auto number = [&](const char* name) -> long {
        const auto found = document.is_object() ? document.find(name) : document.end();
        if (found == document.end()) return 0;
        if (found->is_number()) return found->get<long>();
        return found->is_string() ? std::strtol(found->get<std::string>().c_str(), nullptr, 10) : 0;
    };
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (const long length = number("expires_in"); length > 0) return now + std::chrono::seconds(length);
    // az before 2.54 gives only a local time without its zone, as expiresOn.
    return std::chrono::sys_seconds(std::chrono::seconds(number("expires_on")));
}

std::string token_in(const std::string& body, const char* name) {
    const auto document = nlohmann::json::parse(body, nullptr, false);
    if (!document.is_object()) return {};
    const auto found = document.find(name);
    return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
}

[[noreturn]] void refuse(const http_reply& reply, const std::string& source) {
    const auto why = explain_azure(reply);
    // A token that cannot be had is a login refused, whatever the status says.
    fail(why.code == transport_error::throttled ? why.code : transport_error::login_refused, source + ": " + why.text);
}

enum class proof { secret, certificate, federated };

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

std::string certificate_assertion(const std::string& endpoint, const road_context& context) {
    const std::string path = variable("AZURE_CLIENT_CERTIFICATE_PATH");
    const std::string content = content_of(path);
    if (content.empty()) fail(transport_error::login_refused, "the client certificate " + path + " cannot be read");
    std::string passphrase = variable("AZURE_CLIENT_CERTIFICATE_PASSWORD");
    if (passphrase.empty() && wants_passphrase(content))
        passphrase = context.ask("passphrase of " + path).value_or(std::string());
    std::random_device entropy;
    assertion_claims claims;
    claims.audience = endpoint;
    claims.client = variable("AZURE_CLIENT_ID");
    for (int i = 0; i < 4; ++i) claims.id += std::to_string(entropy());
    claims.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return make_client_assertion(content, passphrase, claims);
}

asio::awaitable<azure_token> from_authority(proof what, std::string resource, road_context context) {
    const std::string source = what == proof::federated     ? "the workload's federated token"
                               : what == proof::certificate ? "the client certificate"
                                                            : "the client secret";
    std::string authority = variable("AZURE_AUTHORITY_HOST");
    if (authority.empty()) authority = "https://login.microsoftonline.com/";
    if (!authority.ends_with('/')) authority += '/';
    std::string form = "grant_type=client_credentials&client_id=" + encoded(variable("AZURE_CLIENT_ID")) +
                       "&scope=" + encoded(resource + "/.default");
    const std::string endpoint = authority + variable("AZURE_TENANT_ID") + "/oauth2/v2.0/token";
    if (what == proof::secret) {
        form += "&client_secret=" + encoded(variable("AZURE_CLIENT_SECRET"));
    } else {
        // The federated one is read anew each time: it is replaced every hour.
        const auto assertion = what == proof::federated ? content_of(variable("AZURE_FEDERATED_TOKEN_FILE"))
                                                        : certificate_assertion(endpoint, context);
        form += "&client_assertion_type=" + encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
                "&client_assertion=" + encoded(assertion);
    }
    http_request request;
    request.method = "POST";
    request.url = endpoint;
    request.headers["Content-Type"] = "application/x-www-form-urlencoded";
    request.body = form;
    auto calling = patient_http_call(std::move(request), context);
    const auto reply = co_await std::move(calling);
    const auto token = token_in(reply.body, "access_token");
    if (reply.status != 200 || token.empty()) refuse(reply, source);
    co_return azure_token{token, source, end_in(reply.body)};
}

asio::awaitable<azure_token> from_identity(std::string resource, road_context context) {
    const std::string endpoint = variable("IDENTITY_ENDPOINT");
    const bool is_app = !endpoint.empty();
    std::string base = variable("IMDS_ENDPOINT");
    if (base.empty()) base = "http://169.254.169.254";
    http_request request;
    request.may_use_proxy = false;
    request.url = (is_app ? endpoint + "?api-version=2019-08-01"
                          : base + "/metadata/identity/oauth2/token?api-version=2018-02-01") +
                  "&resource=" + encoded(resource + "/");
    if (const auto client = variable("AZURE_CLIENT_ID"); !client.empty())
        request.url += "&client_id=" + encoded(client);
    request.headers[is_app ? "X-IDENTITY-HEADER" : "Metadata"] = is_app ? variable("IDENTITY_HEADER") : "true";
    context.step_limit = 1s;  // outside of Azure the address does not answer
    context.passed = nullptr;
    line_timer pause(co_await asio::this_coro::executor);
    http_reply reply;
    for (int tries = 0; tries < 5; ++tries) {
        auto calling = http_call(request, context);
        reply = co_await std::move(calling);
        const bool is_passing =
            reply.status == 404 || reply.status == 410 || reply.status == 429 || reply.status >= 500;
        if (!is_passing) break;
        pause.expires_after(std::chrono::milliseconds(200 << tries));
        co_await pause.async_wait(asio::use_awaitable);
    }
    const auto token = token_in(reply.body, "access_token");
    if (reply.status != 200 || token.empty()) refuse(reply, "the managed identity");
    co_return azure_token{token, "the managed identity", end_in(reply.body)};
}

asio::awaitable<std::string> read_all(asio::posix::stream_descriptor& from) {
    std::string all;
    std::array<char, 4096> buffer{};
    boost::system::error_code error;
    while (!error && all.size() < (1 << 20)) {
        const auto into = asio::buffer(buffer);
        const auto count = co_await from.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
        all.append(buffer.data(), count);
    }
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, "az");
    co_return all;
}

asio::awaitable<azure_token> from_az(std::string resource, std::string subscription) {
    namespace process = boost::process;
    const auto executor = co_await asio::this_coro::executor;
    const auto program = process::search_path("az");
    if (program.empty())
        fail(
            transport_error::login_refused,
            "no token for Azure: there is no az command, and the environment names no secret or identity; az login, or "
            "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, give one");
    const std::vector<std::string> words = {"account",    "get-access-token", "--output",       "json",
                                            "--resource", resource + "/",     "--subscription", subscription};
    process::pipe out;
    process::pipe err;
    process::child child(program, process::args(words), process::std_in<process::null, process::std_out> out,
                         process::std_err > err);
    asio::posix::stream_descriptor output(executor, ::fcntl(out.native_source(), F_DUPFD_CLOEXEC, 0));
    asio::posix::stream_descriptor errors(executor, ::fcntl(err.native_source(), F_DUPFD_CLOEXEC, 0));
    out.close();
    err.close();
    std::string said;
    std::string complaint;
    try {
        auto reading = read_all(output);
        said = co_await within(60s, std::move(reading));
        auto hearing = read_all(errors);
        complaint = co_await within(5s, std::move(hearing));
    } catch (const boost::system::system_error& error) {
        child.terminate();
        if (error.code() != transport_error::timed_out) throw;
    }
    child.wait();
    const auto token = token_in(said, "accessToken");
    if (child.exit_code() == 0 && !token.empty()) co_return azure_token{token, "the az command line", end_in(said)};
    http_reply words_of_az;
    words_of_az.body = nlohmann::json({{"code", ""}, {"message", complaint}})
                           .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const auto why = explain_azure(words_of_az);
    const std::string advice = why.code == transport_error::login_refused ? why.text.substr(why.text.find(": ") + 2)
                                                                          : complaint.substr(0, 300);
    fail(transport_error::login_refused,
         "az gave no token (exit status " + std::to_string(child.exit_code()) +
             "): " + (advice.empty() ? "az account get-access-token shows what is wrong" : advice));
}

}  // namespace

asio::awaitable<azure_token> get_azure_token(std::string source, std::string resource, std::string subscription,
                                             road_context context) {
    if (source.starts_with("env:")) {
        const auto value = variable(source.substr(4));
        if (value.empty())
            fail(transport_error::login_refused, "token=" + source + ": there is no such variable in the environment");
        co_return azure_token{value, "the variable " + source.substr(4), {}};
    }
    const bool is_open = source.empty() || source == "auto";
    const bool has_client = !variable("AZURE_CLIENT_ID").empty() && !variable("AZURE_TENANT_ID").empty();
    if (source == "secret" || (is_open && has_client && !variable("AZURE_CLIENT_SECRET").empty())) {
        auto asking = from_authority(proof::secret, resource, context);
        co_return co_await std::move(asking);
    }
    if (source == "certificate" || (is_open && has_client && !variable("AZURE_CLIENT_CERTIFICATE_PATH").empty())) {
        auto asking = from_authority(proof::certificate, resource, context);
        co_return co_await std::move(asking);
    }
    if (source == "workload" || (is_open && has_client && !variable("AZURE_FEDERATED_TOKEN_FILE").empty())) {
        auto asking = from_authority(proof::federated, resource, context);
        co_return co_await std::move(asking);
    }
    const bool has_identity = !variable("IDENTITY_ENDPOINT").empty() || !variable("IMDS_ENDPOINT").empty();
    if (source == "managed" || (is_open && has_identity)) {
        auto asking = from_identity(resource, context);
        co_return co_await std::move(asking);
    }
    auto asking = from_az(resource, subscription);
    co_return co_await std::move(asking);
}

}  // namespace emsctl::transport
