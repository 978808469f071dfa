#include "transport/aws_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

#include "transport/web_address.hpp"

namespace emsctl::transport {
namespace {

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    }
    return out;
}

std::string sha256(std::string_view text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hmac(const std::string& key, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
}

// Without blanks around it, and with one blank for each run of them inside.
std::string canonical_value(const std::string& value) {
    std::string out;
    for (const char c : value) {
        if (c != ' ')
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (out.ends_with(' ')) out.pop_back();
    return out;
}

std::map<std::string, std::string> headers_to_sign(const http_request& request, const web_address& where) {
    std::map<std::string, std::string> headers = {{"host", where.host_header()}};
    for (const auto& [name, value] : request.headers) {
        std::string lower = name;
        for (auto& c : lower)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        headers[lower] = canonical_value(value);
    }
    return headers;
}

std::string names_of(const std::map<std::string, std::string>& headers) {
    std::string names;
    for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
    return names;
}

std::string canonical_query(std::string_view query) {
    std::vector<std::string> parts;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        std::string part(query.substr(0, end));
        if (part.find('=') == std::string::npos) part += '=';
        parts.push_back(part);
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    std::ranges::sort(parts);
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : "&") + part;
    return out;
}

std::string scope_text(const aws_scope& scope) {
    return scope.date_time.substr(0, 8) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

}  // namespace

std::string aws_date_time(std::chrono::system_clock::time_point when) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
    return text.data();
}

std::string aws_canonical_request(const http_request& request) {
    const auto where = parse_web_address(request.url).value();
    const auto headers = headers_to_sign(request, where);
    const auto question = std::min(where.target.find('?'), where.target.size());
    std::string text =
        request.method + "\n" + where.target.substr(0, question) + "\n" +
        canonical_query(
            std::string_view(where.target).substr(question).substr(question < where.target.size() ? 1 : 0)) +
        "\n";
    for (const auto& [name, value] : headers) text += name + ":" + value + "\n";
    return text + "\n" + names_of(headers) + "\n" + hex(sha256(request.body));
}

std::string aws_string_to_sign(const std::string& canonical_request, const aws_scope& scope) {
    return "AWS4-HMAC-SHA256\n" + scope.date_time + "\n" + scope_text(scope) + "\n" + hex(sha256(canonical_request));
}

void sign_aws_call(http_request& request, const aws_key& key, const aws_scope& scope) {
    request.headers["X-Amz-Date"] = scope.date_time;
    if (!key.session_token.empty()) request.headers["X-Amz-Security-Token"] = key.session_token;
    const std::string text = aws_string_to_sign(aws_canonical_request(request), scope);
    std::string secret = "AWS4" + key.secret;
    for (const auto& part : {scope.date_time.substr(0, 8), scope.region, scope.service, std::string("aws4_request")})
        secret = hmac(secret, part);
    const auto headers = headers_to_sign(request, parse_web_address(request.url).value());
    request.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=" + key.id + "/" + scope_text(scope) +
                                       ", SignedHeaders=" + names_of(headers) +
                                       ", Signature=" + hex(hmac(secret, text));
}

}  // namespace emsctl::transport
