// A raw pseudo-terminal pair of 80x24, as plain descriptors.
#pragma once

#include <string>

namespace emsctl::transport::detail {

struct pty_pair {
    int master = -1;
    int slave = -1;
    std::string path;  // of the slave
};

// Throws; both ends are close-on-exec and the master is non-blocking.
pty_pair make_pty();

}  // namespace emsctl::transport::detail
