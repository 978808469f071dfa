// The system's ssh as the road, for servers and keys that libssh2 cannot do. A key in memory and pinned host keys go
// over in a private folder of files, which is gone with the road.
#pragma once

#include "transport/ssh_stream.hpp"

namespace emsctl::transport {

// Nothing is asked on a terminal, and ssh's own escape character is off. A pinned host is asked for its keys first
// (ssh-keyscan), and only a key of a pinned fingerprint is trusted. Throws not_trusted, not_found (no ssh there),
// permission_denied (no place for the folder). Reading fails with login_refused where ssh says that no key was taken.
asio::awaitable<std::unique_ptr<byte_stream>> connect_by_child(ssh_settings settings, road_context context);

}  // namespace emsctl::transport
