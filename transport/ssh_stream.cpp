#include "transport/ssh_stream.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "transport/deadline.hpp"
#include "transport/detail/base64.hpp"
#include "transport/ssh_child.hpp"
#include "transport/ssh_probe.hpp"
#include "transport/ssh_session.hpp"
#include "transport/transport_error.hpp"

namespace emsctl::transport {
namespace {

using tcp = asio::ip::tcp;
using namespace std::chrono_literals;
using session_ptr = std::shared_ptr<ssh_session>;

std::string home() {
    if (const char* value = std::getenv("HOME"); value && *value) return value;
    const auto* who = ::getpwuid(::getuid());
    return who ? who->pw_dir : ".";
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string known_hosts_file(const ssh_settings& settings) {
    return settings.known_hosts.empty() ? home() + "/.ssh/known_hosts" : settings.known_hosts;
}

std::string known_hosts_text(const ssh_settings& settings) {
    std::string text = content_of(known_hosts_file(settings));
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    return settings.known_hosts.empty() ? text + content_of("/etc/ssh/ssh_known_hosts") : text;
}

std::string name_in_known_hosts(const ssh_settings& settings) {
    if (!settings.known_hosts_name.empty()) return settings.known_hosts_name;
    return settings.port == "22" ? settings.host : "[" + settings.host + "]:" + settings.port;
}

std::string place_of(const ssh_settings& settings) {
    return "ssh:" + settings.user + "@" + settings.host + ":" + settings.port;
}

std::vector<std::string> key_files(const ssh_settings& settings) {
    if (!settings.identities.empty()) return settings.identities;
    std::vector<std::string> there;
    for (const auto* name : {"id_ed25519", "id_ecdsa", "id_rsa"})
        if (const auto path = home() + "/.ssh/" + name; std::filesystem::exists(path)) there.push_back(path);
    return there;
}

void remember(const ssh_settings& settings, const host_key& key) {
    const std::filesystem::path path = known_hosts_file(settings);
    std::error_code ignored;
    if (path.has_parent_path() && std::filesystem::create_directories(path.parent_path(), ignored))
        std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_all, ignored);
    const std::string before = content_of(path.string());
    const std::string line =
        (before.empty() || before.ends_with('\n') ? "" : "\n") + known_hosts_line(name_in_known_hosts(settings), key);
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const bool is_written = file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (file >= 0) ::close(file);
    if (!is_written)
        fail(transport_error::permission_denied, path.string() + ": the new host key cannot be written there");
}

// Before anything secret is said to it.
void check_host_key(const ssh_settings& settings, const host_key& key, const road_context& context) {
    using kind = known_hosts_verdict::kind;
    const std::string shown = fingerprint_of(key.blob);
    const std::string place = place_of(settings);
    if (settings.trust == ssh_settings::trust_kind::pinned) {
        std::string pinned;
        for (const auto& one : settings.pinned) {
            if (one == shown) {
                context.pass(station::host_key, key.type + " " + shown + ", pinned");
                return;
            }
            pinned += (pinned.empty() ? "" : " or ") + one;
        }
        fail(transport_error::not_trusted,
             place + ": the host key is " + key.type + " " + shown + ", expected " + pinned);
    }
    const auto verdict = look_up(known_hosts_text(settings), name_in_known_hosts(settings), key);
    if (verdict.what == kind::revoked)
        fail(transport_error::not_trusted, place + ": the host key " + shown + " is marked as revoked");
    if (verdict.what == kind::changed) {
        std::string old;
        for (const auto& one : verdict.known_fingerprints) old += (old.empty() ? "" : ", ") + one;
        fail(transport_error::not_trusted,
             place + ": the host key has changed from " + old + " (line " + std::to_string(verdict.line) + " of " +
                 known_hosts_file(settings) + ") to " + shown +
                 "; if the host was made anew, remove that line, else somebody may stand in between");
    }
    if (verdict.what == kind::unknown && settings.trust == ssh_settings::trust_kind::strict)
        fail(transport_error::not_trusted,
             place + ": the host key " + key.type + " " + shown + " is not known; if it is right, host_key=" + shown +
                 " pins it and host_key=accept-new adds it to " + known_hosts_file(settings));
    if (verdict.what == kind::unknown) {
        remember(settings, key);
        context.tell("the host key " + shown + " of " + settings.host + " was new and is now in " +
                     known_hosts_file(settings));
    }
    context.pass(station::host_key, key.type + " " + shown);
}

bool is_encrypted(const std::string& key) {
    // PEM says so in its head; in OpenSSH's own form the cipher's name follows the magic word, and "none" reads so.
    if (key.find("ENCRYPTED") != std::string::npos) return true;
    if (key.find("OPENSSH PRIVATE KEY") == std::string::npos) return false;
    return key.find("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU") == std::string::npos;
}

bool takes(const std::string& methods, const char* method) {
    return ("," + methods + ",").find(std::string(",") + method + ",") != std::string::npos;
}

struct attempts {
    std::string text;
    void add(const std::string& what) { text += (text.empty() ? "" : ", ") + what; }
};

asio::awaitable<bool> try_keys(session_ptr session, ssh_settings settings, road_context context, attempts* tried) {
    if (!settings.identity_text.empty()) {
        tried->add("the key made for this session");
        co_return co_await session->log_in_with_key(settings.user, settings.identity_text, "");
    }
    if (settings.use_agent && std::getenv("SSH_AUTH_SOCK")) {
        tried->add("the agent's keys");
        const bool done = co_await session->log_in_with_agent(settings.user);
        if (done) co_return true;
    }
    const auto files = key_files(settings);
    for (const auto& file : files) {
        const std::string key = content_of(file);
        if (key.find("PRIVATE KEY") == std::string::npos) {
            tried->add(file + " (cannot be read, or is no private key)");
            continue;
        }
        std::string passphrase;
        if (is_encrypted(key)) {
            const auto said = context.ask("passphrase of " + file);
            if (!said) {
                tried->add(file + " (encrypted, and nobody to ask for its passphrase)");
                continue;
            }
            passphrase = *said;
        }
        tried->add(file + (passphrase.empty() ? "" : " (with a passphrase, which may be wrong)"));
        const bool done = co_await session->log_in_with_key(settings.user, key, passphrase);
        if (done) co_return true;
    }
    co_return false;
}

asio::awaitable<bool> try_password(session_ptr session, ssh_settings settings, std::string methods,
                                   road_context context, attempts* tried) {
    const bool plain = takes(methods, "password");
    if (!settings.use_passwords || (!plain && !takes(methods, "keyboard-interactive"))) co_return false;
    const auto said = context.ask("password of " + settings.user + "@" + settings.host);
    if (!said) {
        tried->add("no password (nobody to ask; --road-password-env or --road-password-file gives one)");
        co_return false;
    }
    tried->add("a password");
    if (plain) co_return co_await session->log_in_with_password(settings.user, *said);
    co_return co_await session->log_in_with_answers(settings.user, *said);
}

asio::awaitable<void> log_in(session_ptr session, ssh_settings settings, road_context context) {
    const std::string methods = co_await session->methods(settings.user);
    if (methods.empty()) {
        context.pass(station::authentication, settings.user + ", without a proof");
        co_return;
    }
    attempts tried;
    bool done = false;
    if (takes(methods, "publickey")) done = co_await try_keys(session, settings, context, &tried);
    if (!done) done = co_await try_password(session, settings, methods, context, &tried);
    if (done) {
        context.pass(station::authentication, settings.user);
        co_return;
    }
    std::string text = place_of(settings) + ": login refused; tried " + (tried.text.empty() ? "nothing" : tried.text) +
                       "; the server takes " + methods;
    if (tried.text.find("rsa") != std::string::npos)
        text += "; libssh2 1.10 signs RSA keys with SHA-1 only, which servers refuse since 2021: via=ssh can";
    fail(transport_error::login_refused, text);
}

asio::awaitable<tcp::socket> connect(ssh_settings settings, road_context context) {
    const auto executor = co_await asio::this_coro::executor;
    boost::system::error_code error;
    tcp::resolver resolver(executor);
    const auto found =
        co_await resolver.async_resolve(settings.host, settings.port, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, settings.host);
    if (error) fail_because(error, "the name " + settings.host);
    tcp::socket socket(executor);
    co_await asio::async_connect(socket, found, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error, settings.host);
    if (error) fail_because(error, place_of(settings));
    context.pass(station::connection, "to " + settings.host + ":" + settings.port);
    socket.set_option(tcp::no_delay(true), error);
    co_return socket;
}

template <class T>
asio::awaitable<T> in_time(asio::awaitable<T> work, ssh_settings settings, std::string step,
                           std::chrono::milliseconds limit) {
    try {
        auto value = co_await within(limit, std::move(work));
        co_return value;
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::timed_out) throw;
    }
    fail(transport_error::timed_out,
         place_of(settings) + ": " + step + ": nothing for " + std::to_string(limit.count()) + " ms");
}

// The types of host key that we know for this host come first, so that it shows one that we can check.
ssh_algorithms algorithms_for(const ssh_settings& settings) {
    const auto wanted = ssh_session::can_do(wanted_algorithms(settings.legacy));
    ssh_algorithms out = wanted;
    out.host_keys.clear();
    const auto known = known_types(known_hosts_text(settings), name_in_known_hosts(settings));
    const auto add = [&](const std::string& type) {
        const bool can = std::ranges::find(wanted.host_keys, type) != wanted.host_keys.end();
        if (can && std::ranges::find(out.host_keys, type) == out.host_keys.end()) out.host_keys.push_back(type);
    };
    for (const auto& type : known) {
        // One RSA key serves for three ways to sign.
        if (type == "ssh-rsa") add("rsa-sha2-512");
        if (type == "ssh-rsa") add("rsa-sha2-256");
        add(type);
    }
    if (!known.empty() && out.host_keys.empty() && settings.trust != ssh_settings::trust_kind::pinned)
        fail(transport_error::unsupported, place_of(settings) + ": the host is known by its " + joined(known) +
                                               " key, and " + ssh_session::library() + " has only " +
                                               joined(wanted.host_keys));
    for (const auto& type : wanted.host_keys) add(type);
    return out;
}

asio::awaitable<session_ptr> begin(ssh_settings settings, road_context context) {
    auto connecting = connect(settings, context);
    auto socket = co_await std::move(connecting);
    auto shaking = ssh_session::handshake(std::move(socket), place_of(settings), algorithms_for(settings));
    auto session = co_await std::move(shaking);
    context.pass(station::ssh, session->banner() + "; " + session->agreed());
    if (settings.legacy) {
        const auto weak = weak_among(session->agreed());
        context.tell(weak.empty() ? "legacy=yes is not needed for " + settings.host
                                  : "legacy=yes: agreed on " + joined(weak) +
                                        ", known to be weak; who sits on the way may read or change what is sent");
    }
    co_return session;
}

asio::awaitable<std::unique_ptr<byte_stream>> with_library(ssh_settings settings, road_context context) {
    auto beginning = in_time(begin(settings, context), settings, "connection and handshake", context.step_limit);
    auto session = co_await std::move(beginning);
    check_host_key(settings, session->shown_key(), context);
    co_await log_in(session, settings, context);
    auto opening = in_time(ssh_session::open_channel(session, settings.terminal, settings.command, settings.keep_alive),
                           settings, "a session", context.step_limit);
    co_return co_await std::move(opening);
}

bool is_rsa(const std::string& key) {
    if (key.find("BEGIN RSA") != std::string::npos) return true;
    std::string body;
    std::istringstream lines(key);
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("-----")) body += line.substr(0, line.find('\r'));
    // OpenSSH's own form has the public half, and with it the type, in clear.
    const auto bytes = detail::from_base64(body);
    const std::string oid("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);  // rsaEncryption, in PKCS#8
    return bytes && (bytes->find("ssh-rsa") != std::string::npos || bytes->find(oid) != std::string::npos);
}

bool has_rsa_keys_only(const ssh_settings& settings) {
    const auto files = key_files(settings);
    if (files.empty() || !settings.identity_text.empty()) return false;
    return std::ranges::all_of(files, [](const std::string& file) { return is_rsa(content_of(file)); });
}

}  // namespace

