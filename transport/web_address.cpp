#include "transport/web_address.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/src.hpp>
#include <boost/url/url_view.hpp>
#include <cstdlib>

#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

std::string in_lower_case(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool is_excepted(const std::string& host, std::string_view exceptions) {
    while (!exceptions.empty()) {
        const auto end = std::min(exceptions.find(','), exceptions.size());
        const std::string one = in_lower_case(without_blanks(exceptions.substr(0, end)));
        exceptions.remove_prefix(std::min(end + 1, exceptions.size()));
        if (one.empty()) continue;
        if (one == "*" || one == host) return true;
        const std::string suffix = one.front() == '.' ? one : "." + one;
        if (host.ends_with(suffix)) return true;
    }
    return false;
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

std::string web_address::authority() const {
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

std::string web_address::host_header() const {
    const std::string whole = authority();
    const std::string own = is_secure() ? ":443" : ":80";
    return port == own.substr(1) ? whole.substr(0, whole.size() - own.size()) : whole;
}

std::string web_address::shown() const {
    return scheme + "://" + authority() + target.substr(0, target.find('?'));
}

address_result<web_address> parse_web_address(std::string_view text) {
    // What may be secret in it (user, query) is not repeated in the complaint.
    const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
    if (parsed.has_error())
        return bad_address{"not a URL such as https://host.example:443/path: " + parsed.error().message()};
    const boost::urls::url_view url = *parsed;
    web_address out;
    out.scheme = in_lower_case(std::string(url.scheme()));
    if (out.scheme != "http" && out.scheme != "https" && out.scheme != "ws" && out.scheme != "wss")
        return bad_address{"the URL's scheme is http, https, ws or wss, not \"" + out.scheme + "\""};
    out.host = in_lower_case(std::string(url.encoded_host_address()));
    if (out.host.empty()) return bad_address{"the URL names no host"};
    out.port = url.has_port() ? std::string(url.port()) : (out.is_secure() ? "443" : "80");
    out.user_info = std::string(url.userinfo());
    out.target = std::string(url.encoded_path());
    if (out.target.empty()) out.target = "/";
    if (url.has_query()) out.target += "?" + std::string(url.encoded_query());
    return out;
}

environment_reader process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr || *value == '\0') return std::nullopt;
        return std::string(value);
    };
}

std::optional<web_address> proxy_for(const web_address& where, const environment_reader& environment) {
    const std::string name = where.is_secure() ? "https_proxy" : "http_proxy";
    const std::string upper = where.is_secure() ? "HTTPS_PROXY" : "HTTP_PROXY";
    auto value = environment(upper);
    if (!value) value = environment(name);
    if (!value || is_loopback(where.host)) return std::nullopt;
    auto exceptions = environment("NO_PROXY");
    if (!exceptions) exceptions = environment("no_proxy");
    if (exceptions && is_excepted(where.host, *exceptions)) return std::nullopt;
    const std::string url = value->find("://") == std::string::npos ? "http://" + *value : *value;
    const auto proxy = parse_web_address(url);
    if (proxy.has_error()) fail(transport_error::bad_address, upper + " in the environment: " + proxy.error().text);
    if (proxy->is_secure())
        fail(transport_error::unsupported, upper + " in the environment: a proxy reached by TLS is not supported");
    return *proxy;
}

}  // namespace emsctl::transport
