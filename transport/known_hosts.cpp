#include "transport/known_hosts.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "transport/detail/base64.hpp"

namespace emsctl::transport {
namespace {

struct entry {
    std::string_view marker, names, type, blob;
    int line = 0;
};

std::string_view next_word(std::string_view& rest) {
    const auto start = rest.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) return {};
    const auto end = std::min(rest.find_first_of(" \t\r", start), rest.size());
    const auto word = rest.substr(start, end - start);
    rest.remove_prefix(end);
    return word;
}

void for_each_entry(std::string_view file, const std::function<void(const entry&)>& use) {
    int number = 0;
    while (!file.empty()) {
        const auto end = std::min(file.find('\n'), file.size());
        auto rest = file.substr(0, end);
        file.remove_prefix(std::min(end + 1, file.size()));
        ++number;
        entry one;
        one.line = number;
        one.names = next_word(rest);
        if (one.names.empty() || one.names[0] == '#') continue;
        if (one.names[0] == '@') {
            one.marker = one.names;
            one.names = next_word(rest);
        }
        one.type = next_word(rest);
        one.blob = next_word(rest);
        if (!one.blob.empty()) use(one);
    }
}

// A star that does not fit takes one character more; only the last star ever has to be tried again.
bool matches(std::string_view pattern, std::string_view text) {
    std::size_t at = 0, in_text = 0, after_star = pattern.npos, star_took = 0;
    while (in_text < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            after_star = ++at;
            star_took = in_text;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[in_text])) {
            ++at;
            ++in_text;
        } else if (after_star != pattern.npos) {
            at = after_star;
            in_text = ++star_took;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == pattern.npos;
}

// |1|salt|HMAC-SHA1(salt, name)
bool is_hash_of(std::string_view hashed, std::string_view name) {
    const auto bar = hashed.find('|', 3);
    if (bar == std::string_view::npos) return false;
    const auto salt = detail::from_base64(hashed.substr(3, bar - 3));
    const auto digest = detail::from_base64(hashed.substr(bar + 1));
    if (!salt || !digest) return false;
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    HMAC(EVP_sha1(), salt->data(), static_cast<int>(salt->size()), reinterpret_cast<const unsigned char*>(name.data()),
         name.size(), out.data(), &size);
    return std::string_view(reinterpret_cast<const char*>(out.data()), size) == *digest;
}

bool is_about(std::string_view names, std::string_view name) {
    if (names.starts_with("|1|")) return is_hash_of(names, name);
    bool found = false;
    while (!names.empty()) {
        const auto end = std::min(names.find(','), names.size());
        const auto one = names.substr(0, end);
        names.remove_prefix(std::min(end + 1, names.size()));
        if (one.starts_with('!') && matches(one.substr(1), name)) return false;
        found = found || matches(one, name);
    }
    return found;
}

}  // namespace

std::string fingerprint_of(std::string_view blob) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(blob.data()), blob.size(), digest.data());
    auto text = detail::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
    while (text.ends_with('=')) text.pop_back();
    return "SHA256:" + text;
}

known_hosts_verdict look_up(std::string_view file, std::string_view name, const host_key& shown) {
    using kind = known_hosts_verdict::kind;
    known_hosts_verdict verdict;
    for_each_entry(file, [&](const entry& one) {
        if (verdict.what == kind::revoked || !is_about(one.names, name)) return;
        const auto blob = detail::from_base64(one.blob);
        if (!blob || one.marker == "@cert-authority") return;
        const bool is_this = *blob == shown.blob;
        if (one.marker == "@revoked") {
            if (is_this) verdict = {kind::revoked, {}, one.line};
        } else if (is_this) {
            verdict = {kind::known, {}, one.line};
        } else if (one.type == shown.type && verdict.what != kind::known) {
            verdict.what = kind::changed;
            verdict.known_fingerprints.push_back(fingerprint_of(*blob));
            verdict.line = one.line;
        }
    });
    return verdict;
}

std::vector<std::string> known_types(std::string_view file, std::string_view name) {
    std::vector<std::string> types;
    for_each_entry(file, [&](const entry& one) {
        const bool is_new = std::ranges::find(types, one.type) == types.end();
        if (one.marker.empty() && is_new && is_about(one.names, name)) types.emplace_back(one.type);
    });
    return types;
}

std::string known_hosts_line(std::string_view name, const host_key& key) {
    return std::string(name) + " " + key.type + " " + detail::to_base64(key.blob) + "\n";
}

}  // namespace emsctl::transport
