// One SSH connection spoken by libssh2, without blocking: handshake, host key, login, and one channel as a byte stream.
// It decides nothing about trust: the host key is handed out before any login.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "transport/byte_stream.hpp"
#include "transport/known_hosts.hpp"
#include "transport/ssh_algorithms.hpp"

namespace emsctl::transport {

class ssh_session {
  public:
    // libssh2's number for "no common algorithm"; handshake() hands it up as transport_error::unsupported.
    static asio::awaitable<std::shared_ptr<ssh_session>> handshake(asio::ip::tcp::socket socket, std::string name,
                                                                   ssh_algorithms wanted);
    // Of these, what the installed libssh2 can.
    static ssh_algorithms can_do(const ssh_algorithms& wanted);
    static std::string library();  // "libssh2 1.10.0"
    ~ssh_session();
    ssh_session(const ssh_session&) = delete;
    ssh_session& operator=(const ssh_session&) = delete;

    host_key shown_key() const;
    std::string agreed() const;  // "curve25519-sha256, ssh-ed25519, aes128-ctr"
    std::string banner() const;  // "SSH-2.0-OpenSSH_9.2"

    // The methods the server takes, comma separated; empty: it let us in without any.
    asio::awaitable<std::string> methods(std::string user);
    asio::awaitable<bool> log_in_with_key(std::string user, std::string private_key, std::string passphrase);
    asio::awaitable<bool> log_in_with_agent(std::string user);
    asio::awaitable<bool> log_in_with_password(std::string user, std::string password);
    asio::awaitable<bool> log_in_with_answers(std::string user, std::string password);

    // The session is the stream's from then on. Every `keep_alive` (at least 2 s; 0: never) the server is asked for a
    // sign of life, so that the systems on the way keep an idle line and a dead one is noticed within a minute.
    static asio::awaitable<std::unique_ptr<byte_stream>> open_channel(std::shared_ptr<ssh_session> self, bool terminal,
                                                                      std::string command,
                                                                      std::chrono::seconds keep_alive);

  private:
    friend class ssh_channel;
    struct state;
    explicit ssh_session(std::shared_ptr<state> s) : state_(std::move(s)) {}

    std::shared_ptr<state> state_;
};

}  // namespace emsctl::transport
