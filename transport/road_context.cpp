#include "transport/road_context.hpp"

namespace emsctl::transport {

const char* name_of(station where) {
    switch (where) {
        case station::name:
            return "name";
        case station::connection:
            return "connection";
        case station::proxy:
            return "proxy";
        case station::tls:
            return "TLS";
        case station::ssh:
            return "SSH algorithms";
        case station::host_key:
            return "host key";
        case station::cloud:
            return "cloud";
        case station::authentication:
            return "authentication";
        case station::handshake:
            return "handshake";
        case station::bytes:
            return "bytes";
    }
    return "?";
}

}  // namespace emsctl::transport