address_result<ssh_settings> parse_ssh_settings(const endpoint& where) {
    ssh_settings settings;
    const auto at = where.target.rfind('@');
    std::string place = at == std::string::npos ? where.target : where.target.substr(at + 1);
    if (at != std::string::npos) settings.user = where.target.substr(0, at);
    const bool has_port =
        place.starts_with('[') ? place.find("]:") != std::string::npos : place.find(':') != std::string::npos;
    if (place.starts_with('[') && place.ends_with(']'))
        place += ":22";
    else if (!has_port)
        place += ":22";
    const auto parts = parse_host_and_port(place);
    if (!parts) return parts.error();
    settings.host = parts->host;
    settings.port = parts->port;
    for (const auto& [name, value] : where.parameters) {
        if (name == "identity") {
            settings.identities.push_back(value);
        } else if (name == "known_hosts") {
            settings.known_hosts = value;
        } else if (name == "agent" || name == "terminal") {
            if (value != "yes" && value != "no") return bad_address{name + " is yes or no, not \"" + value + "\""};
            (name == "agent" ? settings.use_agent : settings.terminal) = value == "yes";
        } else if (name == "host_key") {
            if (value.starts_with("SHA256:")) {
                settings.trust = ssh_settings::trust_kind::pinned;
                settings.pinned.push_back(value);
            } else if (value == "accept-new") {
                settings.trust = ssh_settings::trust_kind::accept_new;
            } else if (value != "strict") {
                return bad_address{"host_key is strict, accept-new or a fingerprint SHA256:..., not \"" + value + "\""};
            }
        } else if (name == "via") {
            if (value == "libssh2")
                settings.road = ssh_settings::road_kind::libssh2;
            else if (value == "ssh")
                settings.road = ssh_settings::road_kind::system;
            else if (value != "auto")
                return bad_address{"via is auto, libssh2 or ssh, not \"" + value + "\""};
        } else if (name == "legacy") {
            if (value != "yes" && value != "no") return bad_address{"legacy is yes or no, not \"" + value + "\""};
            settings.legacy = value == "yes";
        } else if (name == "keepalive") {
            unsigned seconds = 0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
            if (error != std::errc() || end != value.data() + value.size() || seconds > 86400)
                return bad_address{"keepalive is a number of seconds, 0 for never, not \"" + value + "\""};
            settings.keep_alive = std::chrono::seconds(seconds);
        } else if (name == "command") {
            settings.command = value;
        }
    }
    if (settings.user.empty()) {
        const auto* who = ::getpwuid(::getuid());
        settings.user = who ? who->pw_name : "root";
    }
    return settings;
}

