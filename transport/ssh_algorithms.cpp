#include "transport/ssh_algorithms.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace emsctl::transport {
namespace {

constexpr std::size_t longest_greeting = 65536;
constexpr std::size_t longest_packet = 35000;  // RFC 4253 section 6.1
constexpr unsigned char kexinit = 20;
constexpr std::size_t cookie_size = 16;

void append(std::vector<std::string>& list, std::initializer_list<const char*> names) {
    list.insert(list.end(), names.begin(), names.end());
}

class reader {
  public:
    explicit reader(std::string_view bytes) : bytes_(bytes) {}

    std::optional<std::uint32_t> number() {
        if (bytes_.size() < 4) return std::nullopt;
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes_[static_cast<size_t>(i)]);
        bytes_.remove_prefix(4);
        return value;
    }

    std::optional<std::string_view> take(std::size_t count) {
        if (bytes_.size() < count) return std::nullopt;
        const auto part = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return part;
    }

    std::optional<std::vector<std::string>> names() {
        const auto size = number();
        const auto text = size ? take(*size) : std::nullopt;
        if (!text) return std::nullopt;
        std::vector<std::string> out;
        for (std::size_t at = 0; at < text->size();) {
            const auto end = std::min(text->find(',', at), text->size());
            out.emplace_back(text->substr(at, end - at));
            at = end + 1;
        }
        return out;
    }

  private:
    std::string_view bytes_;
};

bool read_lists(std::string_view payload, ssh_algorithms& into) {
    reader in(payload.substr(1));
    if (!in.take(cookie_size)) return false;
    std::vector<std::string> to_client;
    for (auto* list : {&into.kex, &into.host_keys, &into.ciphers, &to_client, &into.macs}) {
        auto names = in.names();
        if (!names) return false;
        *list = std::move(*names);
    }
    return true;
}

// Names of servers come from the other side and go to a terminal.
std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) out += c >= ' ' && c <= '~' ? c : '?';
    return out;
}

bool have_common(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::find_first_of(a, b) != a.end();
}

}  // namespace

std::string joined(const std::vector<std::string>& names, const char* separator) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : separator) + name;
    return out;
}

ssh_algorithms wanted_algorithms(bool legacy) {
    ssh_algorithms out;
    append(out.kex, {"curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                     "ecdh-sha2-nistp521", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512",
                     "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256"});
    append(out.host_keys, {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
                           "rsa-sha2-512", "rsa-sha2-256"});
    append(out.ciphers, {"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
                         "aes256-ctr", "aes192-ctr", "aes128-ctr"});
    append(out.macs, {"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256",
                      "hmac-sha2-512", "hmac-sha1"});
    if (!legacy) return out;
    append(out.kex,
           {"diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"});
    append(out.host_keys, {"ssh-rsa", "ssh-dss"});
    append(out.ciphers, {"aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"});
    append(out.macs, {"hmac-sha1-96", "hmac-md5"});
    return out;
}

std::vector<std::string> weak_among(std::string_view agreed) {
    const auto fine = wanted_algorithms(false);
    const auto all = wanted_algorithms(true);
    std::vector<std::string> weak;
    const auto look = [&](const std::vector<std::string>& with, const std::vector<std::string>& without) {
        for (const auto& name : with) {
            if (std::ranges::find(without, name) != without.end()) continue;
            const std::string whole = ", " + std::string(agreed) + ", ";
            if (whole.find(", " + name + ", ") != std::string::npos) weak.push_back(name);
        }
    };
    look(all.kex, fine.kex);
    look(all.host_keys, fine.host_keys);
    look(all.ciphers, fine.ciphers);
    look(all.macs, fine.macs);
    return weak;
}

ssh_greeting read_greeting(std::string_view bytes) {
    ssh_greeting out;
    const bool is_too_long = bytes.size() > longest_greeting;
    const auto unfinished = is_too_long ? ssh_greeting::kind::no_ssh : ssh_greeting::kind::incomplete;
    while (out.banner.empty()) {
        const auto end = bytes.find('\n');
        if (end == bytes.npos) {
            out.what = unfinished;
            return out;
        }
        auto line = bytes.substr(0, end);
        bytes.remove_prefix(end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with("SSH-")) out.banner = printable(line);
    }
    reader in(bytes);
    const auto size = in.number();
    const auto padding = size ? in.take(1) : std::nullopt;
    if (size && (*size > longest_packet || *size < 2)) {
        out.what = ssh_greeting::kind::no_ssh;
        return out;
    }
    const auto rest = padding ? in.take(*size - 1) : std::nullopt;
    if (!rest) {
        out.what = unfinished;
        return out;
    }
    const auto padded = static_cast<unsigned char>((*padding)[0]);
    out.what = ssh_greeting::kind::no_ssh;
    if (padded >= rest->size()) return out;
    const auto payload = rest->substr(0, rest->size() - padded);
    if (static_cast<unsigned char>(payload[0]) == kexinit && read_lists(payload, out.offers))
        out.what = ssh_greeting::kind::complete;
    return out;
}

std::string nothing_in_common(const ssh_algorithms& theirs, const ssh_algorithms& ours, const std::string& who_we_are) {
    std::string out;
    const auto compare = [&](const char* what, const std::vector<std::string>& a, const std::vector<std::string>& b) {
        if (have_common(a, b)) return;
        out += (out.empty() ? "no " : "; no ") + std::string(what) + " in common (the server has " +
               printable(joined(a)) + "; " + who_we_are + " has " + joined(b) + ")";
    };
    compare("key exchange", theirs.kex, ours.kex);
    compare("host key algorithm", theirs.host_keys, ours.host_keys);
    compare("cipher", theirs.ciphers, ours.ciphers);
    // With a cipher that proves its bytes itself the list of MACs does not count.
    const auto proves_itself = [&](const std::string& cipher) {
        const bool is_common = std::ranges::find(ours.ciphers, cipher) != ours.ciphers.end();
        return is_common && (cipher.find("gcm") != std::string::npos || cipher.find("poly1305") != std::string::npos);
    };
    if (std::ranges::none_of(theirs.ciphers, proves_itself)) compare("MAC", theirs.macs, ours.macs);
    return out;
}

}  // namespace emsctl::transport
