// The machine's open sockets; its addresses are those of its adapters. A port is held by one process at a time, per
// protocol and family.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace emsctl::guest {

struct socket_info {
    bool is_tcp = true;
    bool is_ipv6 = false;
    std::string local_address;  // "0.0.0.0", "::", without brackets
    std::uint16_t local_port = 0;
    std::string remote_address;  // of a connection; empty for a listener
    std::uint16_t remote_port = 0;
    std::string state = "LISTENING";  // empty for UDP
    unsigned pid = 0;
    std::string component;  // the service that opened it, "" when the image says it all
};

// Ports that nobody is given: asked for by name (administered), or taken by Windows' own parts.
struct port_range {
    bool is_tcp = true;
    std::uint16_t first = 0, last = 0;
    bool is_administered = false;
};

class network {
  public:
    std::vector<port_range> excluded{{true, 50000, 50059, true}};  // what public captures have in common

    // Opens `port` on all addresses of both families; false, with nothing opened, when somebody has one of them.
    bool listen(bool is_tcp, std::uint16_t port, unsigned pid, std::string component);
    bool is_free(bool is_tcp, std::uint16_t port) const;
    void add(socket_info socket) { sockets_.push_back(std::move(socket)); }
    void close(unsigned pid, const std::string& component);  // what that component of the process has open
    void close_all(unsigned pid);
    void clear() { sockets_.clear(); }
    std::vector<socket_info> all() const;  // TCP before UDP, IPv4 before IPv6, by port

    nlohmann::json state() const;

  private:
    std::vector<socket_info> sockets_;
};

}  // namespace emsctl::guest
