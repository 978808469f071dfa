// Whether a server on this host has taken our connection, or lets it wait because it serves one client at a time (a
// hypervisor's serial port does): the kernel knows, and the bytes cannot tell. Nothing is known of other hosts.
#pragma once

#include <string>
#include <string_view>

namespace emsctl::transport::detail {

enum class admission { unknown, waiting, let_in };

// Of a connected Unix socket: its peer has no inode until it is accepted (sock_diag(7), UNIX_DIAG_PEER).
admission unix_admission(int socket);

// Of a connected TCP socket whose other end is on this host, in this network namespace.
admission tcp_admission(int socket);

// Who else is served, "process 123 (virsh)" or "a client at 10.0.0.7:4711"; empty: nobody that can be seen.
std::string other_client_of_unix(const std::string& path);
std::string other_client_of_tcp(int socket);

// The other end of our connection as a table of /proc/net/tcp or tcp6 shows it: a row from `local` to `remote`, both as
// written there ("0100007F:B267"). Without an inode it was not accepted yet. Pure.
admission admission_in_table(std::string_view table, std::string_view local, std::string_view remote);

}  // namespace emsctl::transport::detail