asio::awaitable<std::unique_ptr<byte_stream>> connect_ssh(ssh_settings settings, road_context context) {
    using kind = ssh_settings::road_kind;
    if (settings.road == kind::system) {
        auto child = connect_by_child(settings, context);
        co_return co_await std::move(child);
    }
    if (settings.road == kind::automatic && !settings.legacy && has_rsa_keys_only(settings)) {
        context.tell("libssh2 cannot use RSA keys as servers want them; the system's ssh is used instead");
        auto child = connect_by_child(settings, context);
        co_return co_await std::move(child);
    }
    std::string lacking;
    try {
        auto direct = with_library(settings, context);
        auto stream = co_await std::move(direct);
        co_return stream;
    } catch (const boost::system::system_error& error) {
        if (error.code() != transport_error::unsupported) throw;
        lacking = error.what();
    }
    auto asking = probe_ssh(settings.host, settings.port, std::min<std::chrono::milliseconds>(context.step_limit, 5s));
    const auto theirs = co_await std::move(asking);
    if (theirs.what == ssh_greeting::kind::complete) {
        const auto clauses = nothing_in_common(theirs.offers, ssh_session::can_do(wanted_algorithms(settings.legacy)),
                                               ssh_session::library());
        if (!clauses.empty()) lacking = place_of(settings) + ": " + clauses;
        // What we want and libssh2 lacks, the system's ssh has.
        if (!nothing_in_common(theirs.offers, wanted_algorithms(settings.legacy), "").empty()) {
            if (nothing_in_common(theirs.offers, wanted_algorithms(true), "").empty())
                lacking += "; legacy=yes would offer old ones that it has, knowingly";
            fail(transport_error::bad_protocol, lacking);
        }
    }
    if (settings.road == kind::libssh2) fail(transport_error::unsupported, lacking);
    context.tell(lacking + "; the system's ssh is used instead");
    auto child = connect_by_child(settings, context);
    co_return co_await std::move(child);
}

}  // namespace emsctl::transport
