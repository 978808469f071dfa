#include "sac/guest/network.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

namespace emsctl::guest {

bool network::is_free(bool is_tcp, std::uint16_t port) const {
    return std::none_of(sockets_.begin(), sockets_.end(), [&](const socket_info& s) {
        return s.is_tcp == is_tcp && s.local_port == port && s.remote_port == 0;
    });
}

bool network::listen(bool is_tcp, std::uint16_t port, unsigned pid, std::string component) {
    if (!is_free(is_tcp, port)) return false;
    const char* state = is_tcp ? "LISTENING" : "";
    sockets_.push_back({is_tcp, false, "0.0.0.0", port, {}, 0, state, pid, component});
    sockets_.push_back({is_tcp, true, "::", port, {}, 0, state, pid, std::move(component)});
    return true;
}

void network::close(unsigned pid, const std::string& component) {
    std::erase_if(sockets_, [&](const socket_info& s) { return s.pid == pid && s.component == component; });
}

void network::close_all(unsigned pid) {
    std::erase_if(sockets_, [&](const socket_info& s) { return s.pid == pid; });
}

std::vector<socket_info> network::all() const {
    auto out = sockets_;
    std::stable_sort(out.begin(), out.end(), [](const socket_info& a, const socket_info& b) {
        const auto key = [](const socket_info& s) {
            return std::tuple(!s.is_tcp, s.is_ipv6,
                              s.local_address != "0.0.0.0" && s.local_address != "::", s.local_address, s.local_port);
        };
        return key(a) < key(b);
    });
    return out;
}

nlohmann::json network::state() const {
    auto out = nlohmann::json::array();
    for (const auto& s : all())
        if (s.remote_port == 0)
            out.push_back((s.is_tcp ? "TCP " : "UDP ") + s.local_address + " " + std::to_string(s.local_port) +
                          (s.component.empty() ? "" : " " + s.component));
    return out;
}

}  // namespace emsctl::guest
